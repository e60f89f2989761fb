"""A picture of one thing: brought to MNIST's form, or taken as it is; anything else is refused."""

import numpy as np
import pytest

from bpnet.errors import DataError
from bpnet.pictures import single


def picture(*lefts):
    """Return a page with an upright stroke at each place."""
    grey = np.full((60, 100), 255, np.uint8)
    for left in lefts:
        grey[10:50, left : left + 4] = 0
    return grey


def test_the_only_digit_is_brought_to_the_form_of_mnist():
    digit = single.normalized_alone(picture(20))
    assert (digit.shape, digit.dtype) == ((28, 28), np.uint8)
    assert np.count_nonzero(digit.max(axis=1)) == 20


@pytest.mark.parametrize(("lefts", "told"), [((), "no ink"), ((20, 70), "shows 2 digits, or one")])
def test_a_picture_without_a_digit_or_with_several_is_refused(lefts, told):
    with pytest.raises(DataError, match=told):
        single.normalized_alone(picture(*lefts))


def test_a_picture_of_the_right_size_is_taken_as_it_is(rng):
    grey = rng.integers(0, 256, (28, 28), np.uint8)
    assert single.as_it_is(grey, "a.png") is grey
    with pytest.raises(DataError, match="^a.png: 28 x 30 pixels: expected 28 x 28$"):
        single.as_it_is(np.zeros((30, 28), np.uint8), "a.png")
