"""Random numbers by their place in a run: no generator has a state that must be saved."""

import numpy as np

WEIGHTS, ORDER, DISTORTIONS = 0, 1, 2  # the streams of a run


def generator(seed: int, stream: int, *place: int) -> np.random.Generator:
    """Return the generator of a stream at a place, such as an epoch, or an epoch and a batch.

    >>> first, again = generator(0, ORDER, 7), generator(0, ORDER, 7)
    >>> bool(first.random() == again.random())
    True
    """
    return np.random.default_rng([seed, stream, *place])
