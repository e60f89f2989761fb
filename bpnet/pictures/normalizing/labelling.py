"""Ink -> its pieces: pixels that touch, at a side or at a corner, get one number.

Runs of ink in a row are the pieces to begin with; those that touch a run of the next row become
one. So the cost goes by the runs, and whole arrays are handled at a time, not pixels.
"""

import numpy as np

from bpnet.array import Array


def labelled(mask: Array) -> tuple[Array, int]:
    """Return the number of its piece for each pixel (H, W), from 1, and 0 off the mask; how many.

    >>> labels, count = labelled(np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 1]]) > 0)
    >>> labels.tolist(), count
    ([[1, 0, 0, 2], [0, 1, 0, 2], [0, 0, 0, 2]], 2)
    """
    height, width = mask.shape
    padded = np.zeros((height, width + 2), np.int8)  # a row ends where a gap begins
    padded[:, 1:-1] = mask
    steps = np.diff(padded.ravel())
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    roots = _roots(len(starts), *_contacts(starts, ends, width + 2))
    _, numbers = np.unique(roots, return_inverse=True)
    labels = np.zeros(padded.size, np.int64)
    changes = np.zeros(padded.size, np.int64)
    changes[starts + 1] = numbers + 1
    changes[ends + 1] -= numbers + 1
    np.cumsum(changes, out=labels)
    return labels.reshape(padded.shape)[:, 1:-1], int(numbers.max(initial=-1)) + 1


def _contacts(starts: Array, ends: Array, width: int) -> tuple[Array, Array]:
    """Return the numbers of runs that touch: one of each pair, and one a row further down."""
    first = np.searchsorted(ends, starts + width, "left")  # ends at its left neighbour or later
    last = np.searchsorted(starts, ends + width, "right")
    counts = np.maximum(last - first, 0)
    above = np.repeat(np.arange(len(starts)), counts)
    below = np.arange(len(above)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    return above, below


def _roots(count: int, one: Array, other: Array) -> Array:
    """Return for each of the runs the first run of its piece, if these pairs touch.

    >>> _roots(5, np.array([1, 2, 3]), np.array([2, 4, 3])).tolist()
    [0, 1, 1, 3, 1]
    """
    roots = np.arange(count)
    while True:
        one, other = roots[one], roots[other]
        apart = one != other
        if not apart.any():
            return roots
        one, other = one[apart], other[apart]
        roots[np.maximum(one, other)] = np.minimum(one, other)  # always a lower one: no circles
        while not np.array_equal(further := roots[roots], roots):
            roots = further
