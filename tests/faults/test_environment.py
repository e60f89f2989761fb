"""Odd values of the variables in the environment, and the limits of the system on a process.

Each variable that something here reads after the interpreter has started is given odd values. What
it read before, such as PYTHONUTF8, LD_PRELOAD and PYTHONWARNINGS, has no effect any more, or has
had it before a line of this program could run. What decides nothing here is left out too: PAGER and
EDITOR, which click reads for functions that are not used.
"""

import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from shutil import copytree
from typing import NamedTuple

import pytest

from bpnet.config import dump
from bpnet.datasets import catalogue, download
from bpnet.datasets.download import Limits
from bpnet.runs import metadata
from bpnet.system import threads
from tests.helpers import limits
from tests.helpers.forks import run
from tests.helpers.sources import as_published

VALUES = ["abc", "", "-1", "0", "9" * 5000, "/dev/null/at/all", "\u202e\udcff"]
PYTHON = [
    "TMPDIR", "TEMP", "TMP", "TERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "HOME", "PATH",
    "TZ", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANGUAGE",
]  # fmt: skip
CLICK = ["_BPNET_COMPLETE", "COMP_WORDS", "COMP_CWORD"]
WEB = [
    "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
    "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "SSLKEYLOGFILE",
]  # fmt: skip
OWN = ["BPNET_DATA_DIR", "BPNET_MIRROR", "BPNET_DEBUG", *threads.VARIABLES]
TQDM = [  # the defaults of its bars
    "TQDM_ITERABLE", "TQDM_DESC", "TQDM_TOTAL", "TQDM_LEAVE", "TQDM_FILE", "TQDM_NCOLS",
    "TQDM_MININTERVAL", "TQDM_MAXINTERVAL", "TQDM_MINITERS", "TQDM_ASCII", "TQDM_DISABLE",
    "TQDM_UNIT", "TQDM_UNIT_SCALE", "TQDM_DYNAMIC_NCOLS", "TQDM_SMOOTHING", "TQDM_BAR_FORMAT",
    "TQDM_INITIAL", "TQDM_POSITION", "TQDM_POSTFIX", "TQDM_UNIT_DIVISOR", "TQDM_WRITE_BYTES",
    "TQDM_LOCK_ARGS", "TQDM_NROWS", "TQDM_COLOUR", "TQDM_DELAY", "TQDM_GUI",
]  # fmt: skip
NUMPY = [
    "NUMPY_WARN_IF_NO_MEM_POLICY", "GOTO_NUM_THREADS", "OPENBLAS_DEFAULT_NUM_THREADS",
    "OMP_ADAPTIVE", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_THREAD_TIMEOUT",
    "OPENBLAS_BLOCK_FACTOR", "OPENBLAS_VERBOSE", "LAPACKE_NANCHECK",
]  # fmt: skip
NUMPY_ALONE = [  # the first three refuse values, the last one brings a warning
    "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "NUMPY_MADVISE_HUGEPAGE",
    "NPY_PROMOTION_STATE",
]  # fmt: skip
NOT_AS_SET = [(1, "is not as a shell sets it: ")]
TOO_LONG = [(1, "numpy: cannot be loaded: Length of environment variable ")]
MAY_REFUSE = {  # a value, with this exit status and these words
    **{name: [(1, "could not be downloaded")] for name in WEB},
    "BPNET_DATA_DIR": [(2, "BPNET_DATA_DIR: data.dir: expected"), (1, "Not a directory")],
    "_BPNET_COMPLETE": [(1, "")],  # click then says nothing
    "COMP_WORDS": NOT_AS_SET,
    "COMP_CWORD": NOT_AS_SET,
    "NUMPY_MADVISE_HUGEPAGE": [(1, "numpy: cannot be loaded: ")],
    "NPY_DISABLE_CPU_FEATURES": TOO_LONG,
    "NPY_ENABLE_CPU_FEATURES": TOO_LONG,
}
BUG = re.compile("Traceback|a bug of bpnet|Exception|TqdmMonitorWarning")


class Row(NamedTuple):
    """Variables of the environment that all have the same odd value."""

    name: str
    value: str
    variables: list[str]

    def __str__(self) -> str:
        return f"{self.name}={self.value[:20]!a}"


ROWS = [
    *(Row(name, value, [name]) for name in [*CLICK, *WEB, *OWN] for value in VALUES),
    *(Row("Python's own", value, PYTHON) for value in VALUES),
    *(Row("TQDM_*", value, TQDM) for value in VALUES),
]


def judge(variables, status, err):
    """Fail unless a command has ended well, or as it may for one of these variables."""
    assert not BUG.search(err), err
    if status:
        may = [end for name in variables for end in MAY_REFUSE.get(name, [])]
        assert any(status == expected and told in err for expected, told in may), (status, err)
        assert sum(line.startswith("Error: ") for line in err.splitlines()) <= 1, err


