"""The phases of the program, each held in a forked process until signals have come.

What is held says `@here` on stderr, and goes on when the signals have come. Should none come it
ends the process with a status of its own: so whoever has read `@here` and then sends a signal
knows that it lands in that phase.
"""

import os
import select
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from functools import partial, wraps
from itertools import count
from typing import Any, NamedTuple, Protocol

import requests

from bpnet import evaluation, gradcheck
from bpnet.cli import seeds
from bpnet.datasets import catalogue, distortions, drawn, drawn_digits, loading
from bpnet.datasets.catalogue import Published
from bpnet.runs import checkpoints, directory, doubts, metadata, test_scores
from bpnet.training import batches, trainer
from bpnet.training.step import Step
from tests.helpers.sources import as_published

MISSED = 71  # the status of a process whose signals did not come


class Held(Protocol):
    """What a phase does when it is held."""

    def dawdle(self) -> object: ...


Hold = Callable[[Held], object]


def say(word: str) -> None:
    """Say a word on stderr that no line of the program begins with."""
    sys.stderr.write(f"@{word}\n")
    sys.stderr.flush()


class Bell:
    """The signals that have come to a process, whatever its handlers do with them."""

    def __init__(self, awaited: int) -> None:
        self.awaited = awaited
        self.reading, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing)

    def dawdle(self) -> None:
        """Wait until as many signals have come."""
        say("here")
        for number in range(1, self.awaited + 1):
            if not select.select([self.reading], [], [], 20)[0]:
                os._exit(MISSED)
            os.read(self.reading, 1)
            say(f"signal {number}")


class Instead:
    """Acts when something is held."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.dawdle = act


class Phase(NamedTuple):
    """Where a signal comes, and whether it is collected there or acts."""

    hold: Hold
    collected: bool
    options: tuple[str, ...] = ()
    finishes: bool = False  # too late to stop anything: the run comes to its end


def call(owner: Any, name: str, nth: int = 1, within: Callable[[], bool] = lambda: True) -> Hold:
    """Hold the nth call of a function, of those that come within something."""

    def hold(bell: Held) -> None:
        real, calls = getattr(owner, name), count(1)

        @wraps(real)
        def held(*arguments: Any, **options: Any) -> Any:
            if within() and next(calls) == nth:
                bell.dawdle()
            return real(*arguments, **options)

        setattr(owner, name, held)

    return hold


def beside_a_stuck_thread(nth: int, hold: Hold) -> Hold:
    """Hold something, and let the nth distorted batch take longer than any test."""
    stick = call(distortions.Distortion, "__call__", nth)
    return lambda bell: (stick(Instead(partial(time.sleep, 20))), hold(bell))


def in_a_save(name: str, nth: int) -> Hold:
    """Hold the nth call of a function of `os` from where the second save begins."""

    def hold(bell: Held) -> None:
        begun: list[bool] = []
        call(checkpoints, "save", 2)(Instead(partial(begun.append, True)))
        call(os, name, nth, lambda: bool(begun))(bell)

    return hold


def stalling(bell: Held) -> None:
    """Say it when the server, which does not answer, is asked."""
    call(requests.Session, "get")(Instead(partial(say, "here")))


MNIST = ("--set", "data.dataset=mnist", "--data-dir", "data")
DRAWN = ("--data-dir", "data")
TURNED = ("--set", "augment.rotation=10")
in_data = partial(call, within=lambda: os.path.exists("data/mnist/.lock"))

PHASES = {
    "waiting for a server": Phase(stalling, False, MNIST),
    "hashing": Phase(call(Published, "matches"), False, MNIST),
    "unpacking": Phase(call(zlib, "decompress", 2), False, MNIST),
    "keeping a file, written": Phase(in_data(os, "write", 3), False, MNIST),
    "keeping a file, synced": Phase(in_data(os, "fsync", 3), False, MNIST),
    "keeping a file, named": Phase(in_data(os, "replace", 2), False, MNIST),
    "drawing digits": Phase(call(drawn, "draw", 2), False, DRAWN),
    "loading": Phase(call(loading, "split", 2), False),
    "making the folder": Phase(call(directory, "create"), False),
    "beginning": Phase(call(metadata, "begin"), False),
    "before the first step": Phase(call(trainer, "Step"), True),
    "in the first step": Phase(call(Step, "__call__"), True),
    "in a step": Phase(call(Step, "__call__", 21), True),
    "in the last step": Phase(call(Step, "__call__", 48), True, finishes=True),
    "scoring an epoch": Phase(call(trainer, "evaluate", 2), True),
    **{
        f"saving, {name} {nth}": Phase(in_a_save(name, nth), True)
        for name, numbers in {
            "open": (2, 4),
            "write": (1, 3),
            "fsync": (1, 4),
            "close": (2,),
        }.items()
        for nth in numbers
    },
    **{f"saving, replace {nth}": Phase(in_a_save("replace", nth), True) for nth in range(1, 5)},
    "the final scoring": Phase(call(test_scores, "facts"), True, finishes=True),
    "finishing": Phase(call(doubts, "write"), True, finishes=True),
    "distorting": Phase(call(distortions.Distortion, "__call__", 4), True, TURNED),
    "waiting for distortions": Phase(call(batches, "Distortion", 2), True, TURNED),
}

STUCK = {
    "and is waited for": Phase(
        beside_a_stuck_thread(5, call(distortions.Distortion, "__call__", 5)), True, TURNED
    ),
    "and is not waited for": Phase(
        beside_a_stuck_thread(6, call(Step, "__call__", 4)), True, TURNED
    ),
}

SEEDS = ("--seeds", "2", "--jobs", "2", "--set", "train.epochs=60")
JOBS = {
    "are being started": Phase(call(subprocess, "Popen", 2), True, SEEDS),
    "train": Phase(call(seeds, "tell", 6), True, SEEDS),
}

OTHERS = {
    "eval": Phase(call(evaluation, "evaluate"), False),
    "gradcheck": Phase(call(gradcheck, "check"), False),
}


def quick_disk() -> None:
    """Spare this process the waiting for the disk: only its system could lose anything by that."""
    os.fsync = lambda fd: None


def small(files: dict[str, bytes], mirror: str) -> None:
    """Make the datasets of this process small, and its disk quick."""
    quick_disk()
    drawn_digits.COUNTS = (600, 200)
    catalogue.SOURCES["mnist"] = as_published(files, mirror)
