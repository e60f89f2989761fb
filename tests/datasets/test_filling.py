"""Filling the cache: one process at a time, if it can be had; in any case it is filled."""

import os

import pytest

from bpnet.datasets import cache
from bpnet.system import locks


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "digits"


def test_the_folder_is_made_and_held(folder):
    with cache.filling(folder, pytest.fail), locks.hold(folder / ".lock") as holder:
        assert holder == f"process {os.getpid()} on {os.uname().nodename}"


def test_who_waits_says_for_whom_and_fills_it_himself_when_it_takes_too_long(folder, monkeypatch):
    monkeypatch.setattr(cache, "PATIENCE", 0.01)
    told, done = [], []
    with cache.filling(folder, told.append), cache.filling(folder, told.append):
        done.append(True)
    assert done
    assert told == [
        f"{folder}: waiting for process {os.getpid()} on {os.uname().nodename}, which is filling it"
    ]


def test_a_folder_that_cannot_be_made_is_no_reason_not_to_try(tmp_path):
    (tmp_path / "file").touch()
    with cache.filling(tmp_path / "file" / "digits", pytest.fail):
        pass


def test_what_killed_processes_left_is_swept_and_nothing_else(folder):
    folder.mkdir(parents=True)
    names = [".images.4194305-0123abcd.tmp", f".images.{os.getppid()}-0123abcd.tmp", ".mine.tmp"]
    for name in names:
        (folder / name).touch()
    with cache.filling(folder, pytest.fail):
        pass
    assert {path.name for path in folder.iterdir()} == {".lock", *names[1:]}
