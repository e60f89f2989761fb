"""The learning rate of each step: up, then down."""

import math
from collections.abc import Callable

from bpnet.config import TrainConfig

SHAPES: dict[str, Callable[[float], float]] = {
    "constant": lambda progress: 1,
    "cosine": lambda progress: (1 + math.cos(math.pi * progress)) / 2,
}


def is_the_same_for_any_epochs(schedule: str, calm: float) -> bool:
    """Whether no step of a training depends on how many epochs are to come.

    Along a schedule each learning rate does, and `calm` counts the epochs from the last one.

    >>> is_the_same_for_any_epochs("constant", 0), is_the_same_for_any_epochs("cosine", 0)
    (True, False)
    """
    return schedule == "constant" and not calm


def learning_rate(config: TrainConfig, step: int, steps: int) -> float:
    """Return the learning rate of a step, counted from 0, where an epoch has so many steps.

    It rises in even steps during the epochs of `warmup`, and from there on follows the schedule
    down to the share `floor` of it: cosine falls as (1 + cos(pi p)) / 2, p being the progress from
    0 to 1.
    Source of cosine: Loshchilov, Hutter, SGDR, 2017, without its restarts.

    >>> config = TrainConfig(epochs=3, learning_rate=0.5, schedule="cosine", warmup=1)
    >>> [round(learning_rate(config, step, steps=2), 3) for step in range(6)]
    [0.25, 0.5, 0.5, 0.427, 0.25, 0.073]
    """
    warm = round(config.warmup * steps)
    if step < warm:
        return config.learning_rate * (step + 1) / warm
    progress = (step - warm) / (config.epochs * steps - warm)
    share = config.floor + (1 - config.floor) * SHAPES[config.schedule](progress)
    return config.learning_rate * share
