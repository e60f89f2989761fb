"""Upright boxes round ink."""

from typing import NamedTuple

import numpy as np

from bpnet.array import Array


class Box(NamedTuple):
    """The rows and columns that ink goes over: from top and left, to before bottom and right."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def size(self) -> int:
        """The longer of height and width."""
        return max(self.height, self.width)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to cut the box out of an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def widened(self, margin: int) -> "Box":
        """Return the box with a margin round it, cut off at row 0 and column 0."""
        top, left = (max(0, start - margin) for start in self[:2])
        return Box(top, left, self.bottom + margin, self.right + margin)

    def round(self, other: "Box") -> "Box":
        """Return the box round both."""
        return Box(*map(min, self[:2], other[:2]), *map(max, self[2:], other[2:]))

    def common_rows(self, other: "Box") -> int:
        """Return how many rows both have; below 0, how many are between them.

        >>> Box(0, 0, 5, 5).common_rows(Box(3, 9, 9, 20))
        2
        >>> Box(0, 0, 5, 5).common_rows(Box(7, 0, 9, 9))
        -2
        """
        return min(self.bottom, other.bottom) - max(self.top, other.top)

    def common_columns(self, other: "Box") -> int:
        """Return how many columns both have; below 0, how many are between them."""
        return min(self.right, other.right) - max(self.left, other.left)

    def gap(self, other: "Box") -> int:
        """Return how far apart they are, down or across; below 0 if they overlap.

        >>> Box(0, 0, 5, 5).gap(Box(3, 9, 9, 20)), Box(0, 0, 5, 5).gap(Box(3, 4, 9, 9))
        (4, -1)
        """
        return -min(self.common_rows(other), self.common_columns(other))


def boxes_round(labels: Array, count: int) -> Array:
    """Return the box round each of so many labels, as rows (count, 4).

    >>> boxes_round(np.array([[1, 0, 2], [0, 1, 0]]), 2).tolist()
    [[0, 0, 2, 2], [0, 2, 1, 3]]
    """
    y, x = np.nonzero(labels)  # row by row: what comes first is at the top
    of = labels[y, x] - 1
    tops, lefts, bottoms, rights = np.repeat([*labels.shape, 0, 0], count).reshape(4, count)
    tops[of[::-1]], bottoms[of] = y[::-1], y + 1  # the last that is assigned stays
    np.minimum.at(lefts, of, x)
    np.maximum.at(rights, of, x + 1)
    return np.stack([tops, lefts, bottoms, rights], axis=1)
