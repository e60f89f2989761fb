"""One SGD step of a 2-2-2 network, done on paper."""

import numpy as np
import pytest

from bpnet.network import Network
from bpnet.training.optimizers import SGD


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
    SGD(0.5).update(network)
    assert network.params["W1"] == pytest.approx(np.array([[1 + q, -1], [2 * q, 1]]))
    assert network.params["b1"] == pytest.approx(np.array([q, -2]))
    assert network.params["W2"] == pytest.approx(np.array([[1 + q, -q], [0, 1]]))
    assert network.params["b2"] == pytest.approx(np.array([q, -q]))


def test_the_step_is_in_place_and_keeps_the_dtype():
    network = Network([1, 2], dtype="float32")
    parameters = network.parameters
    network.loss(np.ones((1, 1), "float32"), np.array([0]))
    SGD(0.1).update(network)
    assert network.parameters is parameters
    assert parameters.dtype == "float32"
    assert parameters == pytest.approx([0.05, -0.05, 0.05, -0.05])
