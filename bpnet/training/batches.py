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
from bpnet.randomness import DISTORTIONS, ORDER, generator
from bpnet.system.prefetch import prefetch

Batches: TypeAlias = Iterator[tuple[Array, Array]]


def epoch_batches(split: Split, config: Config, dtype: np.dtype, epoch: int, skip: int) -> Batches:
    """Yield the images and labels of an epoch, counted from 0, but for the batches to skip.

    Distortions are made on another thread, a batch ahead.
    """
    rng = generator(config.seed, ORDER, epoch)
    plain = split.in_random_order(config.train.batch_size, dtype, rng, skip)
    if config.augment == AugmentConfig():
        return plain
    return prefetch(_distorted(plain, config, epoch, skip))


def _distorted(plain: Batches, config: Config, epoch: int, skip: int) -> Batches:
    distortion = Distortion(config.augment)
    for number, (x, t) in enumerate(plain, start=skip):
        yield distortion(x, generator(config.seed, DISTORTIONS, epoch, number)), t
