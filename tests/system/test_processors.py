"""How many processors there are, and whether they are enough."""

import os

import pytest

from bpnet.system import processors


def test_there_are_as_many_as_this_process_may_use():
    assert 1 <= processors.usable() <= os.cpu_count()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="not on this system")
def test_those_that_are_another_processs_are_none():
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert processors.usable() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(
    ("there", "jobs", "workers", "told"),
    [
        (4, 1, 5, "5 processes (train.workers) for 4 cores that"),
        (1, 1, 2, "2 processes (train.workers) for 1 core that"),
        (4, 3, 2, "6 processes (--jobs 3 x train.workers 2) for 4 cores that"),
        (2, 3, 1, "3 processes (--jobs 3 x train.workers 1) for 2 cores that"),
    ],
)
def test_more_processes_than_these_are_told_in_a_line(there, jobs, workers, told, monkeypatch):
    lines = []
    monkeypatch.setattr(processors, "usable", lambda: there)
    processors.warn_of_more(jobs, workers, lines.append)
    assert lines == [f"warning: {told} this process may use: they slow each other down"]


@pytest.mark.parametrize("there", [4, 5, None])
def test_as_many_as_these_are_not_told(there, monkeypatch):
    monkeypatch.setattr(processors, "usable", lambda: there)
    processors.warn_of_more(2, 2, pytest.fail)
