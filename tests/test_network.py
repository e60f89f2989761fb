"""The network against an independent autograd, and its two flat arrays."""

from dataclasses import replace

import numpy as np
import pytest
from autograd import grad

from bpnet import registry
from bpnet.datasets.views import seen
from bpnet.errors import DataError, DivergedError
from bpnet.layers import Relu, Sigmoid, softmax
from bpnet.network import CHUNK, Network, build, draw, widths
from tests.helpers.reference import reference_loss

every_view = pytest.mark.parametrize("view", registry.VIEWS)


def network_and_batch(rng, activation="relu", hidden=(7, 6)):
    network = Network([20, *hidden, 10], activation)
    network.initialize("he", rng)
    network.flat += rng.normal(0, 0.1, network.flat.shape)
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
    before = network.flat_gradient
    gradients = network.gradient(x, t)
    assert network.flat_gradient is before
    for views, flat in ((network.params, network.flat), (gradients, network.flat_gradient)):
        assert np.array_equal(np.concatenate([view.ravel() for view in views.values()]), flat)
        assert all(np.shares_memory(view, flat) for view in views.values())
    assert all(np.shares_memory(affine.W, network.flat) for affine in network.affines)


def test_one_step_on_the_flat_array_moves_the_layers(rng):
    network, x, t = network_and_batch(rng)
    first = network.loss(x, t)
    for _ in range(20):
        network.gradient(x, t)
        network.flat -= 0.1 * network.flat_gradient
    assert network.loss(x, t) < first / 2


