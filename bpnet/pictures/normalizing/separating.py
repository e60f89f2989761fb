"""The ink of a picture -> its digits, from left to right, line by line.

Ink that hangs together is a part. Parts that lie close are one digit: the bar of a 5, the foot of a
1. What is left over and small is dirt, also where it was meant as a decimal point.
"""

from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from bpnet.errors import DataError
from bpnet.pictures.normalizing.boxes import Box, boxes_round
from bpnet.pictures.normalizing.labelling import labelled
from bpnet.pictures.normalizing.touching import touching

# Chosen on 50,000 training images as they are, on renderings of them in rows and sheets, and on the
# handed pictures.
WEAK = 0.1  # of the strongest ink: what is weaker joins no parts and widens no digit
SPECK = 0.1  # of the height of the digits: what is smaller has no say at all
SMALL = 0.6  # of that height: a lower part is looked at as a part of a digit
REACH = 0.2  # of that height: as far as a small part may be above or below its digit
BESIDE = 0.1  # of that height: as far as it may be beside it; a sign keeps further away
DIRT = 0.35  # of that height: what is smaller, and belongs to nothing, is no digit
ABOVE = 0.5  # of the narrower part's width: two high parts that share more may be halves of a digit
SLIM = 1.6  # widths: if both are higher together, they are two digits
LEVEL = 0.5  # of the lower digit's height: two digits that share more stand in one line
MOST = 250  # parts that are no specks: two for each digit of a large sheet


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
    boxes = boxes_round(labels, count)
    height = _height(boxes, np.bincount(labels.ravel())[1:])
    lines = _lines(_digits(_parts(boxes, height), height))
    return [[_piece(ink, labels, digit) for digit in line] for line in lines]


def _height(boxes: Array, areas: Array) -> int:
    """Return the height of the digits: half of the ink lies in parts of this height or more.

    >>> _height(np.array([[0, 0, 20, 9], [0, 9, 3, 12], [2, 20, 21, 30]]), np.array([50, 9, 55]))
    19
    """
    heights = boxes[:, 2] - boxes[:, 0]
    order = np.argsort(-heights)
    most = areas[order].cumsum()
    return int(heights[order][np.searchsorted(most, most[-1] / 2)])


def _parts(boxes: Array, height: int) -> dict[int, Box]:
    """Return the boxes of the parts that are no specks, by the number of the part."""
    sizes = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    kept = np.flatnonzero(sizes > SPECK * height)
    if len(kept) > MOST:
        raise DataError(f"ink in {len(kept)} pieces: not a picture of digits")
    return {int(part) + 1: Box(*boxes[part].tolist()) for part in kept}


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
    """Whether the part belongs to the digit: it is small and near, or both are halves of one."""
    if part.height < SMALL * height:
        beside = digit.common_columns(part) <= 0
        return digit.gap(part) <= (BESIDE if beside else REACH) * height
    both = digit.round(part)
    return (
        digit.gap(part) <= REACH * both.height
        and digit.common_columns(part) > ABOVE * min(digit.width, part.width)
        and _level(digit, part) < LEVEL
        and both.height < SLIM * both.width
    )


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


def _piece(ink: Array, labels: Array, digit: _Digit) -> Piece:
    """Return the ink of a digit, with the weak ink round it, and without the ink of others."""
    own = [0, *digit.parts]

    def inside(box: Box) -> Array:
        ours: Array = np.where(np.isin(labels[box.slices], own), ink[box.slices], 0)
        return ours

    margin = 1 + digit.box.size // 18  # a pixel of MNIST, as `fitted` wants it
    return Piece(inside(digit.box.widened(margin)), touching(inside(digit.box)))
