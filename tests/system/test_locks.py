"""Locks: one holder, known by name, and nothing that a link or a dead process could spoil."""

import errno
import fcntl
import os
import pathlib
import sys
from contextlib import suppress

import pytest

from bpnet.errors import StorageError
from bpnet.system import locks
from bpnet.system.locks import hold


def test_a_lock_has_one_holder_whom_the_others_are_told(tmp_path):
    path = tmp_path / ".lock"
    with hold(path) as first, hold(path) as second:
        assert first is None
        assert second == f"process {os.getpid()} on {os.uname().nodename}"
    with hold(path) as third:
        assert third is None


def test_whether_a_lock_is_held_can_be_asked_without_a_trace(tmp_path):
    path = tmp_path / ".lock"
    assert not locks.is_held(path)
    assert not path.exists()
    with hold(path):
        assert locks.is_held(path)
    assert not locks.is_held(path)


def test_to_ask_takes_the_lock_from_nobody(tmp_path, monkeypatch):
    path, real, refused = tmp_path / ".lock", fcntl.fcntl, []
    path.touch()

    def while_it_is_asked(*arguments):
        answer = real(*arguments)
        monkeypatch.setattr(fcntl, "fcntl", real)
        with hold(path) as holder:
            refused.append(holder)
        return answer

    monkeypatch.setattr(fcntl, "fcntl", while_it_is_asked)
    assert not locks.is_held(path)
    assert refused == [None]


def test_who_waits_is_told_once_for_whom_and_gets_the_lock_when_it_is_free(tmp_path, monkeypatch):
    path, told = tmp_path / ".lock", []
    held = hold(path)
    held.__enter__()
    pauses = iter([lambda: None, lambda: held.__exit__(None, None, None)])
    monkeypatch.setattr(locks.time, "sleep", lambda seconds: next(pauses)())
    with hold(path, patience=60, waiting=told.append) as holder:
        assert holder is None
    assert told == [f"process {os.getpid()} on {os.uname().nodename}"]


def test_who_has_waited_long_enough_is_told_who_has_it(tmp_path):
    with hold(tmp_path / ".lock"), hold(tmp_path / ".lock", patience=0.1) as holder:
        assert holder


def test_a_lock_is_free_again_after_an_error(tmp_path):
    with suppress(ZeroDivisionError), hold(tmp_path / ".lock"):
        raise ZeroDivisionError
    with hold(tmp_path / ".lock") as holder:
        assert holder is None


def test_a_link_in_the_place_of_a_lock_leads_nobody_into_writing_over_a_file(tmp_path):
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    (tmp_path / ".lock").symlink_to(tmp_path / "precious")
    with pytest.raises(StorageError, match=r"\.lock: cannot be written"), hold(tmp_path / ".lock"):
        pytest.fail("it followed the link")
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_lets_everybody_through(tmp_path, monkeypatch, code):
    def fail(*arguments):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.fcntl", fail)
    monkeypatch.setattr("fcntl.flock", fail)
    with hold(tmp_path / ".lock") as first, hold(tmp_path / ".lock") as second:
        assert (first, second) == (None, None)
        assert not locks.is_held(tmp_path / ".lock")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the other kind of lock")
def test_a_lock_of_an_earlier_version_is_one(tmp_path):
    with pathlib.Path(tmp_path / ".lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with hold(tmp_path / ".lock") as holder:
            assert holder


def test_where_there_is_only_the_older_kind_of_lock_it_is_enough(tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr("fcntl.fcntl", fail)
    with hold(tmp_path / ".lock") as first, hold(tmp_path / ".lock") as second:
        assert (first, bool(second)) == (None, True)


def test_no_part_of_an_older_name_is_left_and_none_is_trusted(tmp_path):
    (tmp_path / ".lock").write_bytes(b"\xff" * 300)
    with hold(tmp_path / ".lock"), hold(tmp_path / ".lock") as holder:
        assert holder == f"process {os.getpid()} on {os.uname().nodename}"
