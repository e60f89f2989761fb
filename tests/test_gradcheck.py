"""The gradient check, and that it catches what it is for."""

import math

import numpy as np
import pytest

from bpnet import gradcheck, registry
from bpnet.gradcheck import comparing
from bpnet.gradcheck.network import gain, sample
from bpnet.gradcheck.watching import Watched, sides
from bpnet.layers import Affine, MulLayer, Relu, Sigmoid, SoftmaxWithLoss
from bpnet.network import Network

CONFIGURATIONS = [([784, 100, 10], "relu"), ([784, 50, 10], "sigmoid"), ([784, 10], "relu")]
SQUARE = [12, 12, 12, 10]


def failures(widths=SQUARE, activation="relu", seed=0):
    rows = gradcheck.check(widths, activation, np.random.default_rng(seed))
    return [row.name for row in rows if not row.passed]


@pytest.mark.parametrize(("widths", "activation"), CONFIGURATIONS)
@pytest.mark.parametrize("seed", range(3))
def test_right_gradients_come_out_below_1e_7(widths, activation, seed):
    rows = list(gradcheck.check(widths, activation, np.random.default_rng(seed)))
    assert max(row.error for row in rows) < 1e-7
    assert all(row.passed for row in rows)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("hidden", [[40] * 12, [1], [1, 1, 1], [2, 2, 2], [5, 1, 5], [3] * 16])
def test_deep_and_narrow_networks_are_right_too_and_not_for_lack_of_gradients(activation, hidden):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        rows = list(gradcheck.check_network([784, *hidden, 10], activation, rng))
        assert max(row.error for row in rows) < 1e-7
        assert all(row.passed for row in rows)


def test_the_network_has_a_row_for_each_parameter_and_one_for_all():
    rows = list(gradcheck.check_network([784, 100, 10], "relu", np.random.default_rng(0)))
    assert [row.name.removeprefix("network") for row in rows] == [
        ".W1", ".W2", ".b1", ".b2", ", all at once",
    ]  # fmt: skip
    assert all(row.checked >= 5 for row in rows[:-1])


def planted(monkeypatch, layer, method, wrong):
    """Replace a method of a layer by `wrong`, which is given the right one."""
    right = getattr(layer, method)
    monkeypatch.setattr(layer, method, lambda self, dout=1: wrong(right, self, dout))


def test_a_bias_that_is_one_percent_off_is_caught(monkeypatch):
    def wrong(right, self, dout):
        right(self, dout)
        self.db *= 1.01

    planted(monkeypatch, Affine, "backward_parameters", wrong)
    names = failures()
    assert {"Affine.b", "network.b1", "network.b2", "network.b3"} <= set(names)
    assert "network, all at once" in names


def test_one_percent_on_a_single_bias_of_the_network_is_caught(monkeypatch):
    right = Network.gradient

    def wrong(self, x, t):
        gradients = right(self, x, t)
        gradients["b2"] *= 1.01
        return gradients

    monkeypatch.setattr(Network, "gradient", wrong)
    assert failures() == ["network.b2", "network, all at once"]


def test_a_wrong_sign_is_caught(monkeypatch):
    def wrong(right, self, dout):
        right(self, dout)
        self.dW *= -1

    planted(monkeypatch, Affine, "backward_parameters", wrong)
    assert {"Affine.W", "network.W1", "network.W3"} <= set(failures())


def test_a_gradient_left_over_from_the_last_batch_is_caught(monkeypatch):
    def wrong(right, self, dout):
        if not getattr(self, "done", False):
            right(self, dout)
        self.done = True

    planted(monkeypatch, Affine, "backward_parameters", wrong)
    assert {"network.W1", "network.W3", "network.b1", "network, all at once"} <= set(failures())


def test_gradients_that_stay_zero_are_caught(monkeypatch):
    planted(monkeypatch, Affine, "backward_parameters", lambda right, self, dout: None)
    rows = gradcheck.check_network(SQUARE, "relu", np.random.default_rng(0))
    names = [row.name for row in rows if not row.passed]
    assert {"network.W1", "network.b3", "network, all at once"} <= set(names)


