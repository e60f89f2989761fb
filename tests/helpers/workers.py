"""The workers of a training as threads of one process, which meet at a barrier of Python's own."""

import mmap
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import pytest

from bpnet.array import Array
from bpnet.config import Config
from bpnet.datasets import Split
from bpnet.system import background, barrier, companions
from bpnet.system.barrier import Ends
from bpnet.training import shares
from bpnet.training.shares import Worker

SECONDS = 60  # after which nobody waits for the others any more

T = TypeVar("T")


def shared_arrays(config: Config) -> dict[str, Array]:
    """Return the arrays that the workers of a training share, all 0."""
    form = shares.forms(config)
    return shares.arrays(mmap.mmap(-1, shares.size(form)), form)


def together(
    config: Config, split: Split, shared: Mapping[str, Array], act: Callable[[Worker], T]
) -> list[T]:
    """Return what `act` returns for each worker, by their ranks; all act at once."""
    meeting = Meeting(config.train.workers)

    def one(rank: int) -> T:
        return meeting.left_if_it_fails(lambda: act(Worker(rank, config, split, shared, meeting)))

    with ThreadPoolExecutor(config.train.workers) as pool:
        return list(pool.map(one, range(config.train.workers)))


class Meeting:
    """A barrier of threads, at which nobody waits for one that has failed."""

    def __init__(self, count: int) -> None:
        self.barrier = threading.Barrier(count, timeout=SECONDS)

    def wait(self) -> None:
        """Return when all have called this as often."""
        self.barrier.wait()

    def left_if_it_fails(self, work: Callable[[], T]) -> T:
        """Do the work of one of the threads."""
        try:
            return work()
        except BaseException:
            self.barrier.abort()
            raise


class Threaded:
    """A companion that is a thread; as a process, it has not ended until it is ended."""

    def __init__(self, work: Callable[[], object], meeting: Meeting) -> None:
        self.work = work
        self.meeting = meeting
        self.thread = background.start(self._work)

    def _work(self) -> None:
        with suppress(threading.BrokenBarrierError):  # what else is raised fails the test
            self.meeting.left_if_it_fails(self.work)

    def ended(self) -> int | None:
        """Return None: what it raises is not told to the other thread, which then waits no more."""
        return None

    def last_words(self) -> str:
        """Return nothing."""
        return ""

    def end(self) -> None:
        """End it, and wait until it is gone."""
        self.meeting.barrier.abort()
        self.thread.join()


def as_threads(patch: pytest.MonkeyPatch) -> None:
    """From now on let the workers of each training be threads, of one training at a time."""
    meetings: list[Meeting] = []

    def ends(count: int) -> list[Ends]:
        meetings[:] = [Meeting(count)]
        return [([], []) for _ in range(count)]

    patch.setattr(companions, "can_be_forked", lambda: True)
    patch.setattr(companions, "fork", lambda work, keep: Threaded(work, *meetings))
    patch.setattr(barrier, "ends", ends)
    patch.setattr(barrier, "barrier", lambda *_: meetings[0])


def as_processes(patch: pytest.MonkeyPatch, form: str) -> None:
    """From now on let them be processes, by `fork` or by `spawn`."""
    patch.setattr(companions, "can_be_forked", lambda: form == "fork")
