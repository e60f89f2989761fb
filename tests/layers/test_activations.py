"""Relu and Sigmoid, at their edges."""

import numpy as np
import pytest

from bpnet.layers import Relu, Sigmoid


def test_relu_has_slope_zero_at_zero():
    layer = Relu()
    layer.forward(np.array([0.0, -0.0]))
    assert layer.backward(np.array([1.0, 1.0])).tolist() == [0.0, 0.0]


def test_relu_passes_nan_on_in_both_directions():
    layer = Relu()
    assert np.isnan(layer.forward(np.array([np.nan]))).all()
    assert np.isnan(layer.backward(np.array([np.nan]))).all()


@pytest.mark.parametrize("x", [-1.0, 1.0])
def test_relu_hides_no_gradient_that_is_infinite(x):
    layer = Relu()
    layer.forward(np.array([x]))
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(layer.backward(np.array([np.inf]))).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_never_overflows(dtype):
    x = np.array([-np.inf, -1e30, -750, 0, 750, 1e30, np.inf], dtype)
    assert Sigmoid().forward(x).tolist() == [0, 0, 0, 0.5, 1, 1, 1]


def test_sigmoid_keeps_its_precision_far_from_zero():
    x = np.array([-40.0, -700.0])
    assert Sigmoid().forward(x) == pytest.approx(np.exp(x), rel=1e-14)