def test_a_product_with_the_matrix_untransposed_is_caught(monkeypatch):
    def wrong(right, self, dout):
        self.backward_parameters(dout)
        return dout @ self.W if self.W.shape == (12, 12) else right(self, dout)

    planted(monkeypatch, Affine, "backward", wrong)
    assert failures() == ["network.W1", "network.b1", "network, all at once"]


@pytest.mark.parametrize(
    ("layer", "name"), [(Relu, "Relu.x"), (Sigmoid, "Sigmoid.x"), (SoftmaxWithLoss, "Softmax")]
)
def test_an_error_of_a_layer_names_that_layer(layer, name, monkeypatch):
    planted(monkeypatch, layer, "backward", lambda right, self, dout: 1.001 * right(self, dout))
    assert any(row.startswith(name) for row in failures())


def test_dout_ignored_by_the_loss_is_caught(monkeypatch):
    planted(monkeypatch, SoftmaxWithLoss, "backward", lambda right, self, dout: right(self, 1))
    assert {"SoftmaxWithLoss.x, labels", "SoftmaxWithLoss.x, one-hot"} <= set(failures())


def test_entries_whose_step_crosses_a_kink_are_counted_and_left_out():
    layer, x = Relu(), np.array([[1.0, 1e-6, -2.0, 0.0]])
    (row,) = gradcheck.check_layer(layer, {"x": x})
    assert (row.checked, row.left_out) == (2, 2)
    assert row.passed


def test_a_row_with_nothing_left_to_check_does_not_pass():
    (row,) = gradcheck.check_layer(Relu(), {"x": np.zeros((1, 3))})
    assert (row.checked, row.left_out) == (0, 3)
    assert not row.passed


def test_the_entry_of_the_largest_gradient_is_among_the_sample(rng):
    gradient = np.zeros((50, 40))
    gradient[31, 7] = -1e-9
    assert (31, 7) in sample(gradient, rng)
    assert len(sample(gradient, rng)) > 15


def test_the_error_is_relative_to_the_largest_gradient_of_the_array():
    row = comparing.summary("x", [(1e-9, 2e-9), (1e-3, 1e-3)], scale=1e-3)
    assert row.error == pytest.approx(1e-6)
    assert (row.analytic, row.numeric) == (1e-9, 2e-9)


def test_beside_an_array_of_zeros_nothing_is_right():
    assert not comparing.summary("x", [(0.0, 0.0)], scale=0.0).passed
    assert not comparing.summary("x", [(0.0, 1.0)], scale=0.0).passed


def test_a_nan_does_not_pass(monkeypatch):
    planted(monkeypatch, Sigmoid, "backward", lambda right, self, dout: dout * np.nan)
    assert "Sigmoid.x" in failures()


class Own:
    """An activation as a reader of the book writes it: no mask, and it knows nothing of checks."""

    def forward(self, x):
        self.x = x
        return self.f(x)

    def backward(self, dout):
        return dout * self.slope(self.x)


class Tanh(Own):
    def f(self, x):
        return np.tanh(x)

    def slope(self, x):
        return 1 - np.tanh(x) ** 2


class LeakyRelu(Own):
    def f(self, x):
        return np.where(x > 0, x, 0.01 * x)

    def slope(self, x):
        return np.where(x > 0, 1, 0.01)


class Elu(Own):
    def f(self, x):
        return np.where(x > 0, x, np.expm1(x))

    def slope(self, x):
        return np.where(x > 0, 1, np.exp(x))


class Softplus(Own):
    def f(self, x):
        return np.logaddexp(0, x)

    def slope(self, x):
        return 1 / (1 + np.exp(-x))


class Swish(Own):
    def f(self, x):
        return x / (1 + np.exp(-x))

    def slope(self, x):
        y = 1 / (1 + np.exp(-x))
        return y + x * y * (1 - y)


