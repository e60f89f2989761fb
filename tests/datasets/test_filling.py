"""Filling the cache: one process at a time, if it can be had; in any case it is filled."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

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


@pytest.mark.parametrize("there", [False, True])
def test_where_nothing_is_kept_nothing_new_is_left(folder, tmp_path, there):
    if there:
        folder.mkdir(parents=True)
        (folder / "mine").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ZeroDivisionError), cache.filling(folder, pytest.fail):
        raise ZeroDivisionError
    assert sorted(tmp_path.rglob("*")) == before


def test_where_the_lock_cannot_be_made_no_folder_is_left(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "NAME", "x" * 300)
    with cache.filling(folder, pytest.fail):
        pass
    assert list(tmp_path.iterdir()) == []


def test_where_something_is_kept_the_lock_stays(folder):
    with cache.filling(folder, pytest.fail):
        (folder / "images").touch()
    assert {path.name for path in folder.iterdir()} == {".lock", "images"}


def test_who_has_waited_for_a_lock_that_is_removed_takes_the_one_that_counts(folder):
    waiting, began = threading.Event(), threading.Event()

    def second():
        with cache.filling(folder, lambda line: waiting.set()):
            began.set()
            assert locks.is_held(folder / ".lock")
            (folder / "images").touch()

    with ThreadPoolExecutor(1) as pool:
        with cache.filling(folder, pytest.fail):
            done = pool.submit(second)
            assert waiting.wait(10)
            assert not began.is_set()
        done.result(10)
    assert {path.name for path in folder.iterdir()} == {".lock", "images"}


def test_what_another_is_writing_who_has_the_lock_is_not_swept(folder, monkeypatch):
    monkeypatch.setattr(cache, "PATIENCE", 0)
    folder.mkdir(parents=True)
    with locks.hold(folder / ".lock"):
        temporary = folder / ".4194305-0123abcd.tmp"  # of another container: no such process here
        temporary.touch()
        with cache.filling(folder, lambda line: None):
            pass
        assert temporary.exists()


def test_what_killed_processes_left_is_swept_and_nothing_else(folder):
    folder.mkdir(parents=True)
    names = [".images.4194305-0123abcd.tmp", f".images.{os.getppid()}-0123abcd.tmp", ".mine.tmp"]
    for name in names:
        (folder / name).touch()
    with cache.filling(folder, pytest.fail):
        pass
    assert {path.name for path in folder.iterdir()} == {*names[1:]}
