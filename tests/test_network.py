"""The network against an independent autograd, and its two flat arrays."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from bpnet.layers import Relu, Sigmoid
from bpnet.network import Network

REFERENCE = {"relu": lambda x: anp.maximum(x, 0), "sigmoid": lambda x: 1 / (1 + anp.exp(-x))}


def reference_loss(params, x, t, activation):
    """The same network, written as one formula for autograd."""
    depth = len(params) // 2
    for number in range(1, depth + 1):
        x = anp.dot(x, params[f"W{number}"]) + params[f"b{number}"]
        if number < depth:
            x = REFERENCE[activation](x)
    log_total = anp.log(anp.sum(anp.exp(x), axis=1))
    return anp.mean(log_total - x[anp.arange(len(t)), t])


def network_and_batch(rng, activation="relu", hidden=(7, 6)):
    network = Network([20, *hidden, 10], activation)
    network.initialize("he", rng)
    network.parameters += rng.normal(0, 0.1, network.parameters.shape)
    return network, rng.normal(size=(8, 20)), rng.integers(10, size=8)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("hidden", [(), (7,), (7, 6, 5)])
def test_loss_and_gradients_agree_with_autograd_to_1e_10(activation, hidden, rng):
    network, x, t = network_and_batch(rng, activation, hidden)
    expected = grad(reference_loss)(network.params, x, t, activation)
    gradients = network.gradient(x, t)
    assert abs(network.loss(x, t) - reference_loss(network.params, x, t, activation)) < 1e-10
    assert list(gradients) == list(network.params)
    for name in expected:
        assert np.abs(gradients[name] - expected[name]).max() < 1e-10, name


def test_layers_stand_in_the_books_order():
    layers = [type(layer) for layer in Network([4, 3, 3, 2], "sigmoid").layers]
    assert [layer.__name__ for layer in layers] == ["Affine", "Sigmoid"] * 2 + ["Affine"]
    assert layers[1] is Sigmoid
    assert type(Network([4, 3, 2], "relu").layers[1]) is Relu


def test_every_parameter_and_gradient_is_a_view_of_its_flat_array(rng):
    network, x, t = network_and_batch(rng)
    before = network.gradients
    gradients = network.gradient(x, t)
    assert network.gradients is before
    for views, flat in ((network.params, network.parameters), (gradients, network.gradients)):
        assert np.array_equal(np.concatenate([view.ravel() for view in views.values()]), flat)
        assert all(np.shares_memory(view, flat) for view in views.values())
    assert all(np.shares_memory(affine.W, network.parameters) for affine in network.affines)


def test_one_step_on_the_flat_array_moves_the_layers(rng):
    network, x, t = network_and_batch(rng)
    first = network.loss(x, t)
    for _ in range(20):
        network.gradient(x, t)
        network.parameters -= 0.1 * network.gradients
    assert network.loss(x, t) < first / 2


def test_backward_that_starts_with_dout_gives_dout_times_the_gradients(rng):
    network, x, t = network_and_batch(rng)
    network.gradient(x, t)
    gradients = network.gradients.copy()
    network.backward(0.25)
    assert network.gradients == pytest.approx(gradients / 4, rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_flat_arrays_begin_where_a_cache_line_does(dtype):
    for _ in range(4):
        network = Network([20, 7, 10], dtype=dtype)
        for flat in (network.parameters, network.gradients):
            assert flat.ctypes.data % 64 == 0
            assert flat.shape == (20 * 7 + 7 * 10 + 7 + 10,)


def test_gradients_are_written_anew_by_each_batch(rng):
    network, x, t = network_and_batch(rng)
    once = {name: array.copy() for name, array in network.gradient(x, t).items()}
    again = network.gradient(x, t)
    assert all(np.array_equal(once[name], again[name]) for name in once)


def test_the_images_get_no_gradient(rng, monkeypatch):
    network, x, t = network_and_batch(rng)
    monkeypatch.setattr(network.affines[0], "backward", None)
    network.gradient(x, t)


def test_everything_in_a_step_has_the_networks_dtype(rng):
    network = Network([20, 7, 10], "sigmoid", "float32")
    network.initialize("xavier", rng)
    x = rng.uniform(size=(4, 20)).astype("float32")
    gradients = network.gradient(x, np.array([1, 2, 3, 4]))
    assert network.predict(x).dtype == "float32"
    assert network.last_layer.y.dtype == "float32"
    assert {array.dtype for array in gradients.values()} == {np.dtype("float32")}


def test_accuracy_takes_labels_and_one_hot(rng):
    network, x, _ = network_and_batch(rng)
    answers = network.predict(x).argmax(axis=1)
    answers[0] = (answers[0] + 1) % 10
    assert network.accuracy(x, answers) == network.accuracy(x, np.eye(10)[answers]) == 7 / 8


@pytest.mark.parametrize(
    ("init", "deviation"), [("he", (2 / 400) ** 0.5), ("xavier", (1 / 400) ** 0.5), (0.01, 0.01)]
)
def test_weights_are_drawn_with_mean_0_and_the_deviation_of_the_rule(init, deviation, rng):
    network = Network([400, 300, 10])
    network.parameters[:] = 7  # what was there before is gone
    network.initialize(init, rng)
    W1 = network.params["W1"]
    assert abs(W1.mean()) < 4 * deviation / W1.size**0.5
    assert W1.std() == pytest.approx(deviation, rel=0.01)
    assert not network.params["b1"].any()
    assert not network.params["b2"].any()


def test_both_dtypes_start_from_the_same_draw():
    networks = [Network([9, 5, 3], dtype=dtype) for dtype in ("float32", "float64")]
    for network in networks:
        network.initialize("he", np.random.default_rng(3))
    single, double = (network.parameters for network in networks)
    assert np.array_equal(single, double.astype("float32"))
