"""The ink of a picture comes apart into its digits, from left to right, line by line."""

import math

import numpy as np
import pytest

from bpnet.datasets.drawn import draw
from bpnet.errors import DataError
from bpnet.pictures.normalizing.separating import separated


def trimmed(ink):
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)


@pytest.fixture(scope="module")
def digits():
    """Drawn digits, 40 pixels high and wide at most."""
    images = draw(60, np.random.default_rng(8))[0]
    return [trimmed(np.kron(image, np.ones((2, 2)))) for image in images]


def sheet(lines, gap=10, between=20, degrees=0.0):
    """Return the ink of lines of digits, and where each stands: they share a foot in each line.

    A line may be turned: each digit is shifted down by its place in the line.
    """
    ink = np.zeros((60 * len(lines) + between * len(lines) + 100, 400))
    for number, line in enumerate(lines):
        foot, left = 60 + number * (40 + between), 20
        for digit in line:
            height, width = digit.shape
            down = foot + round(math.tan(math.radians(degrees)) * left)
            ink[down - height : down, left : left + width] = digit
            left += width + gap
    return ink


def same(found, expected):
    """Whether these are the pieces of ink, line by line."""
    return [len(line) for line in found] == [len(line) for line in expected] and all(
        np.array_equal(trimmed(piece.ink), digit)
        for pieces, line in zip(found, expected, strict=True)
        for piece, digit in zip(pieces, line, strict=True)
    )


def test_the_digits_of_a_row_come_from_left_to_right(digits):
    for start in range(0, 60, 6):
        row = digits[start : start + 6]
        assert same(separated(sheet([row])), [row])


@pytest.mark.parametrize("degrees", [-5, 0, 5])
def test_a_sheet_of_16_digits_is_four_lines_also_when_it_is_turned(digits, degrees):
    for start in range(0, 48, 16):
        lines = [digits[start + 4 * line : start + 4 * line + 4] for line in range(4)]
        ink = sheet(lines, gap=25, degrees=degrees)
        assert same(separated(np.pad(ink, ((40, 0), (0, 0)))), lines)


def test_a_line_may_be_short_and_lines_may_lie_close(digits):
    lines = [digits[:3], digits[3:4], digits[4:9]]
    assert same(separated(sheet(lines, between=6)), lines)


def test_a_single_digit_is_one_piece_just_as_it_is(digits):
    for digit in digits:
        ((piece,),) = separated(digit)
        assert np.array_equal(piece.ink, digit)


def five(bar_left, bar_bottom):
    """Return a 5 of blocks, 60 pixels high, whose bar lies where it is told."""
    ink = np.zeros((100, 120))
    ink[40:48, 40:70] = ink[40:55, 40:48] = ink[55:63, 40:70] = 200
    ink[55:90, 70:78] = ink[82:90, 40:78] = 200
    ink[bar_bottom - 8 : bar_bottom, bar_left : bar_left + 30] = 200
    return ink


@pytest.mark.parametrize(("left", "bottom"), [(46, 36), (60, 32), (74, 44), (79, 40)])
def test_a_5_with_a_loose_bar_is_one_digit(left, bottom):
    ink = five(left, bottom)
    ((piece,),) = separated(ink)
    assert np.array_equal(trimmed(piece.ink), trimmed(ink))


BROKEN = {  # blocks: from which row to which, and from which column to which
    "a 4 in two": [(18, 50, 20, 26), (44, 50, 26, 46), (10, 70, 48, 54)],
    "an 8 in two": [(10, 14, 20, 60), (10, 36, 20, 24), (10, 36, 56, 60), (33, 36, 20, 60),
                    (40, 44, 20, 60), (40, 66, 20, 24), (40, 66, 56, 60), (62, 66, 20, 60)],
    "a 7 with a loose stroke": [(10, 16, 20, 50), (19, 70, 44, 50)],
    "a 1 with a foot apart": [(10, 62, 30, 36), (66, 70, 18, 48)],
    "a 1 with a dot as its flag": [(10, 70, 30, 36), (12, 19, 20, 27)],
}  # fmt: skip


@pytest.mark.parametrize("blocks", BROKEN.values(), ids=BROKEN)
def test_a_broken_digit_is_one(blocks):
    ink = np.zeros((80, 80))
    for top, bottom, left, right in blocks:
        ink[top:bottom, left:right] = 180
    ((piece,),) = separated(ink)
    assert np.array_equal(trimmed(piece.ink), trimmed(ink))


def test_two_digits_whose_columns_overlap_a_little_are_two():
    ink = np.zeros((80, 80))
    for row in range(60):  # two strokes that lean
        ink[10 + row, 45 - row // 2 : 50 - row // 2] = 200
        ink[10 + row, 60 - row // 2 : 65 - row // 2] = 200
    assert [len(line) for line in separated(ink)] == [2]


def test_a_dot_beside_a_digit_is_dirt_but_alone_it_is_a_piece(digits):
    ink = sheet([digits[:2]], gap=60)
    ink[20:30, 300:310] = ink[90:92, 200] = 255
    assert same(separated(ink), [digits[:2]])
    ink[:, :300] = ink[:, 310:] = 0
    assert same(separated(ink), [[np.full((10, 10), 255)]])


def test_a_minus_sign_is_a_piece_of_its_own(digits):
    ink = sheet([digits[:1]])
    ink = np.pad(ink, ((0, 0), (60, 0)))
    ink[40:45, 30:55] = 255
    assert same(separated(ink), [[np.full((5, 25), 255), digits[0]]])


def test_a_minus_sign_close_to_a_7_is_no_part_of_it():
    ink = np.zeros((80, 80))
    ink[10:16, 40:70] = ink[10:70, 60:66] = ink[38:43, 8:31] = 200
    assert [len(line) for line in separated(ink)] == [2]


def test_weak_ink_joins_no_digits(digits):
    row = digits[:4]
    ink = np.maximum(sheet([row]), 20)
    assert [len(line) for line in separated(ink)] == [4]


def test_digits_that_touch_are_said_to_and_others_are_not(digits):
    zero = np.zeros((40, 30))
    zero[:, :6] = zero[:, -6:] = zero[:6] = zero[-6:] = 255
    ((both, one),) = separated(sheet([[np.hstack([zero, zero]), zero]]))
    assert both.touching
    assert not one.touching


@pytest.mark.parametrize("share", [0.05, 0.2, 0.3])
def test_noise_is_refused(rng, share):
    noise = (rng.random((400, 400)) < share) * 200.0
    with pytest.raises(DataError, match=r"ink in \d+ pieces: not a picture of digits"):
        separated(noise)


def test_a_sheet_of_240_digits_is_none_too_large():
    ink = np.zeros((400, 400))
    for top in range(0, 384, 24):
        for left in range(0, 390, 26):
            ink[top : top + 16, left : left + 4] = 255
    assert [len(line) for line in separated(ink)] == [15] * 16
