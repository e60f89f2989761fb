"""What every layer promises, whatever it computes."""

import numpy as np
import pytest

from bpnet.layers import AddLayer, Affine, MulLayer, Relu, Sigmoid, SoftmaxWithLoss


def frozen(array):
    array = np.array(array)
    array.setflags(write=False)
    return array


def affine(dtype):
    return Affine(frozen(np.ones((6, 2), dtype)), frozen(np.zeros(2, dtype)))


LAYERS = {
    "MulLayer": (lambda dtype: MulLayer(), 2),
    "AddLayer": (lambda dtype: AddLayer(), 2),
    "Relu": (lambda dtype: Relu(), 1),
    "Sigmoid": (lambda dtype: Sigmoid(), 1),
    "Affine": (affine, 1),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_layer_writes_into_what_it_is_given_nor_changes_its_dtype(name, dtype, rng):
    make, inputs = LAYERS[name]
    layer = make(dtype)
    given = [frozen(rng.normal(size=(3, 2, 3)).astype(dtype)) for _ in range(inputs)]

    out = layer.forward(*given)
    dout = frozen(rng.normal(size=out.shape).astype(dtype))
    back = layer.backward(dout)

    back = back if isinstance(back, tuple) else (back,)
    assert out.dtype == dtype
    assert all(getattr(layer, name, out).dtype == dtype for name in ("dW", "db"))
    assert [dx.dtype for dx in back] == [dtype] * inputs
    assert [dx.shape for dx in back] == [x.shape for x in given]


@pytest.mark.parametrize("t", [[1, 0], [[0, 1, 0], [1, 0, 0]]])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_loss_layer_writes_into_nothing_and_keeps_the_dtype(t, dtype):
    layer = SoftmaxWithLoss()
    loss = layer.forward(frozen(np.array([[1, 2, 3], [3, 2, 1]], dtype)), frozen(t))
    assert type(loss) is float
    assert layer.y.dtype == dtype
    y = layer.y.copy()
    assert layer.backward().dtype == dtype
    assert np.array_equal(layer.y, y)


@pytest.mark.parametrize("layer", [Relu(), Sigmoid(), affine("float64"), SoftmaxWithLoss()])
def test_backward_before_forward_is_an_error(layer):
    with pytest.raises(AttributeError):
        layer.backward(np.ones((3, 2)))


def test_a_caller_may_change_what_relu_was_given_before_backward():
    layer, x = Relu(), np.array([1.0, -1.0])
    layer.forward(x)
    x *= -1
    assert layer.backward(np.array([5.0, 5.0])).tolist() == [5.0, 0.0]


def test_a_skip_connection_around_relu_keeps_its_own_gradient():
    relu, add = Relu(), AddLayer()  # y = relu(x) + x has the slope 1 at x = -1
    x = np.array([-1.0])
    add.forward(relu.forward(x), x)
    d_relu, d_skip = add.backward(np.array([1.0]))
    assert relu.backward(d_relu) + d_skip == 1.0
