"""A digit's ink in MNIST's own form."""

import numpy as np
import pytest

from bpnet.datasets.drawn import draw
from bpnet.pictures.normalizing.fitting import THIN, fitted
from tests.helpers.pictures import thickness


@pytest.fixture(scope="module")
def digits():
    """Drawn digits, in MNIST's form themselves."""
    drawn = draw(50, np.random.default_rng(6))[0].astype(float)
    return [digit for digit in drawn if thickness(digit) > THIN]


def extent(image):
    """Return how many rows and columns hold ink."""
    return [int(np.ptp(np.flatnonzero(image.any(axis=axis)))) + 1 for axis in (1, 0)]


def apart(one, other):
    return np.abs(one.astype(int) - other).max()


def test_a_digit_in_mnists_form_stays_as_it_is(digits):
    assert max(apart(fitted(digit), digit) for digit in digits) <= 1


@pytest.mark.parametrize("times", [3, 7, 12])
def test_so_it_does_enlarged(digits, times):
    for digit in digits:
        assert apart(fitted(np.kron(digit, np.ones((times, times)))), digit) <= 1


def test_a_thin_pen_becomes_bright_and_thick():
    thin = np.zeros((200, 200))
    thin[20:180, 96:100] = thin[96:100, 20:180] = 150
    thin[92:100, 92:100] = 255  # a blot, so that the strokes are not the strongest ink
    image = fitted(thin)
    stroke = image[image.any(axis=1)][2]
    assert stroke.max() == 255
    assert 2 <= np.count_nonzero(stroke > 60) <= 4


def test_weak_ink_beyond_the_edge_of_a_stroke_does_not_make_the_digit_smaller(digits):
    for digit in digits:
        large = np.pad(np.kron(digit, np.ones((10, 10))), 60)
        dirty = np.maximum(large, 0.09 * large.max())
        height, width = extent(fitted(dirty) > 40)
        assert max(height, width) >= 17
        assert extent(fitted(np.maximum(large, 0.11 * large.max())) > 40) < [height, width]


def test_an_edge_of_weak_ink_belongs_to_its_stroke():
    block = np.zeros((40, 40))
    block[10:28, 18:22] = 200
    block[9], block[28] = 15 * (block[10] > 0), 15 * (block[27] > 0)
    assert extent(fitted(block)) == [20, 4]
    block[8] = block[9]
    assert extent(fitted(block)) == [20, 4]


def test_the_ink_is_brought_to_full_strength(digits):
    assert {int(fitted(0.3 * digit).max()) for digit in digits} == {255}
    assert all(apart(fitted(0.3 * digit), fitted(digit)) <= 1 for digit in digits)


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (37, 23)])
def test_a_block_of_any_shape_has_20_pixels_along_its_longer_side(shape):
    assert max(extent(fitted(np.ones(shape)))) == 20


def test_the_centre_of_mass_comes_to_the_middle_as_near_as_the_digit_fits():
    heavy = np.zeros((50, 50))
    heavy[5:45, 10:14] = heavy[41:45, 10:40] = 1
    image = fitted(heavy).astype(float)
    for axis in (0, 1):
        centre = np.arange(28) @ image.sum(axis=1 - axis) / image.sum()
        assert centre == pytest.approx(14, abs=0.51)


def test_rounding_beside_a_digit_is_no_ink(digits):
    for digit in digits:
        large = np.kron(np.pad(digit[3:25, 3:25], 9), np.ones((4, 4)))
        assert apart(fitted(np.maximum(large, 1e-12)), fitted(large)) <= 1