class HardTanh(Own):
    def f(self, x):
        return np.clip(x, -1, 1)

    def slope(self, x):
        return (np.abs(x) < 1).astype(float)


@pytest.fixture
def own(monkeypatch):
    """Register a class under the word `own`, for one test."""

    def register(layer):
        monkeypatch.setattr(f"{__name__}.Registered", layer, raising=False)
        monkeypatch.setitem(registry.ACTIVATIONS, "own", f"{__name__}.Registered")

    return register


@pytest.mark.parametrize("layer", [Tanh, LeakyRelu, Elu, Softplus, Swish, HardTanh])
@pytest.mark.parametrize("hidden", [[100], [5, 1, 5], [3] * 16])
def test_an_activation_of_ones_own_passes_if_it_is_right(layer, hidden, own):
    own(layer)
    rows = gradcheck.check([784, *hidden, 10], "own", np.random.default_rng(0))
    assert [row for row in rows if not row.passed] == []


@pytest.mark.parametrize(("word", "seed"), [("relu", 0), ("relu", 4), ("own", 3), ("own", 5)])
def test_where_most_draws_are_useless_both_the_drawn_weights_and_positive_ones_are_tried(
    word, seed, own
):
    own(Tanh)  # positive weights, which keep each Relu alive, take every Tanh to its end
    widths = [784, *[1] * 16, 10]
    rows = gradcheck.check_network(widths, word, np.random.default_rng(seed))
    assert [row for row in rows if not row.passed] == []


@pytest.mark.parametrize("layer", [Tanh, LeakyRelu, Softplus])
def test_an_activation_of_ones_own_fails_if_it_is_wrong(layer, own, monkeypatch):
    own(layer)
    planted(monkeypatch, layer, "backward", lambda right, self, dout: 1.001 * right(self, dout))
    rows = list(gradcheck.check(SQUARE, "own", np.random.default_rng(0)))
    wrong = [row.name for row in rows if not row.passed]
    assert {f"{layer.__name__}.x", "network.W1", "network.W2", "network.b1"} <= set(wrong)
    assert all(row.checked > 0 and row.reason is None for row in rows)


def test_every_registered_activation_has_a_row_whichever_the_network_has(own):
    own(Tanh)
    names = [row.name for row in gradcheck.check(SQUARE, "relu", np.random.default_rng(0))]
    assert names[4:8] == ["Relu.x", "Sigmoid.x", "Tanh.x", "Affine.x"]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Relu, (math.sqrt(2), 0.0)),
        (Sigmoid, (4.0, 0.5)),
        (Tanh, (1.0, 0.0)),
        (LeakyRelu, (math.sqrt(2 / (1 + 0.01**2)), 0.0)),
        (Softplus, (2.0, math.log(2))),
    ],
)
def test_gain_and_value_at_0_are_asked_of_the_activation_itself(layer, expected):
    assert gain(layer()) == expected


@pytest.mark.parametrize("slope", [0.0, math.nan, 1e9])
def test_a_slope_at_0_that_says_nothing_makes_a_gain_of_1(slope, monkeypatch):
    monkeypatch.setattr(Tanh, "backward", lambda self, dout: slope * dout)
    assert gain(Tanh()) == (1.0, 0.0)


def test_a_kink_without_a_mask_is_left_out_as_one_with_a_mask():
    x = np.array([[1.0, 3e-6, -2.0, -4e-6, 2e-5]])
    (with_mask,) = gradcheck.check_layer(Relu(), {"x": x})
    (without,) = gradcheck.check_layer(LeakyRelu(), {"x": x})
    assert (without.checked, without.left_out) == (with_mask.checked, with_mask.left_out) == (3, 2)
    assert without.passed


@pytest.mark.parametrize(("hidden", "seed"), [([100, 100], 10), ([20] * 16, 18)])
def test_a_network_that_stands_at_a_kink_without_a_mask_passes(hidden, seed, own):
    own(LeakyRelu)
    rows = list(gradcheck.check_network([784, *hidden, 10], "own", np.random.default_rng(seed)))
    assert all(row.passed for row in rows)
    assert any(row.left_out for row in rows)


