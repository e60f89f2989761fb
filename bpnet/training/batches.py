"""The batches of an epoch: in an order of its own, and distorted afresh.

The order comes from a generator seeded with [seed, stream, epoch], the distortions of a batch from
one seeded with [seed, stream, epoch, batch], and with the worker, if several share the batch: any
batch can be made without those before it.
"""

import math
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from bpnet.array import Array
from bpnet.config import AugmentConfig, Config
from bpnet.datasets import Split
from bpnet.datasets.distortions import Distortion, half_as_far
from bpnet.datasets.splits import sizes
from bpnet.randomness import DISTORTIONS, ORDER, generator
from bpnet.system.prefetch import prefetch

Batches: TypeAlias = Iterator[tuple[Array, Array]]
ROUNDING = 1e-9  # epochs: a fifth of 35 is 7.000000000000001 in a computer


def epoch_batches(split: Split, config: Config, dtype: np.dtype, epoch: int, skip: int) -> Batches:
    """Yield the images and labels of an epoch, counted from 0, but for the batches to skip.

    Distortions are made on another thread, a batch ahead.
    """
    rows = _rows(split, config, epoch, skip)
    plain = split.batches(rows, sizes(len(rows), config.train.batch_size), dtype)
    if config.augment == AugmentConfig():
        return plain
    return prefetch(_distorted(plain, config, epoch, skip))


def shared_batches(
    split: Split, config: Config, dtype: np.dtype, epoch: int, skip: int, rank: int
) -> Iterator[tuple[int, Array, Array]]:
    """Yield the size of each such batch, and this worker's images and labels of it.

    A last batch of fewer images than workers leaves some of them none.
    """
    size, workers = config.train.batch_size, config.train.workers
    rows = _rows(split, config, epoch, skip)
    totals = sizes(len(rows), size)
    own = [rows[n * size :][share(total, rank, workers)] for n, total in enumerate(totals)]
    mine = split.batches(np.concatenate([rows[:0], *own]), [len(some) for some in own], dtype)
    if config.augment != AugmentConfig():
        mine = _distorted(mine, config, epoch, skip, rank)
    for total, (x, t) in zip(totals, mine, strict=True):
        yield total, x, t


def share(total: int, rank: int, workers: int) -> slice:
    """Return the part of so many that is a worker's: as many as another's, or one more.

    >>> [share(100, rank, 3) for rank in range(3)]
    [slice(0, 34, None), slice(34, 67, None), slice(67, 100, None)]
    """
    each, rest = divmod(total, workers)
    start = rank * each + min(rank, rest)
    return slice(start, start + each + (rank < rest))


def _rows(split: Split, config: Config, epoch: int, skip: int) -> Array:
    order = generator(config.seed, ORDER, epoch).permutation(len(split))
    return order[skip * config.train.batch_size :]


def _distorted(plain: Batches, config: Config, epoch: int, skip: int, *rank: int) -> Batches:
    distortion = Distortion(of_epoch(config, epoch))
    for number, (x, t) in enumerate(plain, start=skip):
        yield distortion(x, generator(config.seed, DISTORTIONS, epoch, number, *rank)), t


def of_epoch(config: Config, epoch: int) -> AugmentConfig:
    """Return how images are distorted in an epoch, counted from 0: in the last half as far.

    >>> config = Config(augment=AugmentConfig(shift=2, calm=0.1))  # of 20 epochs
    >>> [of_epoch(config, epoch).shift for epoch in (0, 17, 18, 19)]
    [2, 2, 1.0, 1.0]
    """
    epochs = config.train.epochs
    calm = range(epochs - math.ceil(config.augment.calm * epochs - ROUNDING), epochs)
    return half_as_far(config.augment) if epoch in calm else config.augment
