"""A picture in MNIST's own form: whatever its size, its light and its polarity."""

import tracemalloc

import numpy as np
import pytest

from bpnet.datasets.drawn import draw
from bpnet.errors import DataError
from bpnet.pictures.normalizing import normalized, scaling
from bpnet.pictures.normalizing.fitting import THIN
from tests.helpers.pictures import only_digit, thickness


@pytest.fixture(scope="module")
def digits():
    """Drawn digits, in MNIST's form themselves."""
    drawn = draw(30, np.random.default_rng(5))[0]
    return drawn[[thickness(digit) > THIN for digit in drawn]]


def near(a, b, most=1):
    return int(np.abs(a.astype(int) - b.astype(int)).max()) <= most


def apart(a, b):
    return np.abs(a.astype(int) - b.astype(int)).mean()


def in_a_frame(digit, top=3, left=50):
    frame = np.zeros((90, 120), np.uint8)
    frame[top : top + 28, left : left + 28] = digit
    return frame


CHANGES = {
    "as it is": lambda digit: digit,
    "inverted": lambda digit: 255 - digit,
    "as floats": lambda digit: digit / 1.0,
    "off-centre in a larger frame": in_a_frame,
    "enlarged": lambda digit: np.kron(digit, np.ones((7, 7), np.uint8)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_digit_in_mnists_form_is_found_again(digits, change):
    for digit in digits:
        assert near(only_digit(change(digit)), digit, most=3)


def test_a_faint_digit_becomes_a_strong_one(digits):
    faint = (digits * 0.4 + 60).astype(np.uint8)
    assert (
        np.median([apart(only_digit(f), digit) for f, digit in zip(faint, digits, strict=True)])
        < 0.3
    )


def test_uneven_light_and_noise_are_taken_away(digits):
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:300, 0:400]
    found = []
    for digit in digits[:10]:
        ink = np.zeros((300, 400))
        ink[60:228, 110:278] = np.kron(digit / 255, np.ones((6, 6)))
        light = 150 + 0.2 * x - 0.1 * y
        photo = np.clip(light * (1 - 0.7 * ink) + rng.normal(0, 4, ink.shape), 0, 255)
        seen = only_digit(photo.round().astype(np.uint8))
        found.append(int(np.argmin([apart(seen, other) for other in digits])))
    assert found == list(range(10))


def test_the_longer_side_is_20_pixels_and_the_centre_of_mass_in_the_middle(digits):
    for digit in digits:
        seen = only_digit(np.kron(digit, np.ones((3, 5), np.uint8))).astype(float)
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        for axis in (0, 1):
            centre = np.arange(28) @ seen.sum(axis=1 - axis) / seen.sum()
            assert centre == pytest.approx(14, abs=0.51)


def test_dirt_and_shadows_that_lie_apart_are_not_ink():
    picture = np.zeros((60, 60), np.uint8)
    picture[20:40, 28:32] = 250
    picture[5:8, 50:53] = 60
    seen = only_digit(picture)
    assert np.array_equal(seen, only_digit(picture[:, :45]))


@pytest.mark.parametrize("level", [0, 7, 255])
@pytest.mark.parametrize("shape", [(28, 28), (300, 200), (9, 1000)])
def test_a_blank_picture_is_refused(level, shape):
    with pytest.raises(DataError, match="no ink"):
        only_digit(np.full(shape, level, np.uint8))


def test_a_blank_picture_with_noise_is_refused():
    noise = np.random.default_rng(3).normal(200, 3, (200, 200))
    with pytest.raises(DataError, match="no ink"):
        only_digit(np.clip(noise, 0, 255))


@pytest.mark.parametrize("shape", [(1, 1), (7, 40), (500, 2)])
def test_a_picture_too_small_for_a_digit_is_refused(shape):
    with pytest.raises(DataError, match=f"{shape[1]} x {shape[0]} pixels: too small for a digit"):
        only_digit(np.eye(*shape) * 255)


def test_a_large_picture_is_read_in_strips_to_the_same(digits, monkeypatch):
    large = np.kron(digits[0], np.ones((20, 20), np.uint8))
    whole = only_digit(large)
    monkeypatch.setattr(scaling, "STRIP", 17)
    assert near(only_digit(large), whole)


@pytest.mark.parametrize("shape", [(8, 2**19), (2**19, 8)])
def test_a_long_picture_costs_no_more_memory_than_a_square_one(shape):
    picture = np.full(shape, 255, np.uint8)
    picture[shape[0] // 4 : shape[0] // 2, shape[1] // 4 : shape[1] // 2] = 0
    tracemalloc.start()
    seen = only_digit(picture)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert max(np.ptp(np.flatnonzero(seen.any(axis=axis))) for axis in (0, 1)) == 19
    assert peak < 20_000_000


@pytest.mark.parametrize("side", range(8, 14, 2))
def test_digits_of_few_pixels_are_told_apart_dark_or_light(digits, side):
    small = [np.pad(scaling.scaled(digit[4:24, 4:24], (side - 2) / 20), 1) for digit in digits]
    found = [
        [len(line) for line in normalized(picture)]
        for left, right in zip(small[::2], small[1::2], strict=False)
        for row in [np.hstack([left, np.zeros((side, 3)), right])]
        for picture in (row, 255 - row)
    ]
    assert found.count([2]) > 0.9 * len(found)