def test_the_mask_of_an_activation_in_a_network_is_asked_for():
    watched = Watched(Relu())
    watched.forward(np.array([[-1.0, 2.0, 3.0]]))
    assert sides([watched, Watched(Sigmoid())]) == bytes([True, False, False])


def test_a_mask_that_is_no_mask_of_sides_hides_nothing(own, monkeypatch):
    own(Tanh)
    monkeypatch.setattr(Tanh, "mask", property(lambda self: self.x.copy()), raising=False)
    rows = list(gradcheck.check(SQUARE, "own", np.random.default_rng(0)))
    assert all(row.left_out == 0 for row in rows if row.name.startswith(("Tanh", "network")))


MISFITS = [  # a method, what it does instead, the reason that stands on the row
    ("forward", lambda self, x: None, "Tanh.forward: y is None, not an array"),
    ("forward", lambda self, x: [1, 2], "Tanh.forward: y is of type list, not an array"),
    ("forward", lambda self, x: x[:, :2], "Tanh.forward: y has the shape (3, 2), not (3, 4)"),
    ("forward", lambda self, x: x / 0, "Tanh.forward: y has numbers that are not finite"),
    ("forward", lambda self, x: 1 / 0, "Tanh.forward raised ZeroDivisionError: division by zero"),
    ("forward", lambda self: 1, "Tanh.forward raised TypeError: "),
    ("backward", lambda self, dout: None, "Tanh.backward: dx is None, not an array"),
    ("backward", lambda self, dout: dout[0], "Tanh.backward: dx has the shape (4,), not (3, 4)"),
    ("backward", lambda self, dout: (dout, dout), "Tanh.backward returned 2 values, not 1"),
    ("backward", lambda self, dout: {}["dout"], "Tanh.backward raised KeyError: 'dout'"),
]


@pytest.mark.parametrize(("method", "misfit", "reason"), MISFITS)
def test_a_layer_that_is_none_is_a_failed_row_beside_the_others(
    method, misfit, reason, own, monkeypatch
):
    own(Tanh)
    monkeypatch.setattr(Tanh, method, misfit)
    rows = list(gradcheck.check_layers(np.random.default_rng(0)))
    (row,) = [row for row in rows if not row.passed]
    assert (row.name, row.checked) == ("Tanh.x", 0)
    assert row.reason.startswith(reason)
    assert len(rows) == 12


@pytest.mark.parametrize(("method", "misfit", "reason"), MISFITS)
def test_a_network_with_it_is_one_failed_row(method, misfit, reason, own, monkeypatch):
    own(Tanh)
    monkeypatch.setattr(Tanh, method, misfit)
    (row,) = gradcheck.check_network(SQUARE, "own", np.random.default_rng(0))
    assert row.name == "network"
    assert not row.passed
    assert row.reason.startswith(reason.partition(" has the shape")[0])


def test_an_activation_that_fails_later_spoils_the_rows_after_it_alone(own, monkeypatch):
    own(Tanh)
    calls = []

    def tired(self, x):
        calls.append(x)
        if len(calls) == 50:
            raise ValueError("too much")
        self.x = x
        return np.tanh(x)

    monkeypatch.setattr(Tanh, "forward", tired)
    rows = list(gradcheck.check_network(SQUARE, "own", np.random.default_rng(0)))
    (row,) = [row for row in rows if not row.passed]
    assert (row.name, row.reason) == ("network.W1", "Tanh.forward raised ValueError: too much")
    assert len(rows) == 7


