"""Killed anywhere, a run that is resumed ends with the bytes of one that was left alone."""

import os
import random
import shutil
import signal
import time
from itertools import count
from unittest.mock import patch

from bpnet.runs import checkpoints, metadata
from tests.helpers.disk import dying_at, strays
from tests.helpers.forks import Fork, outcome, run


def slow_disk():
    """Let each fsync take as long as on a disk: in memory hardly a kill would come in a save."""
    real = os.fsync
    os.fsync = lambda descriptor: (time.sleep(0.002), real(descriptor))


def finish(folder, command):
    """Do what a user would do after a crash: resume the run, or start it if it had not begun."""
    begun = (folder / "config.yaml").exists()
    start = ("train", "--resume") if begun else (*command, "--run-dir")
    resumed = run(folder.parent, *start, folder)
    assert resumed.status == 0, resumed.err
    assert "going on from the one before" not in resumed.err
    assert strays(folder) == set()
    found = outcome(folder)
    assert metadata.read(folder)["weights_sha256"] == found.weights
    return found


def test_a_kill_at_every_change_of_a_file_costs_nothing(cases, four_saves, straight, tmp_path):
    step, landed = 4 // cases(4), 0
    for number in count(1, step):
        folder = tmp_path / f"killed-{number}"
        ended = run(tmp_path, *four_saves, "--run-dir", folder, hinder=dying_at(number, folder))
        if ended.status == 0:
            break
        assert ended.status == -signal.SIGKILL, ended.err
        landed += 1
        saved = ended.err.count("epoch ")  # an epoch is told of when it is on the disk
        assert not saved or (folder / "log.csv").read_text("utf-8").count("\n") > saved
        assert finish(folder, four_saves) == straight, f"killed at change {number}"
    assert landed > 120 / step


def test_random_kills_cost_nothing(cases, four_saves, tmp_path):
    chance = random.Random(20161125)
    command = (*four_saves, "--set", "train.epochs=12")
    seconds = []
    for name in ("straight", "again"):  # the quicker counts: others use the machine too
        began = time.monotonic()
        ended = run(tmp_path, *command, "--run-dir", tmp_path / name, hinder=slow_disk)
        assert ended.status == 0
        seconds.append(time.monotonic() - began)
    straight, trials, landed, temporary = outcome(tmp_path / "straight"), cases(100), 0, 0
    for trial in range(trials):
        folder = tmp_path / f"killed-{trial}"
        for _ in range(2):
            begun = (folder / "config.yaml").exists()
            start = ("train", "--resume") if begun else (*command, "--run-dir")
            child = Fork(tmp_path, *start, folder, hinder=slow_disk)
            time.sleep(chance.uniform(0, 0.7) * min(seconds))
            child.send(signal.SIGKILL)
            landed += child.wait().status == -signal.SIGKILL
            temporary += any(".tmp" in name for name in strays(folder))
        assert finish(folder, command) == straight, f"trial {trial} of seed 20161125"
    assert landed >= 1.5 * trials
    assert temporary >= trials / 10


def test_a_kill_while_a_finished_run_gets_more_epochs_leaves_the_old_run_or_the_new(
    cases, small_file, tmp_path
):
    """The old one has its result; of the new one eval scores the weights so far. Both go on."""
    train = ("train", "--quiet", "--config", small_file, "--set")
    for epochs in (1, 2):
        run(tmp_path, *train, f"train.epochs={epochs}", "--run-dir", tmp_path / str(epochs))
    old, new = outcome(tmp_path / "1"), outcome(tmp_path / "2")
    for number in count(1, 1 if cases(4) == 4 else 11):
        folder = tmp_path / f"killed-{number}"
        shutil.copytree(tmp_path / "1", folder)
        plain, more = ("train", "--quiet", "--resume", folder), ("--epochs", 2)
        ended = run(tmp_path, *plain, *more, hinder=dying_at(number, folder))
        if ended.status == 0:
            break
        assert ended.status == -signal.SIGKILL, ended.err
        has_ended = metadata.read(folder)["status"] == "finished"
        is_old = has_ended and outcome(folder) == old
        assert run(tmp_path, "eval", folder).status == 0, f"killed at change {number}"
        again = more if number % 2 and (is_old or not has_ended) else ()
        resumed = run(tmp_path, *plain, *again)
        assert resumed.status == 0, resumed.err
        is_left = is_old and not again
        assert outcome(folder) == (old if is_left else new), f"killed at change {number}"
        assert is_left or strays(folder) == set()
    assert number > 99


def test_a_run_that_would_end_otherwise_is_noticed(four_saves, straight, tmp_path):
    folder = tmp_path / "killed"
    run(tmp_path, *four_saves, "--run-dir", folder, hinder=dying_at(60, folder))

    def restore_nearly(run, state, *more):
        restore(run, state, *more)
        state.parameters[-1] += 1e-6

    restore = checkpoints.restore
    with patch.object(checkpoints, "restore", restore_nearly):
        assert finish(folder, four_saves) != straight
