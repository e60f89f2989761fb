"""Lines on paper are taken away, and what crosses them is mended."""

import numpy as np
import pytest

from bpnet.pictures.normalizing.lines import without_lines


def page(lines=(), strength=80, turned=0.0):
    """Return a thick upright stroke, with lines of two rows across the page."""
    y, x = np.mgrid[0:120, 0:160]
    ink = np.zeros((120, 160))
    for line in lines:
        ink[np.abs(y - line - turned * (x - 80)) <= 1] = strength
    ink[30:90, 70:80] = 200
    return ink


@pytest.mark.parametrize("turned", [0, 0.02, -0.05])
def test_ruled_lines_are_gone_and_the_stroke_is_left(turned):
    mended = without_lines(page([20, 60, 100], turned=turned))
    assert np.abs(mended - page()).max() < 20


def test_lines_of_squared_paper_are_gone():
    squared = np.maximum(page([20, 60, 100]), 0)
    squared[:, 30:33] = np.maximum(squared[:, 30:33], 80)
    assert np.abs(without_lines(squared) - page()).max() < 20


def test_a_line_below_noise_of_its_own_size_is_found_by_its_length():
    noise = np.random.default_rng(1).normal(0, 12, (120, 160))
    mended = without_lines(page([60], strength=30) + noise) - noise
    assert mended[57:64, :60].mean() < 3


def test_a_stroke_that_runs_along_a_line_is_left():
    ink = page([60])
    ink[57:65, 40:120] = 200
    expected = page()
    expected[57:65, 40:120] = 200
    assert np.abs(without_lines(ink) - expected).max() < 25


@pytest.mark.parametrize("rows", [slice(55, 58), slice(50, 66)])
def test_a_bar_that_does_not_reach_the_edges_or_is_thick_is_no_line(rows):
    ink = np.zeros((120, 160))
    ink[rows, 0 if rows.stop == 66 else 30 : 160 if rows.stop == 66 else 130] = 200
    assert np.array_equal(without_lines(ink), ink)


def test_a_small_picture_has_no_lines():
    ink = np.zeros((28, 28))
    ink[14] = 200
    assert np.array_equal(without_lines(ink), ink)


def test_a_stroke_as_high_as_the_picture_is_no_line():
    ink = np.zeros((100, 300))
    ink[:, 100:104] = ink[20:80, 200:210] = 240
    assert np.array_equal(without_lines(ink), ink)
