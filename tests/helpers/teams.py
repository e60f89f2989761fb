"""Trainings by several workers: how these can be started, how they wait, and which of them live."""

import ctypes
import operator
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bpnet.system import barrier, companions
from bpnet.training import trainer
from bpnet.training.step import Step
from tests.helpers.disturbances import PATIENCE, train
from tests.helpers.forks import Ended
from tests.helpers.phases import Held, Hold, call, in_a_save, quick_disk, say

CHILD_SUBREAPER = 36  # of Linux's prctl
SHARED = Path("/dev/shm")


def spawned() -> None:
    """Let this process start its workers as if it could not be copied."""
    companions.can_be_forked = lambda: False


def piped() -> None:
    """Let the workers of this process wait as they do where stores can be seen out of order."""
    barrier.STORES_STAY_IN_ORDER = False


FORMS: dict[str, list[Callable[[], None]]] = {
    "forked": [],
    "spawned": [spawned],
    "forked, by pipes": [piped],
    "spawned, by pipes": [spawned, piped],
}


def formed(form: str, *more: Callable[[], object]) -> Callable[[], object]:
    """Return what lets a process have its workers in this form, and does more to it."""
    return lambda: [act() for act in (quick_disk, *FORMS[form], *more)]


def shared(config: object, workers: int = 2, *options: str) -> list[object]:
    """Return the arguments of a training by workers."""
    return train(config, ("--workers", str(workers), *options))


@contextmanager
def adopting() -> Iterator[None]:
    """Let what its own parent leaves behind be a child of this process."""
    prctl = ctypes.CDLL(None).prctl
    prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(CHILD_SUBREAPER, 0, 0, 0, 0)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def children(process: int) -> set[int]:
    """Return the children of a process that have not ended."""
    found = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has ended
            found |= {int(word) for word in (task / "children").read_text("ascii").split()}
    return {child for child in found if state(child) not in "ZX"}


def state(process: int) -> str:
    """Return the letter of what a process does now: R, S, T when it is stopped, Z at its end."""
    with suppress(FileNotFoundError, ProcessLookupError):
        text = Path(f"/proc/{process}/stat").read_text("utf-8")
        return text.rpartition(")")[2].split()[0]
    return "X"


def seconds(process: int) -> float:
    """Return how long a process has used a processor."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(condition: Callable[[], object], within: float = 20) -> None:
    """Wait until something is so."""
    until = time.monotonic() + within
    while not condition():
        assert time.monotonic() < until, "it is not so in time"
        time.sleep(0.002)


def are_gone(processes: Iterable[int]) -> bool:
    """Whether all of these have ended."""
    return all(state(process) in "ZX" for process in processes)


class Strike:
    """Sends a signal to all workers of this process."""

    def __init__(self, number: int) -> None:
        self.number = number

    def dawdle(self) -> None:
        workers = children(os.getpid())
        for worker in workers:
            os.kill(worker, self.number)
        if self.number == signal.SIGSTOP:
            wait_until(lambda: all(state(worker) == "T" for worker in workers))
        say(f"struck {time.monotonic()} {' '.join(map(str, workers))}")


def struck(heard: str) -> tuple[float, set[int]]:
    """Return when the workers were struck, and which they were."""
    line = next(line for line in heard.splitlines() if line.startswith("@struck "))
    when, *workers = line.split()[1:]
    return float(when), {int(worker) for worker in workers}


def in_rank_0(owner: object, name: str, nth: int) -> Hold:
    """Hold the nth call of a function in the process that has the workers."""
    return _where(owner, name, nth, operator.eq)


def in_a_worker(owner: object, name: str, nth: int) -> Hold:
    """Hold the nth call of a function in each of the forked workers."""
    return _where(owner, name, nth, operator.ne)


def _where(owner: object, name: str, nth: int, relation: Callable[[int, int], bool]) -> Hold:
    def hold(held: Held) -> None:
        own = os.getpid()
        call(owner, name, nth, lambda: relation(os.getpid(), own))(held)

    return hold


def at_a_barrier(held: Held) -> None:
    """Hold rank 0 where it comes to a barrier: behind the workers, or ahead of them."""
    for form in (barrier.Spinning, barrier.Piped):
        in_rank_0(form, "wait", 43)(held)


MOMENTS: dict[str, Hold] = {
    "while it computes": in_rank_0(Step, "forward", 21),
    "at a barrier": at_a_barrier,
    "in the update": in_rank_0(Step, "update", 21),
    "while rank 0 scores": call(trainer, "evaluate", 2),
    "while rank 0 saves": in_a_save("replace", 2),
}


def lines(ended: Ended) -> list[str]:
    """Return the lines that the program has told."""
    told = ended.err.splitlines()
    return [line for line in told if line and not line.startswith(("@", "warning: "))]


def soon(since: float, within: float) -> bool:
    """Whether it is not longer ago than it may be, since others use the machine too."""
    return time.monotonic() - since < PATIENCE * within
