"""Two processes and one run: the second is refused, whoever reads is never disturbed."""

import fcntl
import shutil
import signal

import numpy as np
import pytest

from bpnet import datasets
from bpnet.runs import checkpoints, directory, metadata, results
from bpnet.training.trainer import Training
from tests.helpers.disk import strays
from tests.helpers.forks import Fork, outcome, run


@pytest.fixture
def long(small_file, tmp_path):
    """A run that takes a while, and what it comes to when it is alone."""
    command = ("train", "--config", small_file, "--set", "train.epochs=80", "--run-dir")
    assert run(tmp_path, *command, tmp_path / "straight").status == 0
    return command


def test_a_second_trainer_is_refused_and_told_of_the_first(long, tmp_path):
    folder = tmp_path / "run"
    first = Fork(tmp_path, *long, folder)
    first.wait_for("epoch  1")
    second = run(tmp_path, "train", "--resume", folder)
    assert (second.status, second.out) == (1, "")
    assert second.err.startswith(f"Error: {folder}: process {first.pid} on ")
    assert second.err.count("\n") == 1
    assert run(tmp_path, *long, folder).status == 2  # is there already
    assert first.wait().status == 0
    assert outcome(folder) == outcome(tmp_path / "straight")
    assert strays(folder) == set()


def test_when_the_first_is_killed_the_second_starts_at_once(long, tmp_path):
    folder = tmp_path / "run"
    first = Fork(tmp_path, *long, folder)
    first.wait_for("epoch  2")
    first.send(signal.SIGKILL)
    assert first.wait().status == -signal.SIGKILL
    assert run(tmp_path, "train", "--resume", folder).status == 0
    assert outcome(folder) == outcome(tmp_path / "straight")
    assert strays(folder) == set()


def test_a_trainer_whose_folder_another_makes_anew_ends_and_writes_nothing_there(long, tmp_path):
    folder = tmp_path / "run"
    first = Fork(tmp_path, *long, folder)
    first.wait_for("epoch  2")
    first.send(signal.SIGSTOP)
    shutil.rmtree(folder)
    assert run(tmp_path, *long, folder, "--set", "seed=1").status == 0
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    first.send(signal.SIGCONT)
    ended = first.wait()
    assert ended.status == 1
    assert ended.err.endswith(
        f"Error: {folder}: was removed or replaced meanwhile; nothing is written there\n"
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


def test_seeds_whose_folder_another_makes_anew_are_not_trained_there(small_file, tmp_path):
    folder = tmp_path / "seeds"
    command = ("train", "--config", small_file, "--run-dir", folder, "--seeds", 3)
    first = Fork(tmp_path, *command, "--set", "train.epochs=80")
    first.wait_for("seed-0: epoch  1")
    folder.rename(tmp_path / "gone")
    second = run(tmp_path, *command, "--quiet")
    ended = first.wait()
    assert (second.status, ended.status, ended.out) == (0, 1, "")
    told = f"Error: {folder}: was removed or replaced meanwhile; nothing is written there\n"
    assert ended.err.endswith(told)


def test_where_locks_do_nothing_two_trainers_still_end_with_the_same_bytes(
    long, tmp_path, monkeypatch
):
    monkeypatch.setattr(fcntl, "flock", lambda *arguments: None)
    monkeypatch.setattr(fcntl, "fcntl", lambda *arguments: arguments[-1])
    folder = tmp_path / "run"
    first = Fork(tmp_path, *long, folder)
    first.wait_for("epoch  2")
    others = [Fork(tmp_path, "train", "--resume", folder) for _ in range(2)]
    assert [child.wait().status for child in (first, *others)] == [0, 0, 0]
    assert outcome(folder) == outcome(tmp_path / "straight")
    assert strays(folder) == set()


def test_of_four_that_begin_in_one_empty_folder_one_trains(small_file, tmp_path):
    command = ("train", "--config", small_file, "--run-dir", tmp_path / "run")
    (tmp_path / "run").mkdir()
    ended = [child.wait() for child in [Fork(tmp_path, *command) for _ in range(4)]]
    assert sorted(e.status for e in ended)[0] == 0
    for other in ended:
        assert other.status == 0 or "is there already" in other.err or "is training" in other.err
    assert [e.status for e in ended].count(0) == 1
    assert strays(tmp_path / "run") == set()


def test_a_second_command_on_a_folder_of_seeds_is_refused_too(small_file, tmp_path):
    folder = tmp_path / "seeds"
    command = ("train", "--config", small_file, "--set", "train.epochs=40", "--seeds", "2")
    first = Fork(tmp_path, *command, "--run-dir", folder)
    first.wait_for("seed-0: epoch  1")
    second = run(tmp_path, "train", "--resume", folder)
    assert second.status == 1
    assert f"{folder}: process {first.pid} on " in second.err
    assert run(tmp_path, "train", "--resume", folder / "seed-0").status == 1
    assert first.wait().status == 0


def test_a_reader_finds_whole_files_whenever_it_looks(cases, small_file, tmp_path):
    saves = cases(500)
    folder = tmp_path / "run"
    child = Fork(
        tmp_path, "train", "--config", small_file, "--run-dir", folder,
        "--set", "network.hidden=[]", "--set", "train.batch_size=500",
        "--set", f"train.epochs={saves}",
    )  # fmt: skip
    child.wait_for("epoch ")
    found = directory.open_run(folder)
    dataset = datasets.load(found.config.data)
    assert metadata.read(folder)["data"] == dataset.sha256
    steps, looks = set(), 0
    while found.status != "finished":
        assert np.isfinite(results.load_network(found).flat).all()
        state = Training(found.config, dataset).state
        checkpoints.restore(found, state, dataset.sha256, tell=pytest.fail)
        assert len(state.records) == state.step
        assert len((folder / "log.csv").read_text("utf-8").splitlines()) >= state.step - 1
        steps.add(state.step)
        looks += 1
    assert child.wait().status == 0
    assert len(steps) > saves / 10
    assert looks >= len(steps)
