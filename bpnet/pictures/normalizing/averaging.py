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
        levels = _averaged_down(levels, width // 2).T
    return levels


def _averaged_down(levels: Array, reach: int) -> Array:
    """Return the mean of each pixel and of those that reach so far above and below it."""
    height = len(levels)
    sums = np.zeros((height + 1, levels.shape[1]))
    for row, above, below in zip(levels, sums, sums[1:], strict=False):
        np.add(above, row, out=below)  # as cumsum does it, but a row at a time
    starts = np.maximum(np.arange(height) - reach, 0)
    ends = np.minimum(np.arange(height) + reach + 1, height)
    means = sums[ends]
    means -= sums[starts]
    means /= (ends - starts)[:, None]
    return means


def widened(mask: Array, by: int) -> Array:
    """Return the mask with all that is so near to it, in a square.

    >>> widened(np.array([[1, 0, 0, 0]]) > 0, 2).astype(int).tolist()
    [[1, 1, 1, 0]]
    """
    for _ in range(2):
        reach = 0
        while reach < by:
            step = min(2 * reach + 1, by - reach)
            narrow, reach = mask, reach + step
            mask = narrow.copy()
            mask[step:] |= narrow[:-step]
            mask[:-step] |= narrow[step:]
        mask = mask.T
    return mask


def shrunk(mask: Array, by: int) -> Array:
    """Return the mask without what is so near to its edge, or to that of the picture.

    >>> shrunk(np.ones((3, 4), bool), 1).astype(int).tolist()
    [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    """
    outer = widened(np.pad(~mask, by, constant_values=True), by)
    return ~outer[by:-by, by:-by]


def softened(levels: Array) -> Array:
    """Return the levels with little of their noise; a small picture as it is."""
    return averaged(levels, 2 * (round(max(levels.shape) / LOOK) // 2) + 1)
