"""The mean over a square around each pixel."""

import numpy as np

from bpnet.array import Array

LOOK = 130  # pixels: noise is averaged over a square as wide as a picture's side through this


def averaged(levels: Array, width: int) -> Array:
    """Return the mean over a square around each pixel; beyond the border nothing is.

    >>> averaged(np.array([[0, 3, 0, 0]]), 3).tolist()
    [[1.5, 1.0, 1.0, 0.0]]
    """
    for _ in range(2):
        sums = np.pad(np.cumsum(levels, axis=0, dtype=np.float64), ((1, 0), (0, 0)))
        places = np.arange(len(levels))
        ends = np.minimum(places + width // 2 + 1, len(levels))
        starts = np.maximum(places - width // 2, 0)
        levels = ((sums[ends] - sums[starts]) / (ends - starts)[:, None]).T
    return levels


def shrunk(mask: Array, by: int) -> Array:
    """Return the mask without what is so near to its edge, or to that of the picture.

    >>> shrunk(np.ones((3, 4), bool), 1).astype(int).tolist()
    [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    """
    inner: Array = averaged(np.pad(mask, by), 2 * by + 1)[by:-by, by:-by] > 0.999
    return inner


def softened(levels: Array) -> Array:
    """Return the levels with little of their noise; a small picture as it is."""
    return averaged(levels, 2 * (round(max(levels.shape) / LOOK) // 2) + 1)
