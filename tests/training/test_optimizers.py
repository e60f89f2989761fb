"""The optimizers, on flat arrays: a step of a 2-2-2 network done on paper, and their formulas."""

import numpy as np
import pytest

from bpnet.network import Network
from bpnet.training.optimizers import PART, SGD, Average, Momentum


def test_one_step_agrees_with_the_arithmetic_on_paper():
    network = Network([2, 2, 2])
    network.params["W1"][:] = [[1, -1], [0, 1]]
    network.params["b1"][:] = [0, -2]
    network.params["W2"][:] = [[1, 0], [0, 1]]
    # x = (1, 2):  x W1 + b1 = (1, -1 + 2 - 2) = (1, -1);  relu = (1, 0);  scores = (1, 0)
    # y = (e, 1) / (e + 1) = (p, 1 - p) with p = 0.731059;  t = 0:  dscores = (p - 1, 1 - p)
    # dW2 = (1, 0)^T (p - 1, 1 - p) = ((p - 1, 1 - p), (0, 0));  db2 = (p - 1, 1 - p)
    # dhidden = dscores W2^T = (p - 1, 1 - p), and (p - 1, 0) below the Relu
    # dW1 = (1, 2)^T (p - 1, 0) = ((p - 1, 0), (2 (p - 1), 0));  db1 = (p - 1, 0)
    q = 0.5 * (1 - 1 / (1 + np.exp(-1)))  # learning rate 0.5 times (1 - p)
    network.loss(np.array([[1.0, 2.0]]), np.array([0]))
    network.backward(dout=0.5)
    SGD().update(network.flat, network.flat_gradient)
    assert network.params["W1"] == pytest.approx(np.array([[1 + q, -1], [2 * q, 1]]))
    assert network.params["b1"] == pytest.approx(np.array([q, -2]))
    assert network.params["W2"] == pytest.approx(np.array([[1 + q, -q], [0, 1]]))
    assert network.params["b2"] == pytest.approx(np.array([q, -q]))


def test_the_step_is_in_place_and_keeps_the_dtype():
    network = Network([1, 2], dtype="float32")
    parameters = network.flat
    network.loss(np.ones((1, 1), "float32"), np.array([0]))
    network.backward(dout=0.1)
    SGD().update(network.flat, network.flat_gradient)
    assert network.flat is parameters
    assert parameters.dtype == "float32"
    assert parameters == pytest.approx([0.05, -0.05, 0.05, -0.05])


LONG = 2 * PART + 3  # numbers: more than an optimizer takes at a time


def test_momentum_moves_every_number_of_a_long_array(rng):
    parameters, velocity, gradients = rng.normal(size=(3, LONG))
    faster = 0.9 * velocity + gradients
    moved = parameters - faster
    Momentum(0.9, velocity).update(parameters, gradients)
    assert np.allclose(velocity, faster, rtol=1e-12)
    assert np.allclose(parameters, moved, rtol=1e-12)


def test_an_average_takes_in_every_number_of_a_long_array(rng):
    parameters, mean = rng.normal(size=(2, LONG))
    expected = 0.75 * mean + 0.25 * parameters
    Average(0.75, mean).update(parameters, step=1000)
    assert np.allclose(mean, expected, rtol=1e-12)


@pytest.mark.parametrize(("step", "decay"), [(0, 0.1), (8, 0.5), (80, 0.9), (1000, 0.9)])
def test_a_young_average_forgets_where_it_began(step, decay):
    average = Average(0.9, np.zeros(1))
    average.update(np.ones(1), step)
    assert average.parameters == pytest.approx(1 - decay)


def test_no_optimizer_changes_the_gradients(rng):
    parameters, gradients = rng.normal(size=(2, 10))
    before = gradients.copy()
    for optimizer in (SGD(), Momentum(0.9, np.ones(10))):
        optimizer.update(parameters, gradients)
    assert np.array_equal(gradients, before)
