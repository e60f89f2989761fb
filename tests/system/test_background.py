"""Threads of this program's own, and the line that says why there can be no more."""

import threading

import pytest

from bpnet.errors import BpnetError
from bpnet.system import background


def test_the_work_is_done_on_another_thread_with_its_arguments():
    done = []
    thread = background.start(lambda *words: done.append((words, threading.get_ident())), "a", "b")
    thread.join()
    assert done == [(("a", "b"), thread.ident)]


def test_a_daemon_is_not_waited_for_and_another_thread_is():
    assert background.start(int).daemon
    assert not background.start(int, daemon=False).daemon


def test_a_thread_that_the_system_does_not_allow_is_told_of(monkeypatch):
    def refuse(*_, **__):  # as _thread does at a limit; tests/faults/test_environment.py has one
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading, "_start_new_thread", refuse)
    with pytest.raises(BpnetError, match=r"no more threads .* limit of processes \(ulimit -u"):
        background.start(int)
