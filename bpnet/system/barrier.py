"""Where processes wait for one another: `wait` returns when all have called it as often.

What each has written before it is then seen by all. Two forms do that: with `Spinning` nobody has
to be woken, which takes a virtual machine tens of microseconds; `Piped` needs nothing of the
processor but what the system gives.
"""

import os
import platform
import select
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import chain, permutations
from typing import Protocol, TypeAlias

from bpnet.errors import BpnetError
from bpnet.system.progress import never

STORES_STAY_IN_ORDER = platform.machine() in ("x86_64", "AMD64")  # seen by all as they were made
LINE = 8  # numbers of 8 bytes in a cache line: two counters in one would slow each other down
SPINS = 3000  # about 0.1 ms
LONGEST = 0.005  # seconds of a pause


Ends: TypeAlias = tuple[list[int], list[int]]  # of pipes: to read from, and to write into


class Barrier(Protocol):
    """All wait until all have come."""

    def wait(self) -> None:
        """Return when all have called this as often."""


def ends(count: int) -> list[Ends]:
    """Return the ends of the pipes that each of so many processes needs for its barrier, if any.

    Raises: BpnetError if there can be no so many.
    """
    found: list[Ends] = [([], []) for _ in range(count)]
    if STORES_STAY_IN_ORDER:
        return found
    for one, other in permutations(range(count), 2):
        try:
            reading, writing = os.pipe()
        except OSError as error:
            close(found)
            raise BpnetError(
                f"no pipes between {count} workers: {error.strerror}; try fewer train.workers"
            ) from error
        found[other][0].append(reading)
        found[one][1].append(writing)
    return found


def close(ends: Iterable[Ends]) -> None:
    """Close these ends of pipes."""
    for end in chain.from_iterable(chain.from_iterable(ends)):
        os.close(end)


def barrier(
    counters: memoryview,
    rank: int,
    reading: Sequence[int],
    writing: Sequence[int],
    watch: Callable[[], object] = never,
) -> Barrier:
    """Return the barrier of the process of this rank: by pipes, if there are any."""
    if reading:
        return Piped(reading, writing, watch)
    return Spinning(counters, rank, watch)


class Spinning:
    """Each counts in shared memory how often it has come, and looks at the counts of the others.

    `watch` is called now and then in a long wait, and may raise something.
    """

    def __init__(
        self, counters: memoryview, rank: int, watch: Callable[[], object] = never
    ) -> None:
        self.counters = counters
        self.own = rank * LINE
        self.others = [n for n in range(0, len(self.counters), LINE) if n != self.own]
        self.watch = watch
        self.turn = 0

    def wait(self) -> None:
        """Return when all have called this as often."""
        self.turn += 1
        self.counters[self.own] = self.turn
        for other in self.others:
            self._await(other)

    def _await(self, other: int) -> None:
        counters, turn = self.counters, self.turn
        for _ in range(SPINS):
            if counters[other] >= turn:
                return
        began = time.monotonic()
        while counters[other] < turn:
            self.watch()
            time.sleep(min(LONGEST, 5e-5 + (time.monotonic() - began) / 10))


class Piped:
    """Each sends a byte to every other, and takes one from every other: a pipe for each pair."""

    def __init__(
        self,
        reading: Sequence[int],
        writing: Sequence[int],
        watch: Callable[[], object] = never,
    ) -> None:
        self.reading = reading
        self.writing = writing
        self.watch = watch

    def wait(self) -> None:
        """Return when all have called this as often."""
        for descriptor in self.writing:
            with suppress(BrokenPipeError):  # that it has ended is found by whom `watch` is for
                os.write(descriptor, b".")
        for descriptor in self.reading:
            while not self._came(descriptor):
                self.watch()

    def _came(self, descriptor: int) -> bool:
        if not select.select([descriptor], [], [], LONGEST)[0]:
            return False
        if os.read(descriptor, 1):
            return True
        time.sleep(LONGEST)  # it has ended, and nobody is told so twice in vain
        return False
