"""Where processes wait for one another: `wait` returns when all have called it as often.

What each has written before it is then seen by all. Two forms do that: with `Spinning` nobody has
to be woken, which takes a virtual machine tens of microseconds; `Piped` needs nothing of the
processor but what the system gives.
"""

import os
import platform
import select
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from bpnet.system.progress import unwatched

STORES_STAY_IN_ORDER = platform.machine() in ("x86_64", "AMD64")  # seen by all as they were made
LINE = 8  # numbers of 8 bytes in a cache line: two counters in one would slow each other down
SPINS = 3000  # about 0.1 ms
YIELDS = 500  # each lets another process have the core, if one wants it: some 0.5 ms
LONGEST = 0.005  # seconds of a pause


class Barrier(Protocol):
    """All wait until all have come."""

    def wait(self) -> None:
        """Return when all have called this as often."""


class Spinning:
    """Each counts in shared memory how often it has come, and looks at the counts of the others.

    `watch` is called now and then in a long wait, and may raise something.
    """

    def __init__(
        self, counters: memoryview, rank: int, watch: Callable[[], object] = unwatched
    ) -> None:
        self.counters = counters.cast("Q")
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
        for _ in range(YIELDS):
            if counters[other] >= turn:
                return
            os.sched_yield()
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
        watch: Callable[[], object] = unwatched,
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
