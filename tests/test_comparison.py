"""McNemar's test: what chance would do."""

import math

import numpy as np
import pytest

from bpnet.comparison import Comparison, compare, mcnemar


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [
        (0, 0, 1),
        (1, 0, 1),
        (5, 5, 1),
        (6, 5, 1),
        (0, 6, 2 / 64),
        (1, 9, 2 * (1 + 10) / 1024),
        (61, 34, 0.007317),
        (34, 61, 0.007317),
    ],
)
def test_the_chance_is_that_of_heads_and_tails(only_a, only_b, p):
    assert mcnemar(only_a, only_b) == pytest.approx(p, rel=1e-3)


def test_many_images_are_no_difficulty():
    assert 0 < mcnemar(29_000, 30_000) < 1e-4
    assert mcnemar(30_000, 30_000) == 1
    normal = math.erfc((1000 - 1) / math.sqrt(2 * 59_000))
    assert mcnemar(29_000, 30_000) == pytest.approx(normal, rel=0.01)


def test_only_images_that_one_alone_has_right_count():
    t = np.array([1, 2, 3, 4, 5])
    assert compare(np.array([1, 2, 0, 4, 0]), np.array([1, 0, 3, 0, 0]), t) == Comparison(2, 1)
