"""About how long trainings take on this machine: some steps of them are measured.

No data are needed for that: the images are noise.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from heapq import heapreplace
from itertools import pairwise

import numpy as np

from bpnet import datasets, network
from bpnet.array import Array
from bpnet.config import Config, DataConfig, TrainConfig
from bpnet.datasets import WIDTH, Dataset, Split
from bpnet.training import need
from bpnet.training.trainer import Training

MOST_MEASURED = 16  # trainings
TOGETHER, AT_LEAST = 1.0, 0.1  # seconds: for all that are measured, and for each
MOST_IMAGES = 60_000
AROUND = 1.5  # seconds: a process starts, reads the images, and at last scores the network
HARMLESS = 1e-6  # a learning rate at which nothing diverges


def about(configs: Sequence[Config], count: int, at_once: int) -> float:
    """Return in how many seconds so many runs of each config are done, so many at a time.

    Own files must be there, and the names of their classes in the configs.
    Raises: DataError, StorageError if own files cannot be looked into.
    """
    kinds = list(dict.fromkeys(map(_kind, configs)))
    chosen = kinds[:: math.ceil(len(kinds) / MOST_MEASURED)]
    each = max(TOGETHER / len(chosen), AT_LEAST)
    images = _noise(max(kind.data.train for kind in chosen))
    measured = {kind: _of_an_image(kind, images, each) for kind in chosen}
    free = [0.0] * at_once  # when each of those that train can begin another run
    for config in configs:
        seconds = _of_a_run(config, measured)
        for _ in range(count):
            heapreplace(free, free[0] + seconds)
    return max(free)


def _kind(config: Config) -> Config:
    """Return what decides how fast the steps of a training are; all else is as good as any."""
    data, train = config.data, config.train
    trained, _ = need.images_of(config)
    return Config(
        data=DataConfig("files", validation=0, train=min(trained, MOST_IMAGES), classes=data.names),
        network=replace(config.network, init="he", view="as-is"),
        train=TrainConfig(
            epochs=1_000_000,
            batch_size=train.batch_size,
            learning_rate=HARMLESS,
            momentum=0.5 if train.momentum else 0.0,
            average=0.5 if train.average else 0.0,
            dtype=train.dtype,
            workers=train.workers,
        ),
        augment=replace(config.augment, calm=0.0),
    )


def _noise(count: int) -> Array:
    return np.frombuffer(np.random.default_rng(0).bytes(count * WIDTH), np.uint8).reshape(-1, WIDTH)


def _of_an_image(kind: Config, images: Array, seconds: float) -> float:
    """Train for so many seconds; return how many of them an image took, in the real steps."""
    one = Split(images[:1], np.zeros(1, np.intp))
    train = Split(images[: kind.data.train], np.zeros(kind.data.train, np.intp))
    began, done = math.inf, 0

    def stop() -> bool:
        return done > 0 and time.perf_counter() > began + seconds

    def advance(count: int) -> None:
        nonlocal began, done
        if began == math.inf:  # the first step is slower, and comes after all has begun
            began = time.perf_counter()
        else:
            done += count

    for _ in Training(kind, Dataset(train, one[:0], one, {})).epochs(stop, advance):
        pass
    return (time.perf_counter() - began) / done


def _of_a_run(config: Config, measured: dict[Config, float]) -> float:
    """Return how many seconds a run takes, from the start of its process to its end.

    If its steps were not measured they take as long as those of the nearest number of multiply-adds
    that were, but for this number.
    """
    kind = _kind(config)
    work = _work(kind)
    nearest = kind if kind in measured else min(measured, key=lambda one: abs(_work(one) - work))
    trained, _ = need.images_of(config)
    scored = config.data.validation or datasets.counts(config.data)[1]
    images = trained + scored * _forward(kind) / work
    return AROUND + config.train.epochs * images * measured[nearest] * work / _work(nearest)


def _forward(config: Config) -> int:
    """Return the multiply-adds that an image takes to be scored: one for each weight."""
    return sum(inputs * outputs for inputs, outputs in pairwise(network.widths(config)))


def _work(config: Config) -> int:
    """Return the multiply-adds that it takes in a step: two more for each weight, on the way back.

    In the first layer it is one more: no gradient of the images is asked for.
    """
    inputs, outputs = network.widths(config)[:2]
    return 3 * _forward(config) - inputs * outputs
