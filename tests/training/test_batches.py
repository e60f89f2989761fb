"""The batches of an epoch: any of them can be made without those before it."""

from dataclasses import replace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import AugmentConfig
from bpnet.datasets.distortions import Distortion, half_as_far
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


def shares(split, config, workers, number=0, skip=0):
    """Return each worker's share of the batches, by their ranks."""
    config = replace(config, train=replace(config.train, workers=workers))
    dtype = np.dtype(config.train.dtype)
    found = []
    for rank in range(workers):
        shared = batches.shared_batches(split, config, dtype, number, skip, rank)
        found.append([(size, x.copy(), t.copy()) for size, x, t in shared])
    return found


@pytest.mark.parametrize("workers", [1, 2, 3, 25])
@pytest.mark.parametrize("skip", [0, 1, 15, 16])
def test_the_workers_have_all_images_of_each_batch_in_its_order(split, small_config, workers, skip):
    expected = epoch(split, small_config, number=3, skip=skip)
    found = shares(split, small_config, workers, number=3, skip=skip)
    assert [len(own) for own in found] == [16 - skip] * workers
    for (x, t), *own in zip(expected, *found, strict=True):
        assert [size for size, _, _ in own] == [len(t)] * workers
        assert np.array_equal(np.concatenate([images for _, images, _ in own]), x)
        assert np.array_equal(np.concatenate([labels for _, _, labels in own]), t)


def test_of_a_batch_the_workers_have_as_many_or_one_more_the_first_first(split, small_config):
    found = shares(split, small_config, 25)
    assert [len(own[0][2]) for own in found] == [2] * 7 + [1] * 18  # of 32
    assert [len(own[-1][2]) for own in found] == [1] * 20 + [0] * 5  # of 20


@pytest.mark.parametrize("total", [0, 1, 4, 96, 100])
def test_a_share_ends_where_the_next_begins(total):
    for workers in range(1, 9):
        found = [batches.share(total, rank, workers) for rank in range(workers)]
        assert [0, *(part.stop for part in found)] == [*(part.start for part in found), total]
        sizes = [part.stop - part.start for part in found]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] - sizes[-1] <= 1


@pytest.mark.parametrize("workers", [1, 2, 3, 25])
def test_the_distortions_of_a_share_come_from_the_workers_rank_too(split, bent, workers):
    bent = replace(bent, seed=7)
    plain = shares(split, replace(bent, augment=AugmentConfig()), workers, number=3, skip=5)
    found = shares(split, bent, workers, number=3, skip=5)
    distortion = Distortion(bent.augment)
    for rank, (before, after) in enumerate(zip(plain, found, strict=True)):
        for batch in (5, 15):
            (_, x, t), (_, images, labels) = before[batch - 5], after[batch - 5]
            expected = distortion(x, np.random.default_rng([7, 2, 3, batch, rank]))
            assert np.array_equal(images, expected)
            assert images.dtype == x.dtype
            assert np.array_equal(labels, t)


def test_the_last_epochs_are_calm(split, bent):
    bent = replace(bent, train=replace(bent.train, epochs=4))
    calm = replace(bent, augment=replace(bent.augment, calm=0.5))
    half = replace(bent, augment=half_as_far(bent.augment))
    for number, expected in enumerate([bent, bent, half, half]):
        found, wanted = (epoch(split, config, number)[0][0] for config in (calm, expected))
        assert np.array_equal(found, wanted)