@pytest.fixture
def sets(mirrors, small_files):
    """Return what sets the variables of a row, in a process in which nothing has read them yet."""

    def sets(row):
        for name in [*WEB, *CLICK]:
            os.environ.pop(name, None)
        if row.name in CLICK:
            words = {"_BPNET_COMPLETE": "bash_complete", "COMP_WORDS": "bpnet t", "COMP_CWORD": "1"}
            os.environ |= words
        os.environ |= dict.fromkeys(row.variables, row.value)
        good = f"{mirrors.address}1/"
        insecure = [good.replace("http:", "https:")] if row.name in WEB else []
        catalogue.SOURCES["mnist"] = as_published(small_files, *insecure, good)
        download.fetch = partial(download.fetch, limits=Limits(rounds=1))
        sys.stderr.isatty = lambda: True
        for name in [*sys.modules]:
            if name.partition(".")[0] == "tqdm" or name == "bpnet.cli.bars":
                del sys.modules[name]

    return sets


@pytest.fixture
def train(small_config, tmp_path):
    """A command that trains on what it has to download."""
    data = replace(small_config.data, dataset="mnist", dir="data")
    (tmp_path / "small.yaml").write_text(dump(replace(small_config, data=data)), encoding="utf-8")
    return ("train", "--config", "small.yaml", "--run-dir", "r")


@pytest.fixture(scope="module")
def printed():
    """All that a training has printed: the same whatever the environment."""
    return set()


def test_an_odd_value_of_a_variable_is_told_or_does_no_harm(row, sets, train, tmp_path, printed):
    for command in (train, ("data", "show", "--dataset", "mnist")):
        ended = run(tmp_path, *command, hinder=partial(sets, row))
        judge(row.variables, ended.status, ended.err)
        if command == train and row.name not in CLICK and not ended.status:
            printed.add(ended.out)
            assert len(printed) == 1


def real(folder, *command, **environment):
    """Run the real program, which imports NumPy, in this environment."""
    clean = {name: value for name, value in os.environ.items() if "BPNET" not in name}
    done = subprocess.run(
        [*command[:-1], sys.executable, "-m", "bpnet", *map(str, command[-1])],
        cwd=folder, env=clean | environment, capture_output=True, check=False, text=True,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_an_odd_value_of_the_variables_of_numpy_is_told_or_does_no_harm(
    chosen, request, small_file, tmp_path
):
    train = ["train", "--config", small_file, "--run-dir"]
    for number, value in enumerate(chosen(VALUES)):
        status, err = real(tmp_path, [*train, f"r{number}"], **dict.fromkeys(NUMPY, value))
        judge(NUMPY, status, err)
        for name in NUMPY_ALONE if request.config.option.every_case else ():
            status, err = real(tmp_path, [*train, f"{name}-{number}"], **{name: value})
            judge([name], status, err)


def test_numpy_that_cannot_be_imported_is_one_line(tmp_path, small_data):
    show = ["data", "show", "--dataset", "drawn", "--data-dir", small_data]
    status, err = real(tmp_path, show, NUMPY_MADVISE_HUGEPAGE="abc")
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith(
        "Error: numpy: cannot be loaded: invalid literal for int() with base 10: "
    )
    status, err = real(tmp_path, "sh", "-c", 'ulimit -v 30000; exec "$@"', "sh", show)
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith(("Error: numpy: cannot be loaded: ", "Error: not enough memory"))


@pytest.fixture
def limited(small_file, small_data, tmp_path):
    """Return a function that runs the program where it may have so many threads and processes."""
    copytree(small_data, tmp_path / "data")

    def limited(number, *command):
        hinder = partial(limits.threads_and_processes, number)
        return run(tmp_path, *command, "--data-dir", "data", hinder=hinder)

    return limited


DISTORTED = ("--set", "augment.shift=1", "--quiet")


@pytest.mark.parametrize("options", [DISTORTED, ("--seeds", "2")])
def test_where_no_thread_can_be_started_it_is_one_line_and_no_run_goes_on(
    options, small_file, tmp_path, limited
):
    ended = limited(1, "train", "--config", small_file, "--run-dir", "r", *options)
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert ended.err.startswith(("Error: no more threads", "Error: r/seed-0: no process for it: "))
    assert metadata.status(tmp_path / "r") in ("failed", "not begun")


def test_a_download_for_which_no_thread_can_be_started_is_one_line(tmp_path, limited):
    ended = limited(1, "data", "fetch", "--dataset", "mnist")
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert ended.err.startswith("Error: no more threads can be started: ")
    assert not (tmp_path / "data" / "mnist").exists()


def test_seeds_that_reach_the_limit_at_any_thread_or_process_leave_none_running(
    chosen, small_file, tmp_path, limited
):
    seeds = ("--seeds", "2", "--jobs", "2", *DISTORTED)
    for number in chosen([2, 3, 4, 5, 6, 7]):
        ended = limited(number, "train", "--config", small_file, "--run-dir", f"r{number}", *seeds)
        assert not BUG.search(ended.err), ended.err
        assert ended.status == 1
        assert ended.err.splitlines()[-1].startswith(("Error: ", "       try again with: "))
        found = {metadata.status(tmp_path / f"r{number}" / f"seed-{seed}") for seed in range(2)}
        assert found <= {"failed", "not begun", "finished"}
