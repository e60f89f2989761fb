"""Digits that touch are told from one digit."""

import numpy as np
import pytest

from bpnet.datasets.drawn import draw
from bpnet.pictures.normalizing.touching import touching


def trimmed(ink):
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)


def merged(one, other):
    """Return both on one foot, the other so near that the ink of both runs together."""
    rows = max(len(one), len(other))
    one, other = (np.pad(ink, ((rows - len(ink), 0), (0, 0))) for ink in (one, other))
    free = min(
        len(row) - np.flatnonzero(row)[-1] - 1 + np.flatnonzero(beside)[0]
        for row, beside in zip(one, other, strict=True)
        if row.any() and beside.any()
    )
    overlap = free + 2
    both = np.zeros((rows, one.shape[1] + other.shape[1] - overlap))
    both[:, : one.shape[1]] = one
    right = both[:, both.shape[1] - other.shape[1] :]
    np.maximum(right, other, out=right)
    return both


@pytest.fixture(scope="module")
def digits():
    return [trimmed(image) for image in draw(400, np.random.default_rng(4))[0]]


def test_hardly_a_single_digit_is_said_to_be_several(digits):
    assert np.mean([touching(digit) for digit in digits]) < 0.01


def test_most_pairs_of_digits_are_said_to_touch(digits):
    pairs = [merged(*pair) for pair in zip(digits[::2], digits[1::2], strict=True)]
    assert np.mean([touching(pair) for pair in pairs]) > 0.8


def test_three_digits_that_touch_are_several_as_well(digits):
    rows = [merged(merged(*digits[i : i + 2]), digits[i + 2]) for i in range(0, 90, 3)]
    assert np.mean([touching(row) for row in rows]) > 0.95


@pytest.mark.parametrize("shape", [(1, 1), (3, 60), (60, 3), (30, 30)])
def test_a_dot_a_line_and_a_block_are_not_several_digits(shape):
    assert not touching(np.full(shape, 9.0))
