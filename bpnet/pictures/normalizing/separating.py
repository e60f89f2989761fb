"""The ink of a picture -> its digits, from left to right, line by line.

Ink that hangs together is a part. Parts that lie close are one digit: the bar of a 5, the foot of a
1. What is left over and small is dirt, also where it was meant as a decimal point.
"""

from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from bpnet.errors import DataError
from bpnet.pictures.normalizing.boxes import Box
from bpnet.pictures.normalizing.labelling import labelled

WEAK = 0.1  # of the strongest ink: what is weaker joins no parts and widens no digit
SPECK = 0.1  # of the height of the digits: what is smaller has no say at all
SMALL = 0.6  # of that height: a lower part is looked at as a part of a digit
REACH = 0.2  # of that height: as far as a small part may be from its digit
DIRT = 0.35  # of that height: what is smaller, and belongs to nothing, is no digit
ABOVE = 0.5  # of the narrower part's width: two high parts that share more are one digit
LEVEL = 0.5  # of the lower digit's height: two digits that share more stand in one line
MOST = 500  # parts that are no specks
WIDE = 1.4  # heights: a wider piece holds several digits


class Piece(NamedTuple):
    """The ink of one digit, or of several that touch and cannot be told apart."""

    ink: Array
    touching: bool


class _Digit(NamedTuple):
    """The numbers of the parts of a digit, and the box round them."""

    parts: list[int]
    box: Box


def separated(ink: Array) -> list[list[Piece]]:
    """Return the lines of digits that the ink holds.

    Raises: DataError if it is in too many parts for digits.
    """
    labels, count = labelled(ink > WEAK * ink.max())
    boxes, height = _measured(labels, count)
    return [
        [
            Piece(_cut(ink, labels, digit), digit.box.width > WIDE * digit.box.height)
            for digit in line
        ]
        for line in _lines(_digits(boxes, height))
    ]


def _measured(labels: Array, count: int) -> tuple[dict[int, Box], int]:
    """Return the boxes of the parts that are no specks, by number; and the height of the digits.

    Half of the ink lies in parts of this height or more.
    """
    y, x = np.nonzero(labels)
    of = labels[y, x] - 1
    tops, lefts = np.full((2, count), max(labels.shape))
    bottoms, rights = np.zeros((2, count), np.int64)
    np.minimum.at(tops, of, y)
    np.minimum.at(lefts, of, x)
    np.maximum.at(bottoms, of, y + 1)
    np.maximum.at(rights, of, x + 1)
    heights = bottoms - tops
    order = np.argsort(heights, kind="stable")
    areas = np.bincount(of)[order].cumsum()
    height = int(heights[order][np.searchsorted(areas, areas[-1] / 2)])
    sizes = np.maximum(heights, rights - lefts)
    kept = np.flatnonzero(sizes > SPECK * height)
    if len(kept) > MOST:
        raise DataError(f"ink in {len(kept)} pieces: not a picture of digits")
    table = np.stack([tops, lefts, bottoms, rights], axis=1)
    return {int(part) + 1: Box(*table[part].tolist()) for part in kept}, height


def _digits(boxes: dict[int, Box], height: int) -> list[_Digit]:
    """Return the digits: each part joins the nearest that is higher, if they belong together."""
    digits: list[_Digit] = []
    for part, box in sorted(boxes.items(), key=lambda item: (-item[1].height, item[0])):
        near = [digit for digit in digits if _together(digit.box, box, height)]
        if near:
            digit = min(near, key=lambda digit: digit.box.gap(box))
            digits[digits.index(digit)] = _Digit([*digit.parts, part], digit.box.round(box))
        else:
            digits.append(_Digit([part], box))
    return [digit for digit in digits if digit.box.size > DIRT * height]


def _together(digit: Box, part: Box, height: int) -> bool:
    if part.height < SMALL * height:
        return digit.gap(part) <= REACH * height
    common = digit.common_columns(part)
    return digit.gap(part) <= 0 and common > ABOVE * min(digit.width, part.width)


def _lines(digits: list[_Digit]) -> list[list[_Digit]]:
    """Return the digits line by line: from left to right, each goes on with the line beside it.

    A line may be turned: what counts is its last digit.
    """
    lines: list[list[_Digit]] = []
    for digit in sorted(digits, key=lambda digit: digit.box.left + digit.box.right):
        beside = [line for line in lines if _level(line[-1].box, digit.box) > LEVEL]
        if beside:
            max(beside, key=lambda line: _level(line[-1].box, digit.box)).append(digit)
        else:
            lines.append([digit])
    return sorted(lines, key=lambda line: sum(d.box.top + d.box.bottom for d in line) / len(line))


def _level(one: Box, other: Box) -> float:
    """Return how much of the lower one's height both have in common."""
    return one.common_rows(other) / min(one.height, other.height)


def _cut(ink: Array, labels: Array, digit: _Digit) -> Array:
    """Return the ink of a digit, with the weak ink round it, and without the ink of others."""
    top, left, bottom, right = digit.box
    margin = 1 + digit.box.size // 18
    rows = slice(max(0, top - margin), bottom + margin)
    columns = slice(max(0, left - margin), right + margin)
    near = labels[rows, columns]
    own: Array = np.where(np.isin(near, [0, *digit.parts]), ink[rows, columns], 0)
    return own
