"""Affine: its two forms, and the arrays it keeps."""

import numpy as np
import pytest

from bpnet.layers import Affine


def test_images_of_any_shape_are_seen_as_rows(rng):
    W, b = rng.normal(size=(12, 3)), rng.normal(size=3)
    x, dout = rng.normal(size=(5, 2, 2, 3)), rng.normal(size=(5, 3))
    layer, flat = Affine(W, b), Affine(W, b)
    assert np.array_equal(layer.forward(x), flat.forward(x.reshape(5, 12)))
    assert np.array_equal(layer.backward(dout).reshape(5, 12), flat.backward(dout))
    assert np.array_equal(layer.dW, flat.dW)


def test_images_of_another_size_are_refused():
    with pytest.raises(ValueError, match="reshape"):
        Affine(np.ones((4, 2)), np.ones(2)).forward(np.ones((3, 5)))


def test_the_parameters_are_the_callers_own_arrays():
    W, b = np.ones((1, 1)), np.zeros(1)
    layer = Affine(W, b)
    W *= 3
    b += 1
    assert layer.forward(np.array([[2.0]])).tolist() == [[7.0]]
    assert layer.W is W
    assert layer.b is b


def test_each_backward_binds_fresh_gradients():
    layer = Affine(np.ones((1, 1)), np.zeros(1))
    layer.forward(np.array([[2.0]]))
    layer.backward(np.array([[1.0]]))
    dW, db = layer.dW, layer.db
    layer.backward(np.array([[5.0]]))
    assert (dW.tolist(), db.tolist()) == ([[2.0]], [1.0])
    assert (layer.dW.tolist(), layer.db.tolist()) == ([[10.0]], [5.0])


def test_arrays_given_for_the_gradients_are_written_into():
    dW, db = np.full((1, 1), np.nan), np.full(1, np.nan)
    layer = Affine(np.ones((1, 1)), np.zeros(1), dW=dW, db=db)
    layer.forward(np.array([[2.0], [3.0]]))
    layer.backward(np.array([[1.0], [1.0]]))
    assert (dW.tolist(), db.tolist()) == ([[5.0]], [2.0])
    assert layer.dW is dW
    assert layer.db is db


@pytest.mark.parametrize("dW", [np.zeros((2, 2), "float32"), np.zeros((2, 2), order="F")])
def test_arrays_for_the_gradients_that_do_not_fit_are_refused(dW):
    layer = Affine(np.ones((2, 2)), np.zeros(2), dW=dW, db=np.zeros(2))
    layer.forward(np.ones((1, 2)))
    with pytest.raises(ValueError, match="output array"):
        layer.backward(np.ones((1, 2)))
