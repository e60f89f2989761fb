"""The workers of a training: this process, of rank 0, and its companions."""

import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from signal import strsignal

from bpnet.array import Array
from bpnet.config import Config
from bpnet.datasets import Split
from bpnet.errors import BpnetError, DivergedError, LostWorkerError
from bpnet.system import barrier, companions, shared_memory
from bpnet.system.companions import Companion
from bpnet.system.progress import never
from bpnet.training import worker
from bpnet.training.shares import Worker, arrays, forms, size
from bpnet.training.state import Place, TrainingState
from bpnet.training.step import Outcome

KILLED = -9  # by SIGKILL, as Linux does where memory is short; Windows has no such name
PATIENCE = 1  # seconds that a worker may still take to its barrier, when all should stop


class Unanswered(Exception):
    """A worker does not come to the barrier, and the others must not wait longer."""


class Team:
    """The steps of all workers, as those of one process."""

    def __init__(self, own: Worker, shared: Mapping[str, Array], state: TrainingState) -> None:
        self.own = own
        self.shared = shared
        self.state = state

    def steps(self, epoch: int, done: int) -> Generator[Outcome]:
        """Take steps as a worker does; at their end, or where they are left, the state has all.

        It is as it was before, if a worker does not answer when all should stop, or if anything
        but DivergedError is raised.
        """
        now = self.state
        before = (now.step, now.loss_sum, now.correct, now.seconds)
        try:
            yield from self.own.steps(epoch, done)
        except GeneratorExit:
            pass
        except DivergedError:
            self._keep()
            raise
        except BaseException as error:
            now.step, now.loss_sum, now.correct, now.seconds = before
            if isinstance(error, Unanswered):
                return
            raise
        self._keep()

    def _keep(self) -> None:
        for name, array in _lasting(self.state).items():
            array[:] = self.shared[name]


def _lasting(state: TrainingState) -> dict[str, Array]:
    """Return the arrays of the state that a step changes."""
    return {"parameters": state.parameters, "velocity": state.velocity, "average": state.average}


@contextmanager
def gathered(
    config: Config, split: Split, state: TrainingState, place: Place, stop: Callable[[], bool]
) -> Iterator[Team]:
    """Start the other workers where the training stands, and yield the team; then end them.

    Raises: BpnetError if there can be no other process, or once one of them has ended.
    """
    if os.name == "nt":
        raise BpnetError("train.workers: on Windows only 1, since bpnet shares no memory there")
    forked = companions.can_be_forked()
    form = forms(config, images=0 if forked else len(split))  # a copy of this process has them
    with ExitStack() as closing:
        descriptor = shared_memory.allocate(size(form))
        closing.callback(os.close, descriptor)
        shared = arrays(shared_memory.mapped(descriptor), form)
        _fill(shared, state, split)
        ends = barrier.ends(config.train.workers)
        closing.callback(barrier.close, ends)

        def member(rank: int, watch: Callable[[], object] = never) -> Worker:
            meeting = barrier.barrier(shared["counters"].data, rank, *ends[rank], watch)
            return Worker(rank, config, split, shared, meeting)

        def start(rank: int) -> Companion:
            keep = [*chain.from_iterable(ends[rank])]
            if forked:
                return companions.fork(lambda: worker.work(member(rank), *place), keep)
            told = worker.message(rank, config, len(split), descriptor, ends[rank], place)
            return companions.spawn(worker.__name__, told, [descriptor, *keep])

        others: list[Companion] = []
        for rank in range(1, config.train.workers):
            with companions.undisturbed():
                others.append(start(rank))
                closing.callback(others[-1].end)
        yield Team(member(0, Watch(others, stop)), shared, state)


def _fill(shared: Mapping[str, Array], state: TrainingState, split: Split) -> None:
    for name, array in _lasting(state).items():
        shared[name][:] = array
    if len(shared["images"]):
        shared["images"][:] = split.images
        shared["labels"][:] = split.labels


class Watch:
    """What rank 0 does now and then while it waits for the others."""

    def __init__(self, others: Sequence[Companion], stop: Callable[[], bool]) -> None:
        self.others = others
        self.stop = stop
        self.until: float | None = None

    def __call__(self) -> None:
        """Raise LostWorkerError if one of them has ended, Unanswered if it is time to leave."""
        for other in self.others:
            if other.ended() is not None:
                raise _lost(other, 1 + len(self.others))
        if self.stop():
            self.until = self.until or time.monotonic() + PATIENCE
            if time.monotonic() > self.until:
                raise Unanswered


def _lost(other: Companion, workers: int) -> BpnetError:
    one = f"one of the {workers} workers"
    if words := other.last_words():
        return BpnetError(f"{one} has failed: {words}")
    status = other.ended() or 0
    how = f"by signal {-status}, {strsignal(-status)}" if status < 0 else f"with status {status}"
    short = ", if memory was short take fewer train.workers" if status == KILLED else ""
    return LostWorkerError(f"{one} has ended {how}, and its share of the batch is lost{short}")
