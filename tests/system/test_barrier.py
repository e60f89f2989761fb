"""Where processes wait for one another: nobody goes on before all have come."""

import errno
import mmap
import os
import threading
import time

import pytest

from bpnet.errors import BpnetError
from bpnet.system import barrier, companions
from bpnet.system.barrier import LINE, Piped, Spinning

COUNT = 3


@pytest.fixture(params=[Spinning, Piped], ids=["spinning", "by pipes"])
def form(request, monkeypatch):
    """Both forms, whatever the processor."""
    monkeypatch.setattr(barrier, "STORES_STAY_IN_ORDER", request.param is Spinning)
    return request.param


@pytest.fixture
def ends(form):
    """The ends of the pipes of three, if the form has any."""
    found = barrier.ends(COUNT)
    yield found
    barrier.close(found)


def flat(ends):
    return [end for sides in ends for side in sides for end in side]


@pytest.fixture
def make(form, ends):
    """Make the barrier of a rank, of three."""
    counters = memoryview(mmap.mmap(-1, COUNT * LINE * 8)).cast("Q")

    def of(rank, *watch):
        made = barrier.barrier(counters, rank, *ends[rank], *watch)
        assert type(made) is form
        return made

    return of


def test_what_each_process_wrote_before_it_is_read_by_all_after_it(make, ends):
    numbers = memoryview(mmap.mmap(-1, COUNT * LINE * 8)).cast("Q")

    def work(rank, *watch):
        own = make(rank, *watch)
        for turn in range(1, 201):
            numbers[rank * LINE] = turn
            own.wait()
            assert numbers[::LINE].tolist() == [turn] * COUNT
            own.wait()

    def fork(rank):
        with companions.undisturbed():
            return companions.fork(lambda: work(rank), flat([ends[rank]]))

    def watch():  # one that has ended has failed
        assert [other.ended() for other in others] == [None, None], others[0].last_words()

    others = [fork(1), fork(2)]
    work(0, watch)
    for other in others:
        other.end()


class Waiting(threading.Thread):
    """Waits twice at the barrier of a rank; `waits` is set again and again meanwhile."""

    def __init__(self, make, rank):
        super().__init__(daemon=True)
        self.waits = threading.Event()
        self.barrier = make(rank, self.waits.set)
        self.start()

    def run(self):
        self.barrier.wait()
        self.barrier.wait()


def test_nobody_goes_on_before_the_last_has_come(make):
    last, others = make(2), [Waiting(make, rank) for rank in (0, 1)]
    for _ in range(2):
        for other in others:
            other.waits.clear()
            assert other.waits.wait(10)
            assert other.is_alive()
        last.wait()
    for other in others:
        other.join(10)
        assert not other.is_alive()


class Enough(Exception):
    """What `watch` raises."""


def test_what_is_raised_while_it_watches_ends_the_wait(make):
    calls = []

    def watch():
        calls.append(time.monotonic())
        if len(calls) == 3:
            raise Enough

    with pytest.raises(Enough):
        make(0, watch).wait()
    assert len(calls) == 3


def test_a_long_wait_takes_little_of_the_processor_and_watches_often(make):
    calls = []

    def watch():
        calls.append(time.monotonic())
        if calls[-1] > began + 0.4:
            raise Enough

    used, began = time.process_time(), time.monotonic()
    with pytest.raises(Enough):
        make(0, watch).wait()
    assert time.process_time() - used < 0.1
    assert 10 < len(calls) < 1000


def test_between_each_two_there_is_a_pipe_for_each_way(monkeypatch):
    monkeypatch.setattr(barrier, "STORES_STAY_IN_ORDER", False)
    ends = barrier.ends(COUNT)
    assert len(set(flat(ends))) == 2 * COUNT * (COUNT - 1)
    for rank, (_, writing) in enumerate(ends):
        for end in writing:
            os.write(end, b"%d" % rank)
    for rank, (reading, _) in enumerate(ends):
        assert sorted(int(os.read(end, 2)) for end in reading) == sorted({0, 1, 2} - {rank})
    barrier.close(ends)


def test_where_stores_stay_in_order_there_is_no_pipe(monkeypatch):
    monkeypatch.setattr(barrier, "STORES_STAY_IN_ORDER", True)
    assert barrier.ends(4) == [([], [])] * 4


def test_too_many_pipes_are_told_of_and_none_is_left(monkeypatch):
    made, make = [], os.pipe

    def pipe():
        if len(made) == 4:
            raise OSError(errno.EMFILE, "Too many open files")
        made.append(make())
        return made[-1]

    monkeypatch.setattr(barrier, "STORES_STAY_IN_ORDER", False)
    monkeypatch.setattr(os, "pipe", pipe)
    with pytest.raises(BpnetError, match=r"no pipes between 3 .*: Too many open files; try fewer"):
        barrier.ends(COUNT)
    for end in (end for pair in made for end in pair):
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(end)


def test_one_that_has_ended_is_found_by_whom_watch_is_for():
    own, others = os.pipe(), os.pipe()
    os.close(own[1])  # it writes no more
    os.close(others[0])  # and reads no more
    began, calls = time.monotonic(), []

    def watch():
        calls.append(time.monotonic())
        if calls[-1] > began + 0.1:
            raise Enough

    with pytest.raises(Enough):
        Piped([own[0]], [others[1]], watch).wait()
    assert len(calls) < 50  # it does not ask again and again in vain
    os.close(own[0])
    os.close(others[1])


def test_pipes_may_have_numbers_that_select_would_refuse():
    resource = pytest.importorskip("resource")
    above, own = 1100, os.pipe()
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= above:
        pytest.skip(f"no descriptor may be above {above}")
    os.dup2(own[0], above)
    Piped([above], [own[1]]).wait()  # what it writes it reads
    for end in (*own, above):
        os.close(end)
