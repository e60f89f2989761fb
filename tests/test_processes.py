"""The real program, in processes of its own: start-up, signals, pipes, bytes."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bpnet.config import load


def finish(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def weights(tmp_path, *names):
    return [(tmp_path / name / "weights.npz").read_bytes() for name in names]


def test_help_imports_neither_numpy_nor_requests_nor_yaml_nor_tqdm_nor_what_is_slow_of_pythons():
    slow = {"numpy", "requests", "yaml", "tqdm", "statistics", "decimal"}
    code = (
        "import sys; from bpnet.cli.main import run; run(['--help']); run(['train', '--help']);"
        f"print({slow} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stderr == "set()\n"
    assert "bpnet eval" in done.stdout


def test_reading_a_dataset_that_is_there_imports_no_requests():
    code = "import sys; import bpnet.runs.session; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_training_makes_no_lock_between_processes(small_file, tmp_path):
    code = (
        "import sys; from bpnet.cli.main import run; run(sys.argv[1:]);"
        "sys.exit('multiprocessing.synchronize' in sys.modules)"
    )
    train = ("train", "--config", small_file, "--run-dir", tmp_path / "r")
    assert subprocess.run([sys.executable, "-c", code, *train], check=False).returncode == 0
    assert (tmp_path / "r" / "weights.npz").exists()


def test_training_twice_gives_the_same_bytes_whatever_the_hash_seed(program, small_file, tmp_path):
    for name in ("a", "b"):
        arguments = ("train", "--config", small_file, "--run-dir", name)
        assert finish(program(*arguments, PYTHONHASHSEED=str(ord(name))))[0] == 0
    a, b = weights(tmp_path, "a", "b")
    assert a == b


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_that_can_be_resumed_to_the_same_bytes(
    program, small_file, tmp_path, number
):
    train = ("train", "--config", small_file, "--set", "train.epochs=60", "--run-dir")
    process = program(*train, "stopped")
    assert process.stderr.readline().startswith("epoch  1/60")
    process.send_signal(number)
    status, out, err = finish(process)
    assert (status, out) == (128 + number, "")
    resume = re.search(r"go on with: bpnet (train --resume stopped)\n$", err)
    assert finish(program(*resume[1].split()))[0] == 0
    assert finish(program(*train, "straight"))[0] == 0
    names = ("stopped", "straight")
    a, b = weights(tmp_path, *names)
    assert a == b
    logs = [(tmp_path / name / "log.csv").read_text(encoding="utf-8") for name in names]
    rows = [[line.split(",")[:-2] for line in log.splitlines()] for log in logs]
    assert rows[0] == rows[1]
    assert [path.name for path in (tmp_path / "stopped").glob(".*")] == [".lock"]


def test_a_killed_run_is_resumed_to_the_same_bytes(program, small_file, tmp_path):
    train = ("train", "--config", small_file, "--set", "train.epochs=60", "--run-dir")
    process = program(*train, "killed")
    for _ in range(3):
        process.stderr.readline()
    process.kill()
    assert finish(process)[0] == -signal.SIGKILL
    assert json.loads((tmp_path / "killed" / "run.json").read_bytes())["status"] == "running"
    assert finish(program("train", "--resume", "killed"))[0] == 0
    assert finish(program(*train, "straight"))[0] == 0
    a, b = weights(tmp_path, "killed", "straight")
    assert a == b


def test_a_reader_that_leaves_early_is_no_error(program, small_data):
    process = program("data", "show", "--dataset", "drawn", "--data-dir", small_data, "--each", 50)
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")  # noqa: PTH110
def test_a_full_stdout_is_one_line(small_data, tmp_path):
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "bpnet", "config", "show"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False, text=True,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "Error: stdout: No space left on device\n"


def test_paths_of_any_letters_work_where_the_locale_has_none(program, small_file, tmp_path):
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    data = Path(load(small_file).data.dir)
    (tmp_path / "데이터").symlink_to(data)
    small_file.rename(tmp_path / "설정.yaml")
    seeds = ("--seeds", 2, "--jobs", 2, "--data-dir", "데이터")
    status, out, err = finish(program("train", "--config", "설정.yaml", *seeds, **ascii_only))
    assert status == 0, err
    folder = tmp_path / out.splitlines()[-1]
    assert folder.name.endswith("_설정-2-seeds")
    run = folder / "seed-1"
    assert "  dir: 데이터\n" in (run / "config.yaml").read_text(encoding="utf-8")
    assert json.loads((run / "run.json").read_bytes())["test_images"] == 200
    report = finish(program("report", run, "--output", "보고.html", **ascii_only))
    assert report == (0, "보고.html\n", "")
    assert (tmp_path / "보고.html").exists()


def test_a_path_that_the_terminal_cannot_show_does_no_harm(program, small_file, tmp_path):
    train = ("train", "--config", small_file, "--run-dir", "실험 é")
    status, _, err = finish(program(*train, PYTHONIOENCODING="cp949"))
    assert status == 0, err
    assert (tmp_path / "실험 é" / "weights.npz").exists()
