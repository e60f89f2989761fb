"""A worker's share of each step: its rows of the batch, and its part of the parameters.

The parameters lie in memory that all workers share, and so do the gradients of each. A step has two
halves, and all meet behind each of them: nobody sums gradients before all are written, and nobody
reads parameters before all are moved.
"""

import mmap
from collections.abc import Iterator, Mapping
from math import ceil, prod
from typing import TypeAlias

import numpy as np

from bpnet import network
from bpnet.array import CACHE_LINE, Array
from bpnet.config import Config
from bpnet.datasets import Split
from bpnet.datasets.splits import WIDTH
from bpnet.system.barrier import LINE, Barrier
from bpnet.training.batches import share, shared_batches
from bpnet.training.state import TrainingState
from bpnet.training.step import Outcome, Step

Forms: TypeAlias = Mapping[str, tuple[tuple[int, ...], np.dtype]]  # the shape and the type of each


def forms(config: Config, images: int = 0) -> Forms:
    """Return the arrays that the workers share, and the training images, if these are among them.

    `counters` are the barrier's. A row of `sums` is what a worker's rows came to: their loss and
    right answers.
    """
    workers, count = config.train.workers, network.parameters(network.widths(config))
    numbers = ((count,), np.dtype(config.train.dtype))
    none = ((0,), numbers[1])
    return {
        "counters": ((workers * LINE,), np.dtype(np.uint64)),
        "sums": ((workers, LINE), np.dtype(np.float64)),
        "parameters": numbers,
        "velocity": numbers if config.train.momentum else none,
        "average": numbers if config.train.average else none,
        **{f"gradient {rank}": numbers for rank in range(workers)},
        "images": ((images, WIDTH), np.dtype(np.uint8)),
        "labels": ((images,), np.dtype(np.intp)),
    }


def size(forms: Forms) -> int:
    """Return how many bytes the arrays take, each from the start of a cache line."""
    return sum(map(_size, forms.values()))


def _size(form: tuple[tuple[int, ...], np.dtype]) -> int:
    shape, dtype = form
    return ceil(prod(shape) * dtype.itemsize / CACHE_LINE) * CACHE_LINE


def arrays(memory: mmap.mmap, forms: Forms) -> dict[str, Array]:
    """Return the arrays, in the memory."""
    found, start = {}, 0
    for name, (shape, dtype) in forms.items():
        found[name] = np.frombuffer(memory, dtype, prod(shape), start).reshape(shape)
        start += _size((shape, dtype))
    return found


class Worker:
    """One of those that take each step of a training together, by its rank.

    `shared` are the arrays of `forms`; all must meet at the barrier.
    """

    def __init__(
        self,
        rank: int,
        config: Config,
        split: Split,
        shared: Mapping[str, Array],
        barrier: Barrier,
    ) -> None:
        self.rank = rank
        self.config = config
        self.split = split
        self.barrier = barrier
        self.sums = shared["sums"][:, :2]
        flat = shared["parameters"]
        self.gradients = [shared[f"gradient {n}"] for n in range(config.train.workers)]
        self.part = part(flat, rank, config.train.workers)
        self.step = Step(
            network.build(config, flat, self.gradients[rank]),
            config.train,
            TrainingState(flat, flat[:0], shared["velocity"], shared["average"]),
            ceil(len(split) / config.train.batch_size),
            self.part,
        )

    def steps(self, epoch: int, done: int) -> Iterator[Outcome]:
        """Take the steps of an epoch, but for those that are done; yield what came out of each.

        Raises: DivergedError, in all workers at the same step, the parameters being as they were.
        """
        step, dtype = self.step, self.gradients[0].dtype
        batches = shared_batches(self.split, self.config, dtype, epoch, done, self.rank)
        for number, batch in enumerate(batches, start=epoch * step.per_epoch + done):
            self._differentiate(number, *batch)
            self.barrier.wait()
            outcome = self._outcome(batch[0])
            step.refuse_divergence(number, outcome)
            step.update(number, self._gradient())
            self.barrier.wait()
            yield outcome

    def _differentiate(self, number: int, images: int, x: Array, t: Array) -> None:
        """Leave for all what the own rows of a batch of so many images come to, and their gradient.

        The mean of the loss is over all of the batch.
        """
        own = self.step.forward(x, t) if len(t) else Outcome(0, 0, 0)
        self.sums[self.rank] = own.loss, own.correct
        if len(t):
            self.step.network.backward(self.step.learning_rate(number) * len(t) / images)
        else:
            self.gradients[self.rank][:] = 0

    def _outcome(self, images: int) -> Outcome:
        """Return what all workers' rows came to, added in the order of the ranks."""
        loss, correct = 0.0, 0.0
        for own_loss, own_correct in self.sums.tolist():
            loss += own_loss
            correct += own_correct
        return Outcome(images, loss, int(correct))

    def _gradient(self) -> Array:
        """Return the gradient of the own part, added in the order of the ranks."""
        total, *others = [gradient[self.part] for gradient in self.gradients]
        for other in others:
            total += other
        return total


def part(flat: Array, rank: int, workers: int) -> slice:
    """Return the part of a flat array that is a worker's: whole cache lines, as many as another's.

    >>> [part(np.zeros(100, np.float32), rank, 2) for rank in range(2)]  # 7 lines of 16 numbers
    [slice(0, 64, None), slice(64, 100, None)]
    """
    line = CACHE_LINE // flat.itemsize
    lines = share(ceil(len(flat) / line), rank, workers)
    return slice(lines.start * line, min(lines.stop * line, len(flat)))
