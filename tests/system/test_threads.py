"""The number of threads, decided before NumPy is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bpnet.config import load
from bpnet.errors import ConfigError
from bpnet.runs import metadata
from bpnet.system import background, threads


def test_defaults_then_file_then_environment_then_command_line(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("train: {threads: 2}", encoding="utf-8")
    environment = {"OMP_NUM_THREADS": "3"}
    assert load(environment={}).train.threads == 1
    assert load(path, environment={}).train.threads == 2
    assert load(path, environment=environment).train.threads == 3
    assert load(path, ["train.threads=4"], environment).train.threads == 4


def test_the_libraries_own_variables_come_before_openmps():
    assert threads.given({"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "3"})[1] == "3"
    assert threads.given({"OPENBLAS_NUM_THREADS": ""}) is None


@pytest.mark.parametrize("text", ["0", "-1", "two", "1025", "1.5", "9" * 5000])
def test_what_is_no_number_of_threads_is_refused(text):
    with pytest.raises(ConfigError, match=r"OPENBLAS_NUM_THREADS: train.threads: expected .* 1024"):
        load(environment={"OPENBLAS_NUM_THREADS": text})


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="no /proc")  # noqa: PTH112
@pytest.mark.parametrize("number", [1, 2])
def test_so_many_threads_there_are_once_numpy_is_imported(number):
    code = (
        "import os; from bpnet.system import threads;"
        f"threads.fix({number}); import numpy as np; np.ones((500, 500)) @ np.ones((500, 500));"
        "print(len(os.listdir('/proc/self/task')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert int(done.stdout) == min(number, len(os.sched_getaffinity(0)))


def test_each_command_fixes_the_number_of_the_config_or_of_the_run(bpnet, small_file, monkeypatch):
    fixed = []
    monkeypatch.setattr(threads, "fix", fixed.append)
    bpnet("train", "--config", small_file, "--threads", 2, "--run-dir", "r", "--quiet")
    metadata.write(Path("r"), status="interrupted")
    bpnet("train", "--resume", "r")
    bpnet("eval", "r")
    bpnet("gradcheck", "--set", "train.threads=2")
    bpnet("data", "path")
    assert fixed == [2, 2, 2, 2, 1]


@pytest.mark.parametrize(("number", "others"), [(1, 0), (3, 2), (1000, 3)])
def test_as_many_threads_are_tried_at_once_as_blas_will_start(number, others, monkeypatch):
    started, start = [], background.start
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(
        background, "start", lambda work: started.append(start(work)) or started[-1]
    )
    threads.fix(number)
    assert len({thread.ident for thread in started}) == len(started) == others
    assert not any(thread.is_alive() for thread in started)
