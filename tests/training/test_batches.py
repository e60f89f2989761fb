"""The batches of an epoch: any of them can be made without those before it."""

from dataclasses import replace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import AugmentConfig
from bpnet.datasets.distortions import Distortion
from bpnet.training import batches


@pytest.fixture
def split(small_config):
    return datasets.load(small_config.data).train


@pytest.fixture
def bent(small_config):
    return replace(small_config, augment=AugmentConfig(rotation=10, alpha=30))


def epoch(split, config, number=0, skip=0):
    """Return copies: plain batches are written over by the next."""
    dtype = np.dtype(config.train.dtype)
    found = batches.epoch_batches(split, config, dtype, number, skip)
    return [(x.copy(), t.copy()) for x, t in found]


def labels(found):
    return [t.tolist() for _, t in found]


def test_the_order_comes_from_the_seed_its_stream_and_the_epoch(split, small_config):
    order = np.random.default_rng([7, 1, 3]).permutation(500)
    found = labels(epoch(split, replace(small_config, seed=7), number=3))
    assert found[0] == split.labels[order[:32]].tolist()
    assert found[-1] == split.labels[order[480:]].tolist()
    assert found != labels(epoch(split, replace(small_config, seed=7), number=2))


def test_the_order_does_not_change_with_network_or_distortions(split, small_config, bent):
    wide = replace(small_config, network=replace(small_config.network, hidden=(20,)))
    plain = labels(epoch(split, small_config))
    assert labels(epoch(split, wide)) == plain
    assert labels(epoch(split, bent)) == plain


def test_the_distortions_come_from_the_seed_their_stream_the_epoch_and_the_batch(split, bent):
    bent = replace(bent, seed=7)
    plain = epoch(split, replace(bent, augment=AugmentConfig()), number=3)
    expected = Distortion(bent.augment)(plain[5][0], np.random.default_rng([7, 2, 3, 5]))
    assert np.array_equal(epoch(split, bent, number=3)[5][0], expected)


@pytest.mark.parametrize("skip", [1, 15, 16])
def test_what_is_left_of_an_epoch_is_what_would_have_come(split, small_config, bent, skip):
    for config in (small_config, bent):
        whole, rest = epoch(split, config), epoch(split, config, skip=skip)
        assert len(rest) == 16 - skip
        for (x, t), (expected, answers) in zip(rest, whole[skip:], strict=True):
            assert np.array_equal(x, expected)
            assert np.array_equal(t, answers)


def test_a_distorted_batch_stays_as_it_is_while_the_next_is_made(split, bent):
    found = batches.epoch_batches(split, bent, np.dtype("float32"), 0, 0)
    first, _ = next(found)
    before = first.copy()
    for _ in range(3):
        next(found)
    assert np.array_equal(first, before)
