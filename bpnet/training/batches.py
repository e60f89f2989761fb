"""The batches of an epoch: in an order of its own, and distorted afresh.

The order comes from a generator seeded with [seed, stream, epoch], the distortions of a batch from
one seeded with [seed, stream, epoch, batch]: any batch can be made without those before it.
"""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from bpnet.array import Array
from bpnet.config import AugmentConfig, Config
from bpnet.datasets import Split
from bpnet.datasets.distortions import Distortion
from bpnet.system.prefetch import ahead

WEIGHTS, ORDER, DISTORTIONS = 0, 1, 2  # the streams of random numbers of a run

Batches: TypeAlias = Iterator[tuple[Array, Array]]


def rest_of_epoch(split: Split, config: Config, dtype: np.dtype, epoch: int, done: int) -> Batches:
    """Yield the images and labels of an epoch, counted from 0, but for the batches that are done.

    Distortions are made on another thread, a batch ahead.
    """
    rng = np.random.default_rng([config.seed, ORDER, epoch])
    plain = split.in_random_order(config.train.batch_size, dtype, rng, done)
    if config.augment == AugmentConfig():
        return plain
    return ahead(_distorted(plain, config, epoch, done))


def _distorted(plain: Batches, config: Config, epoch: int, done: int) -> Batches:
    distortion = Distortion(config.augment)
    for number, (x, t) in enumerate(plain, start=done):
        yield distortion(x, np.random.default_rng([config.seed, DISTORTIONS, epoch, number])), t