def test_numbers_that_are_not_finite_after_a_nudge_are_a_reason_too():
    class Log(Own):
        def f(self, x):
            return np.log(x)

        def slope(self, x):
            return 1 / x

    (row,) = gradcheck.check_layer(Log(), {"x": np.array([[1.0, 1e-6]])})
    assert row.reason == "Log.forward: y has numbers that are not finite"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (None, "Affine.backward: dW is None, not an array"),
        (np.zeros(5), "Affine.backward: dW has the shape (5,), not (4, 5)"),
    ],
)
def test_a_parameter_without_its_gradient_is_a_failed_row_and_the_rest_is_checked(
    wrong, reason, monkeypatch
):
    def forgetful(right, self, dout):
        dx = right(self, dout)
        self.dW = wrong
        return dx

    planted(monkeypatch, Affine, "backward", forgetful)
    rows = [row for row in gradcheck.check_layers(np.random.default_rng(0)) if "Affine" in row.name]
    assert [(row.name, row.reason) for row in rows] == [
        ("Affine.x", None), ("Affine.W", reason), ("Affine.b", None),
    ]  # fmt: skip
    assert [row.passed for row in rows] == [True, False, True]


def test_a_layer_without_its_parameter_has_a_reason_on_each_row():
    rows = list(gradcheck.check_layer(Relu(), {"x": np.ones((2, 3))}, ["W"]))
    assert [row.name for row in rows] == ["Relu.x", "Relu.W"]
    assert all("'Relu' object has no attribute 'W'" in row.reason for row in rows)


def test_each_input_of_a_layer_has_its_own_reason(monkeypatch):
    planted(monkeypatch, MulLayer, "backward", lambda right, self, dout: (dout * self.y, dout[0]))
    one, other = gradcheck.check_layer(MulLayer(), {"x": np.ones((2, 3)), "y": np.ones((2, 3))})
    assert one.passed
    assert other.reason == "MulLayer.backward: dy has the shape (3,), not (2, 3)"


def test_what_a_layer_does_to_its_arguments_is_no_matter_of_the_check():
    class InPlace(Tanh):
        def forward(self, x):
            self.y = np.tanh(x, out=x)
            return self.y

        def backward(self, dout):
            dout *= 1 - self.y**2
            return dout

    x = np.array([[1.0, -2.0]])
    x.setflags(write=False)  # neither the layer nor the check writes into the caller's array
    (row,) = gradcheck.check_layer(InPlace(), {"x": x})
    assert row.passed


def test_inputs_of_whole_numbers_and_of_single_precision_are_checked_in_double():
    for dtype in ("int64", "float32"):
        (row,) = gradcheck.check_layer(Tanh(), {"x": np.array([[1, -2]], dtype)})
        assert row.passed


@pytest.mark.parametrize("word", ["relu", "own"])
def test_a_registered_class_that_is_not_there_is_a_row_and_the_rest_is_checked(word, monkeypatch):
    monkeypatch.setitem(registry.ACTIVATIONS, "own", "nowhere.Tanh")
    rows = list(gradcheck.check(SQUARE, word, np.random.default_rng(0)))
    failed = [row.name for row in rows if not row.passed]
    assert failed == (["own"] if word == "relu" else ["own", "network"])
    expected = "bpnet/registry.py: own: expected a class with its module, got nowhere.Tanh"
    assert all(expected in row.reason for row in rows if not row.passed)
    assert any(row.name == "Affine.W" for row in rows)


def test_a_class_that_cannot_be_made_is_a_row_too(own):
    class NeedsMore(Tanh):
        def __init__(self, slope):
            self.slope = slope

    own(NeedsMore)
    rows = list(gradcheck.check(SQUARE, "own", np.random.default_rng(0)))
    assert [row.name for row in rows if not row.passed] == ["own", "network"]
    assert all("missing 1 required" in row.reason for row in rows if not row.passed)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_ctrl_c_and_a_full_memory_end_the_check(error, own, monkeypatch):
    def stopped(self, x):
        raise error

    own(Tanh)
    monkeypatch.setattr(Tanh, "forward", stopped)
    with pytest.raises(error):
        list(gradcheck.check_layer(Tanh(), {"x": np.ones((1, 2))}))
    with pytest.raises(error):
        list(gradcheck.check_network(SQUARE, "own", np.random.default_rng(0)))
