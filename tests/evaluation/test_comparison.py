"""Is a network better, or is it chance: also where several are compared."""

import math

import numpy as np
import pytest

from bpnet.evaluation import holm, mcnemar, only_right


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
    assert only_right(np.array([1, 2, 0, 4, 0]), np.array([1, 0, 3, 0, 0]), t) == (2, 1)


@pytest.mark.parametrize(
    ("ps", "corrected"),
    [
        ([], []),
        ([0.5], [0.5]),
        ([0.01, 0.04], [0.02, 0.04]),
        ([0.04, 0.01], [0.04, 0.02]),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
        ([0.03, 0.02], [0.04, 0.04]),  # not smaller than the one before it
        ([0.9, 0.6, 0.7], [1, 1, 1]),
        ([0.01, 0.02, 0.03, 0.005], [0.03, 0.04, 0.04, 0.02]),
    ],
)
def test_p_is_corrected_by_the_number_of_comparisons_that_are_left(ps, corrected):
    assert holm(ps) == pytest.approx(corrected, rel=1e-12)


def test_among_equally_good_networks_seldom_is_any_called_better(rng):
    trials = rng.uniform(size=(2000, 10))
    corrected = [min(holm(ps.tolist())) < 0.05 for ps in trials]
    uncorrected = [min(ps) < 0.05 for ps in trials]
    assert np.mean(corrected) == pytest.approx(0.05, abs=0.015)
    assert np.mean(uncorrected) == pytest.approx(1 - 0.95**10, abs=0.03)