def test_backward_that_starts_with_dout_gives_dout_times_the_gradients(rng):
    network, x, t = network_and_batch(rng)
    network.gradient(x, t)
    gradients = network.flat_gradient.copy()
    network.backward(0.25)
    assert network.flat_gradient == pytest.approx(gradients / 4, rel=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_flat_arrays_begin_where_a_cache_line_does(dtype):
    for _ in range(4):
        network = Network([20, 7, 10], dtype=dtype)
        for flat in (network.flat, network.flat_gradient):
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
    network.flat[:] = 7  # what was there before is gone
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
    single, double = (network.flat for network in networks)
    assert np.array_equal(single, double.astype("float32"))


def test_the_configured_network_has_its_widths_its_dtype_and_weights_from_the_seed(small_config):
    config = replace(small_config, seed=7)
    assert widths(config) == [784, 16, 10]
    network, other = build(config), build(config)
    assert network.flat.dtype == "float32"
    assert not network.flat.any()
    draw(network, config)
    expected = Network([784, 16, 10], dtype="float32")
    expected.initialize("he", np.random.default_rng([7, 0]))
    assert np.array_equal(network.flat, expected.flat)
    draw(other, small_config)
    assert not np.array_equal(other.flat, expected.flat)


@every_view
def test_the_configured_network_has_its_view_which_changes_no_weight(small_config, view):
    network = build(replace(small_config, network=replace(small_config.network, view=view)))
    plain = build(small_config)
    for one in (network, plain):
        draw(one, small_config)
    assert (network.view, plain.view) == (view, "as-is")
    assert np.array_equal(network.flat, plain.flat)


@pytest.fixture(params=["float32", "float64"])
def classifier(request, rng):
    network = Network([784, 10], dtype=request.param)
    network.initialize(0.1, rng)
    return network


@pytest.fixture
def pictures(rng):
    """More images than are scored at once, as bytes."""
    return rng.integers(256, size=(2 * CHUNK + 7, 784), dtype=np.uint8)


def test_bytes_and_numbers_rows_and_squares_are_classified_alike(classifier, pictures):
    x = (pictures / 255).astype(classifier.flat.dtype)
    y = softmax(classifier.predict(x))
    assert y.shape == (1007, 10)
    for images in (pictures, x, pictures / 255):
        for form in (images, images.reshape(-1, 28, 28)):
            found = classifier.classify(form)
            assert found.dtype == classifier.flat.dtype
            assert (np.abs(found - y) <= np.maximum(1e-4 * y, 1e-6)).all()


def viewing(network, view):
    """Return a network of the same weights that sees images in this view."""
    own = network.flat
    return Network(network.widths, dtype=str(own.dtype), flat=own, view=view)


@every_view
def test_images_are_classified_by_what_the_network_sees_of_them(classifier, pictures, view):
    network, squares = viewing(classifier, view), pictures[:50].reshape(-1, 28, 28)
    squares[:, :, :8] = squares[:, :, -8:] = 0  # room to move
    for images in (squares, squares.reshape(-1, 784), squares / 255):
        viewed = network.see(images)
        assert np.array_equal(viewed, seen(view, images.reshape(-1, 784)))
        y = network.classify(images)
        assert np.array_equal(y, network.classify_seen(viewed))
        assert np.array_equal(y, classifier.classify(viewed))
        assert np.array_equal(y, classifier.classify(images)) == (view == "as-is")


@every_view
def test_what_is_seen_is_of_images_alone(classifier, view):
    network = viewing(classifier, view)
    for wrong in (np.zeros((2, 783), np.uint8), np.zeros((2, 784), int), np.full((2, 784), 1.5)):
        with pytest.raises(DataError, match="^images "):
            network.see(wrong)


def test_the_probabilities_of_an_image_sum_to_1(classifier, pictures):
    assert classifier.classify(pictures).sum(axis=1) == pytest.approx(np.ones(1007), rel=1e-5)


def test_no_images_have_no_probabilities(classifier):
    for dtype in ("uint8", "float32", "float64"):
        assert classifier.classify(np.empty((0, 784), dtype)).shape == (0, 10)
        assert classifier.classify(np.empty((0, 28, 28), dtype)).shape == (0, 10)


def test_the_images_that_are_classified_stay_as_they_are(classifier, pictures):
    for images in (pictures, (pictures / 255).astype("float32"), pictures / 255):
        before = images.copy()
        images.flags.writeable = False
        classifier.classify(images)
        assert np.array_equal(images, before)


def test_a_network_for_other_images_takes_rows_of_its_own_width_alone():
    network = Network([9, 3])
    assert network.classify(np.zeros((2, 9))).shape == (2, 3)
    for shape in ((2, 3, 3), (2, 28, 28), (9,), ()):
        with pytest.raises(DataError) as raised:
            network.classify(np.zeros(shape))
        assert str(raised.value) == f"images of shape {shape}: expected (N, 9)"


TYPES = r": expected bytes \(uint8\), or numbers from 0 to 1 \(float32, float64\)$"


@pytest.mark.parametrize("dtype", ["int64", "int8", "uint16", "bool", "complex128", "object", "U1"])
def test_images_of_a_type_that_could_mean_either_are_refused_by_its_name(classifier, dtype):
    images = np.zeros((2, 784), dtype)
    with pytest.raises(DataError, match=f"^images of type {images.dtype}{TYPES}"):
        classifier.classify(images)


def test_lists_of_whole_numbers_are_refused_too(classifier):
    with pytest.raises(DataError, match=f"^images of type int64{TYPES}"):
        classifier.classify([[0] * 784])


@pytest.mark.parametrize(
    "shape", [(), (784,), (28, 28), (2, 783), (2, 1, 784), (2, 27, 28), (2, 1, 28, 28)], ids=str
)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_images_of_another_shape_are_refused_by_it(classifier, shape, dtype):
    with pytest.raises(DataError) as raised:
        classifier.classify(np.zeros(shape, dtype))
    assert str(raised.value) == f"images of shape {shape}: expected (N, 784) or (N, 28, 28)"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (255, "from 0 to 255"), (1.001, "from 0 to 1.001"), (-0.5, "from -0.5 to 0"),
        (np.inf, "from 0 to inf"), (-np.inf, "from -inf to 0"), (np.nan, "with NaN"),
    ],
)  # fmt: skip
def test_numbers_that_are_not_from_0_to_1_are_refused_by_their_range(classifier, value, found):
    images = np.zeros((3, 784))
    images[2, 5] = value
    expected = "expected numbers from 0 to 1; bytes from 0 to 255 must be of type uint8"
    with pytest.raises(DataError, match=f"^images {found}: {expected}$"):
        classifier.classify(images)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_spoilt_network_gives_no_probabilities(classifier, pictures, value):
    classifier.params["W1"][0, 0] = value
    with pytest.raises(DivergedError, match="^no probabilities for 1007 images: the weights are"):
        classifier.classify(pictures)
