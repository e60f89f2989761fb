"""What lies beside digits is taken away, and no part of them."""

import numpy as np
import pytest

from bpnet.pictures.normalizing.dirt import without_dirt, without_stains

ALL = np.ones((100, 100), bool)
Y, X = np.mgrid[0:100, 0:100]


def stroke():
    ink = np.zeros((100, 100))
    ink[20:80, 40:46] = 200
    return ink


def test_a_stain_is_gone_also_where_the_stroke_crosses_it():
    stained = np.maximum(stroke(), np.where(np.hypot(Y - 40, X - 50) < 18, 50.0, 0))
    cleaned = without_stains(stained, 6)
    assert cleaned[45, 60] == 0
    assert cleaned[45, 43] > 180
    assert np.array_equal(without_stains(stroke(), 6), stroke())


def test_the_weak_inside_of_a_loop_is_no_stain():
    away = np.hypot(Y - 50, X - 50)
    loop = np.where((away < 14) & (away > 4), 200.0, np.where(away < 5, 40.0, 0))
    assert np.array_equal(without_stains(loop, 8), loop)


@pytest.mark.parametrize(
    "dirt",
    [
        (np.hypot(Y - 50, X - 12) < 9) * 250.0,
        (np.hypot(Y - 50, X - 100) < 15) * 200.0,
        ((Y > 30) & (Y < 70) & (X > 60) & (X < 80)) * 60.0,
    ],
    ids=["a punch hole", "a piece of a neighbour", "a pale piece"],
)
def test_what_lies_beside_a_digit_is_gone(dirt):
    assert np.array_equal(without_dirt(stroke() + dirt, 20, ALL), stroke())


def test_a_bar_beside_a_digit_and_a_digit_at_the_edge_stay():
    ink = stroke()
    ink[20:26, 50:70] = 200
    assert np.array_equal(without_dirt(ink, 20, ALL), ink)
    low = np.roll(stroke(), 20, axis=0)
    assert np.array_equal(without_dirt(low, 20, ALL), low)


def test_a_small_piece_stays_where_a_digit_is_cut_off_as_well():
    ink = stroke()
    ink[:30, 80:90] = ink[20:30, 60:90] = 200
    ink[:6, 20:26] = 200
    assert np.array_equal(without_dirt(ink, 20, ALL), ink)
