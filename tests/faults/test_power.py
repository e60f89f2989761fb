"""The power fails in the middle of a save: on the disk is then the old or the new, whole."""

import os
import stat
from dataclasses import replace
from unittest.mock import patch

import pytest

from bpnet.errors import BpnetError
from bpnet.runs import checkpoints, session
from bpnet.system import storage
from bpnet.training.trainer import Training
from tests.helpers.power import failures

OLD, NEW = b"old " * 300, b"new, and longer " * 100


def without_fsync(path, content):
    with patch.object(os, "fsync", lambda descriptor: None):
        storage.write(path, content)


def renamed_before_fsync(path, content):
    temporary = path.with_name(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, content)
    os.replace(temporary, path)
    os.fsync(descriptor)
    os.close(descriptor)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def without_fsync_of_the_folder(path, content):
    real = os.fsync

    def of_files(descriptor):
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            real(descriptor)

    with patch.object(os, "fsync", of_files):
        storage.write(path, content)


def unlinked_first(path, content):
    os.unlink(path)
    storage.write(path, content)


def in_place(path, content):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(descriptor, content)
    os.fsync(descriptor)
    os.close(descriptor)


def verdict(folder, write):
    """Return how many states were tried, and how many of them are not as a save promises."""
    path = folder / "checkpoint.npz"
    path.write_bytes(OLD)
    tried = wrong = 0
    for ended, state in failures(folder, lambda: write(path, NEW)):
        tried += 1
        wrong += state.get(path.name) not in ([NEW] if ended else [OLD, NEW])
    return tried, wrong


def test_a_file_is_the_old_or_the_new_and_after_the_save_the_new(tmp_path):
    tried, wrong = verdict(tmp_path, storage.write)
    assert tried >= 25
    assert wrong == 0


@pytest.mark.parametrize(
    "write",
    [without_fsync, renamed_before_fsync, without_fsync_of_the_folder, unlinked_first, in_place],
)
def test_a_save_that_forgets_something_is_found_out(tmp_path, write):
    assert verdict(tmp_path, write)[1] > 0


def made_without_fsync_of_those_above(folder):
    folder.mkdir(parents=True)


def lost_after_its_end(folder, make):
    """Return the states after a new folder's first file is written, in which it is not there."""

    def work():
        make(folder / "above" / "run")
        storage.write(folder / "above" / "run" / "config.yaml", NEW)

    states = [state for ended, state in failures(folder, work) if ended]
    assert states
    return [state for state in states if state.get("above/run/config.yaml") != NEW]


def test_a_new_run_is_there_with_every_folder_above_it(tmp_path):
    assert lost_after_its_end(tmp_path, storage.make_folder) == []


def test_a_folder_above_that_is_forgotten_is_found_out(tmp_path):
    assert lost_after_its_end(tmp_path, made_without_fsync_of_those_above)


def test_a_whole_save_can_be_resumed_from_in_every_state(small_config, tmp_path):
    config = replace(small_config, train=replace(small_config.train, epochs=4))
    failed, tried, steps = tmp_path / "failed", 0, set()
    failed.mkdir()
    with session.started(config, "", tmp_path / "run") as begun:
        epochs = session.train(begun)
        for _ in range(2):
            next(epochs)
        for ended, contents in failures(begun.run.folder, lambda: next(epochs)):
            for path in failed.iterdir():
                path.unlink()
            for name, content in contents.items():
                (failed / name).write_bytes(content)
            found = Training(config, begun.training.dataset).state
            run = replace(begun.run, folder=failed)
            checkpoints.restore(run, found, begun.data, tell=pytest.fail)
            assert found.step in ([48] if ended else [32, 48])
            steps.add(found.step)
            tried += 1
    assert steps == {32, 48}
    assert tried > 90


def test_a_whole_save_that_does_not_wait_for_the_disk_is_found_out(small_config, tmp_path):
    with (
        patch.object(storage, "write", in_place),
        pytest.raises((AssertionError, pytest.fail.Exception, BpnetError)),
    ):
        test_a_whole_save_can_be_resumed_from_in_every_state(small_config, tmp_path)
