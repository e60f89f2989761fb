"""One thread, decided before NumPy is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bpnet.runs import metadata
from bpnet.system import threads


def fresh(code, **variables):
    """Return what the code prints, in a process with no BLAS variables but these."""
    clean = {name: text for name, text in os.environ.items() if name not in threads.VARIABLES}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=clean | variables, capture_output=True, check=True, text=True
    ).stdout


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="no /proc")  # noqa: PTH112
@pytest.mark.parametrize("variables", [{}, dict.fromkeys(threads.VARIABLES, "2")])
def test_there_is_one_once_numpy_is_imported_whatever_the_environment_says(variables):
    code = (
        "import os; from bpnet.system import threads;"
        "threads.fix(); import numpy as np; np.ones((500, 500)) @ np.ones((500, 500));"
        "print(len(os.listdir('/proc/self/task')))"
    )
    assert fresh(code, **variables) == "1\n"


@pytest.mark.parametrize(
    ("variables", "surely"),
    [
        ({}, False),
        ({"OPENBLAS_NUM_THREADS": "1"}, True),
        ({"OMP_NUM_THREADS": "1"}, True),
        ({"OMP_NUM_THREADS": "1,2"}, True),  # OpenMP's list for nested levels: the first counts
        ({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "2"}, False),
        ({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": ""}, True),
        ({"OPENBLAS_NUM_THREADS": "many"}, False),
    ],
)
def test_what_numpy_was_started_on_is_known_of_the_environment(variables, surely, monkeypatch):
    monkeypatch.setattr(threads, "_fixed", [])
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert threads.is_one() == surely


def test_what_has_been_fixed_stays_known_and_the_environment_stays_as_it_was(monkeypatch):
    monkeypatch.setattr(threads, "_fixed", [])
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    before = dict(os.environ)
    with threads.fixed():
        assert {os.environ[name] for name in threads.VARIABLES} == {"1"}
    assert os.environ == before
    assert threads.is_one()


def test_each_command_that_computes_fixes_it(bpnet, small_file, monkeypatch):
    fixed = []
    monkeypatch.setattr(threads, "fix", lambda: fixed.append(True))
    bpnet("train", "--config", small_file, "--run-dir", "r", "--quiet")
    metadata.write(Path("r"), status="interrupted")
    small = ("--set", "network.hidden=2")
    for number, command in enumerate(
        [
            ("train", "--resume", "r"),
            ("eval", "r"),
            ("report", "r"),
            ("compare", "r", "r"),
            ("predict", "none.png", "--run", "r"),
            ("gradcheck", *small),
            ("data", "path"),
        ]
    ):
        assert len(fixed) == number + 1
        bpnet(*command)
    assert len(fixed) == 8
