"""Ink -> its pieces: pixels that touch, at a side or at a corner, get one number.

Runs of ink in a row are the pieces to begin with; those that touch a run of the next row become
one. So the cost goes by the runs, and whole arrays are handled at a time, not pixels.
"""

from typing import NamedTuple

import numpy as np

from bpnet.array import Array


class Runs(NamedTuple):
    """The runs of ink, row by row, and for each the number of its piece, from 1."""

    shape: tuple[int, int]
    edges: Array  # where a run starts, where it ends, ...; each row has a gap at both of its ends
    pieces: Array

    def sizes(self) -> Array:
        """Return how many pixels a piece has, by its number; 0 has none."""
        return np.bincount(self.pieces, self.edges[1::2] - self.edges[::2])

    def painted(self, values: Array) -> Array:
        """Return the picture (H, W) that has one of these values in each run, and 0 elsewhere."""
        height, width = self.shape
        parts = np.zeros(len(self.edges) + 1, values.dtype)
        parts[1::2] = values
        lengths = np.diff(self.edges, prepend=0, append=height * (width + 2))
        return np.repeat(parts, lengths).reshape(height, width + 2)[:, 1:-1]


def labelled(mask: Array) -> tuple[Array, int]:
    """Return the number of its piece for each pixel (H, W), from 1, and 0 off the mask; how many.

    >>> labels, count = labelled(np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 1]]) > 0)
    >>> labels.tolist(), count
    ([[1, 0, 0, 2], [0, 1, 0, 2], [0, 0, 0, 2]], 2)
    """
    runs = in_runs(mask)
    return runs.painted(runs.pieces), int(runs.pieces.max(initial=0))


def in_runs(mask: Array) -> Runs:
    """Return the runs of a mask (H, W).

    >>> runs = in_runs(np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 1]]) > 0)
    >>> runs.pieces.tolist(), runs.sizes().tolist()
    ([1, 2, 1, 2, 2], [0.0, 2.0, 3.0])
    """
    height, width = mask.shape
    padded = np.zeros((height, width + 2), bool)  # a row ends where a gap begins
    padded[:, 1:-1] = mask
    flat = padded.ravel()
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    roots = _roots(len(edges) // 2, *_contacts(edges[::2], edges[1::2], width + 2))
    first = roots == np.arange(len(roots))
    return Runs((height, width), edges, np.cumsum(first)[roots])


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
