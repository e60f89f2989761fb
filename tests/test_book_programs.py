"""Programs written for the book's layers run on these, unchanged but for the import."""

from collections import OrderedDict

import numpy as np

from bpnet.layers import Affine, Relu, SoftmaxWithLoss, numerical_gradient


class TwoLayerNet:
    """The network of section 5.7.2, in the book's way: parameters in a dictionary of its own."""

    def __init__(self, input_size, hidden_size, output_size, rng):
        self.params = {
            "W1": 0.1 * rng.normal(size=(input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": 0.1 * rng.normal(size=(hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }
        self.layers = OrderedDict()
        self.layers["Affine1"] = Affine(self.params["W1"], self.params["b1"])
        self.layers["Relu1"] = Relu()
        self.layers["Affine2"] = Affine(self.params["W2"], self.params["b2"])
        self.lastLayer = SoftmaxWithLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.lastLayer.forward(self.predict(x), t)

    def numerical_gradient(self, x, t):
        return {
            key: numerical_gradient(lambda W: self.loss(x, t), self.params[key])
            for key in self.params
        }

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.lastLayer.backward(1)
        for layer in reversed(list(self.layers.values())):
            dout = layer.backward(dout)
        return {
            "W1": self.layers["Affine1"].dW,
            "b1": self.layers["Affine1"].db,
            "W2": self.layers["Affine2"].dW,
            "b2": self.layers["Affine2"].db,
        }


def test_the_gradient_comparison_of_section_5_7_3(rng):
    network = TwoLayerNet(12, 5, 10, rng)
    x, t = rng.uniform(size=(3, 12)), np.eye(10)[[5, 0, 4]]
    numerical, backprop = network.numerical_gradient(x, t), network.gradient(x, t)
    for key in numerical:
        assert np.abs(backprop[key] - numerical[key]).mean() < 1e-9, key
        assert np.abs(backprop[key]).mean() > 1e-4, key


def test_updating_the_dictionary_in_place_trains_the_layers(rng):
    network = TwoLayerNet(12, 20, 10, rng)
    x, t = rng.uniform(size=(10, 12)), np.eye(10)
    first = network.loss(x, t)
    for _ in range(300):
        grad = network.gradient(x, t)
        for key in ("W1", "b1", "W2", "b2"):
            network.params[key] -= 0.5 * grad[key]
    assert first > 2
    assert network.loss(x, t) < 0.5
