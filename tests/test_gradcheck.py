"""The gradient check, and that it catches what it is for."""

import numpy as np
import pytest

from bpnet import gradcheck
from bpnet.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss
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
    (row,) = gradcheck._check_layer(layer, {"x": x})
    assert (row.checked, row.left_out) == (2, 2)
    assert row.passed


def test_a_row_with_nothing_left_to_check_does_not_pass():
    (row,) = gradcheck._check_layer(Relu(), {"x": np.zeros((1, 3))})
    assert (row.checked, row.left_out) == (0, 3)
    assert not row.passed


def test_the_entry_of_the_largest_gradient_is_among_the_sample(rng):
    gradient = np.zeros((50, 40))
    gradient[31, 7] = -1e-9
    assert (31, 7) in gradcheck._sample(gradient, rng)
    assert len(gradcheck._sample(gradient, rng)) > 15


def test_the_error_is_relative_to_the_largest_gradient_of_the_array():
    row = gradcheck._row("x", [(1e-9, 2e-9), (1e-3, 1e-3)], scale=1e-3)
    assert row.error == pytest.approx(1e-6)
    assert (row.analytic, row.numeric) == (1e-9, 2e-9)


def test_beside_an_array_of_zeros_nothing_is_right():
    assert not gradcheck._row("x", [(0.0, 0.0)], scale=0.0).passed
    assert not gradcheck._row("x", [(0.0, 1.0)], scale=0.0).passed


def test_a_nan_does_not_pass(monkeypatch):
    planted(monkeypatch, Sigmoid, "backward", lambda right, self, dout: dout * np.nan)
    assert "Sigmoid.x" in failures()
