"""A picture at another size: each new pixel is the mean of what it covers."""

import math

import numpy as np

from bpnet.array import Array

LARGEST = 400  # pixels along a side: enough for a sheet of digits, little enough to be quick
STRIP = 256  # rows that are float64 at a time: a large picture stays bytes


def scaled(grey: Array, scale: float) -> Array:
    """Return the picture at another size: each new pixel is the mean of what it covers.

    The longer side comes first: then little is left, and little is float64, whatever the shape.
    """
    if scale == 1:
        return grey.astype(np.float64)
    if grey.shape[0] < grey.shape[1]:
        return scaled(grey.T, scale).T
    height, width = (max(1, math.floor(side * scale + 0.5)) for side in grey.shape)
    return _means(_means(grey, height).T, width).T


def enlarged(mask: Array, shape: tuple[int, ...]) -> Array:
    """Return the mask of a small picture for the large one that it was made from.

    >>> enlarged(np.array([[True, False]]), (1, 4)).tolist()
    [[True, True, False, False]]
    """
    rows, columns = (
        np.arange(new) * old // new for new, old in zip(shape, mask.shape, strict=True)
    )
    return mask[np.ix_(rows, columns)]


def _means(rows: Array, new: int) -> Array:
    """Return so many new rows, each the mean of the old ones that it covers, or of parts of them.

    >>> _means(np.array([[0], [3], [6]]), 2).round(3).tolist()
    [[1.0], [5.0]]
    """
    old = len(rows)
    edges = np.arange(new + 1) * (old / new)
    means = np.empty((new, rows.shape[1]))
    step = max(1, STRIP * new // old)
    for first in range(0, new, step):
        some = edges[first : first + step + 1]
        start, end = math.floor(some[0]), min(old, math.ceil(some[-1]))
        shares = _overlaps(some, start, end) * (new / old)
        means[first : first + step] = shares @ rows[start:end]
    return means


def _overlaps(edges: Array, start: int, end: int) -> Array:
    """Return how much of each old pixel from start to end lies between each two edges.

    >>> _overlaps(np.array([0, 1.5, 3]), 0, 3).tolist()
    [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]
    """
    pixels = np.arange(start, end)
    ends = np.minimum(edges[1:, None], pixels + 1)
    starts = np.maximum(edges[:-1, None], pixels)
    overlaps: Array = np.maximum(ends - starts, 0)
    return overlaps
