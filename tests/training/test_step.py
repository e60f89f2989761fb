"""One step of training, as the config says."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bpnet.errors import DivergedError
from bpnet.network import build, draw
from bpnet.training.state import start
from bpnet.training.step import Outcome, Step, smoothed


@pytest.fixture
def batch(rng):
    return rng.random((20, 784)), rng.integers(10, size=20)


def fresh(config, **changes):
    """Return a step of 16 an epoch."""
    config = replace(config, train=replace(config.train, dtype="float64", **changes))
    network = build(config)
    draw(network, config)
    return Step(network, config.train, start(network.flat, config), per_epoch=16)


def test_a_step_is_the_loss_then_the_gradients_times_the_rate_then_the_update(small_config, batch):
    step = fresh(small_config, learning_rate=0.25)
    network, before = step.network, step.network.flat.copy()
    loss = network.loss(*batch)
    network.gradient(*batch)
    gradients = network.flat_gradient.copy()
    updates = []

    class Optimizer:
        def update(self, parameters, g):
            assert np.shares_memory(parameters, network.flat)
            assert np.array_equal(parameters, before)
            updates.append(g.copy())

    step.optimizer = Optimizer()
    right = np.count_nonzero(network.predict(batch[0]).argmax(axis=1) == batch[1])
    assert step(0, *batch) == Outcome(images=20, loss=20 * loss, correct=right)
    (g,) = updates
    assert np.allclose(g, 0.25 * gradients, rtol=1e-12, atol=0)


def test_sgd_and_momentum_move_the_network_by_what_they_say(small_config, batch):
    for momentum in (0, 0.9):
        step = fresh(small_config, momentum=momentum, learning_rate=0.25)
        network, before = step.network, step.network.flat.copy()
        network.gradient(*batch)
        g = 0.25 * network.flat_gradient
        step(0, *batch)
        assert np.allclose(before - network.flat, g, rtol=1e-9, atol=1e-15)
        first = network.flat.copy()
        network.gradient(*batch)
        v = momentum * g + 0.25 * network.flat_gradient
        step(1, *batch)
        assert np.allclose(first - network.flat, v, rtol=1e-9, atol=1e-15)


def cross_entropy(scores, t):
    return np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(t)), t])


def test_smoothing_mixes_the_loss_with_that_of_all_classes_alike(small_config, batch):
    x, t = batch
    step = fresh(small_config, label_smoothing=0.2)
    scores = step.network.predict(x)
    everywhere = np.mean([cross_entropy(scores, np.full(20, digit)) for digit in range(10)])
    expected = 0.8 * cross_entropy(scores, t) + 0.2 * everywhere
    assert step(0, x, t).loss / 20 == pytest.approx(expected, rel=1e-12)


def test_a_smoothed_step_goes_down_the_smoothed_loss(small_config, batch):
    x, t = batch
    step = fresh(small_config, label_smoothing=0.2, learning_rate=1e-3)
    network, before = step.network, step.network.flat.copy()
    step(0, x, t)
    gradient = (before - network.flat) / 1e-3
    direction = np.random.default_rng(1).normal(size=len(before))
    losses = []
    for sign in (1, -1):
        network.flat[:] = before + sign * 1e-6 * direction
        losses.append(network.loss(x, smoothed(0.2, 10)[t]))
    assert gradient @ direction == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-6)


def test_the_rows_of_smoothed_answers_sum_to_1_and_without_smoothing_are_one_hot():
    assert smoothed(0.3, 10).sum(axis=1) == pytest.approx(np.ones(10))
    assert np.array_equal(smoothed(0, 10), np.eye(10))


def test_each_step_has_the_learning_rate_of_its_place(small_config, batch):
    step = fresh(small_config, epochs=2, schedule="cosine", learning_rate=0.32)
    for number in (0, 31):
        before = step.network.flat.copy()
        step.network.gradient(*batch)
        expected = step.learning_rate(number) * step.network.flat_gradient
        step(number, *batch)
        moved = before - step.network.flat
        assert np.allclose(moved, expected, rtol=1e-9, atol=1e-15)
    assert step.learning_rate(31) == pytest.approx(0.16 * (1 - math.cos(math.pi / 32)))


def test_a_loss_that_is_not_finite_leaves_the_parameters_as_they_were(small_config, batch):
    x, t = batch
    step = fresh(small_config, momentum=0.9)
    before = step.network.flat.copy()
    with np.errstate(all="ignore"), pytest.raises(DivergedError, match="epoch 3 at step 40"):
        step(39, x * math.inf, t)
    assert np.array_equal(step.network.flat, before)


def test_a_bias_that_is_not_finite_is_seen_behind_a_relu(small_config, batch):
    step = fresh(small_config)
    step.network.params["b1"][0] = -math.inf
    with pytest.raises(DivergedError, match="epoch 1 at step 1"):
        step(0, *batch)


def test_the_average_follows_the_parameters_after_each_step(small_config, batch):
    step = fresh(small_config, average=0.9)
    average = step.average.parameters
    before = average.copy()
    step(0, *batch)
    expected = 0.1 * before + 0.9 * step.network.flat
    assert np.allclose(average, expected, rtol=1e-12, atol=0)


def test_the_velocity_of_a_pixel_that_stays_dark_does_not_become_denormal(small_config, batch):
    x, t = batch
    config = replace(small_config, train=replace(small_config.train, momentum=0.65))
    network = build(config)
    draw(network, config)
    state = start(network.flat, config)
    step = Step(network, config.train, state, per_epoch=200)
    x = x.astype("float32")
    step(0, x, t)
    x[:, 0] = 0
    for number in range(1, 200):  # 0.65 to the 199th is 6e-38
        step(number, x, t)
    velocity = state.velocity
    assert np.abs(velocity[velocity != 0]).min() >= 1e-30
