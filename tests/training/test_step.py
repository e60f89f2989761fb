"""One step of training, as the config says."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bpnet.errors import DivergedError
from bpnet.training import trainer
from bpnet.training.step import Step, smoothed


@pytest.fixture
def batch(rng):
    return rng.random((20, 784)), rng.integers(10, size=20)


def fresh(config, **changes):
    """Return a step of 16 an epoch."""
    config = replace(config, train=replace(config.train, dtype="float64", **changes))
    network = trainer.build(config)
    velocity, average = np.zeros_like(network.parameters), network.parameters.copy()
    return Step(network, config.train, velocity, average, per_epoch=16)


def cross_entropy(scores, t):
    return np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(t)), t])


def test_smoothing_mixes_the_loss_with_that_of_all_classes_alike(small_config, batch):
    x, t = batch
    step = fresh(small_config, label_smoothing=0.2)
    scores = step.network.predict(x)
    everywhere = np.mean([cross_entropy(scores, np.full(20, digit)) for digit in range(10)])
    expected = 0.8 * cross_entropy(scores, t) + 0.2 * everywhere
    assert step(0, x, t) == pytest.approx(expected, rel=1e-12)


def test_a_smoothed_step_goes_down_the_smoothed_loss(small_config, batch):
    x, t = batch
    step = fresh(small_config, label_smoothing=0.2, learning_rate=1e-3)
    network, before = step.network, step.network.parameters.copy()
    step(0, x, t)
    gradient = (before - network.parameters) / 1e-3
    direction = np.random.default_rng(1).normal(size=len(before))
    losses = []
    for sign in (1, -1):
        network.parameters[:] = before + sign * 1e-6 * direction
        losses.append(network.loss(x, smoothed(0.2)[t]))
    assert gradient @ direction == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-6)


def test_the_rows_of_smoothed_answers_sum_to_1_and_without_smoothing_are_one_hot():
    assert smoothed(0.3).sum(axis=1) == pytest.approx(np.ones(10))
    assert np.array_equal(smoothed(0), np.eye(10))


def test_each_step_has_the_learning_rate_of_its_place(small_config, batch):
    step = fresh(small_config, epochs=2, schedule="cosine", learning_rate=0.32)
    for number in (0, 31):
        before = step.network.parameters.copy()
        step(number, *batch)
        moved = before - step.network.parameters
        assert moved == pytest.approx(step.network.gradients, rel=1e-9, abs=1e-15)
        assert step.optimizer.learning_rate == step.learning_rate(number)
    assert step.learning_rate(31) == pytest.approx(0.16 * (1 - math.cos(math.pi / 32)))


def test_a_loss_that_is_not_finite_leaves_the_parameters_as_they_were(small_config, batch):
    x, t = batch
    step = fresh(small_config, momentum=0.9)
    before = step.network.parameters.copy()
    with np.errstate(all="ignore"), pytest.raises(DivergedError, match="epoch 3 at step 40"):
        step(39, x * math.inf, t)
    assert np.array_equal(step.network.parameters, before)


def test_the_velocity_of_a_pixel_that_stays_dark_does_not_become_denormal(small_config, batch):
    x, t = batch
    train = replace(small_config.train, momentum=0.65)
    network = trainer.build(replace(small_config, train=train))
    velocity = np.zeros_like(network.parameters)
    step = Step(network, train, velocity, velocity[:0], per_epoch=200)
    x = x.astype("float32")
    step(0, x, t)
    x[:, 0] = 0
    for number in range(1, 200):  # 0.65 to the 199th is 6e-38
        step(number, x, t)
    assert np.abs(velocity[velocity != 0]).min() >= 1e-30
