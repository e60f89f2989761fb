"""Is a network better, or is it chance: also where several are compared."""

import math
from itertools import product

import numpy as np
import pytest

from bpnet.evaluation import holm, mcnemar, only_right, sign_flips


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


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (0, 6), (9, 1), (34, 61), (300, 420)])
def test_the_signs_of_one_network_on_each_side_are_mcnemars_coins(only_a, only_b):
    differences = np.repeat([-1, 0, 1], [only_a, 100, only_b]).astype(np.int8)
    assert sign_flips(differences) == pytest.approx(mcnemar(only_a, only_b), abs=1e-12)


def test_the_chance_is_that_of_all_signs(rng):
    for largest in (1, 2, 3, 10):
        d = rng.integers(-largest, largest + 1, 10)
        sums = [np.dot(signs, d) for signs in product((-1, 1), repeat=len(d))]
        chance = np.mean(np.abs(sums) >= abs(d.sum()))
        assert sign_flips(d) == sign_flips(-d) == pytest.approx(chance, abs=1e-13)
    assert sign_flips(np.full(3, 200, np.int16)) == pytest.approx(0.25)  # 200^2 is no int16
    assert sign_flips(np.full(40, 3)) == 1e-10  # 2^-39: rounding would decide


def test_many_images_and_networks_are_no_difficulty(rng):
    d = np.rint(rng.normal(scale=20, size=1_000_000)).astype(np.int16)
    d[:1000] = np.repeat([1000, -1000], 500)
    deviation = math.sqrt(np.sum(d.astype(float) ** 2))
    d[: int(3 * deviation - d.sum())] += 1
    normal = math.erfc(d.sum() / deviation / math.sqrt(2))
    assert sign_flips(d) == pytest.approx(normal, rel=0.01)


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
