"""Random numbers by their place: nothing but the numbers that name the place decides them."""

import itertools

import numpy as np
import pytest

from bpnet.randomness import DISTORTIONS, ORDER, WEIGHTS, generator


@pytest.mark.parametrize(
    ("seed", "stream", "place"), [(0, WEIGHTS, ()), (7, ORDER, (3,)), (2**32, DISTORTIONS, (3, 5))]
)
def test_the_numbers_are_those_of_numpys_generator_for_the_whole_place(seed, stream, place):
    expected = np.random.default_rng([seed, stream, *place])
    assert np.array_equal(generator(seed, stream, *place).random(9), expected.random(9))


def test_the_streams_have_the_numbers_with_which_runs_were_begun():
    assert (WEIGHTS, ORDER, DISTORTIONS) == (0, 1, 2)


def test_every_place_has_numbers_of_its_own():
    places = [(0, WEIGHTS), (1, WEIGHTS), *itertools.product((0, 1), (ORDER,), (1, 2))]
    places += itertools.product((0, 1), (DISTORTIONS,), (1, 2), (1, 2))
    assert len({generator(*place).random() for place in places}) == len(places)
