"""The network: the layers in their order, over two flat arrays.

All weights, then all biases, lie in one array of parameters, and their gradients in another of the
same form; each Affine layer holds views of its own part. So a step downhill, a checkpoint or a hash
is one operation on one array, whatever the layers are.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from bpnet import registry
from bpnet.array import Array, aligned_zeros
from bpnet.config import Config
from bpnet.datasets import WIDTH
from bpnet.datasets.splits import as_numbers, refuse_unknown
from bpnet.datasets.views import seen
from bpnet.errors import DivergedError
from bpnet.layers import Affine, SoftmaxWithLoss, softmax
from bpnet.randomness import WEIGHTS, generator

DEVIATIONS: dict[str, Callable[[int], float]] = {
    "he": lambda inputs: math.sqrt(2 / inputs),  # section 6.2.3, for Relu
    "xavier": lambda inputs: math.sqrt(1 / inputs),  # section 6.2.2, for Sigmoid
}
CHUNK = 500  # images that are scored at once: another number would change the last bits of a loss


class Layer(Protocol):
    """One array in, one array out; backwards the same. An activation keeps the array's shape."""

    def forward(self, x: Array) -> Array: ...
    def backward(self, dout: Array) -> Array: ...


class Network:
    """scores = Affine(activation(... Affine(x))),  loss = SoftmaxWithLoss(scores, t).

    `widths` are the numbers of inputs, of neurons in each hidden layer, and of classes.
    `activation` is a word of the registry, and so is `view`: how images become what the network
    sees of them (`see`); x is that, from 0 to 1. All parameters start at zero: see `initialize`.
    `params` and the result of `gradient` are dictionaries of parts of the flat arrays by the book's
    names: W1, b1, W2, b2, ...; they are changed in place. The flat arrays are made here, unless
    they are given.

    >>> network = Network([2, 3, 2])
    >>> network.flat.shape, network.params["W2"].shape
    ((17,), (3, 2))
    >>> round(network.loss(np.array([[1.0, 2.0]]), np.array([0])), 4)  # two equal classes: log 2
    0.6931
    """

    def __init__(
        self,
        widths: Sequence[int],
        activation: str = "relu",
        dtype: str = "float64",
        flat: Array | None = None,
        flat_gradient: Array | None = None,
        view: str = "as-is",
    ) -> None:
        self.widths = list(widths)
        self.view = view
        shape = (parameters(widths),)
        self.flat = aligned_zeros(shape, dtype) if flat is None else flat
        self.flat_gradient = aligned_zeros(shape, dtype) if flat_gradient is None else flat_gradient
        self.params = views(self.flat, widths)
        self.grads = views(self.flat_gradient, widths)
        self.affines = [self._affine(number) for number in range(1, len(widths))]
        self.layers: list[Layer] = [self.affines[0]]
        make = registry.activation(activation)
        for affine in self.affines[1:]:
            self.layers += [make(), affine]
        self.last_layer = SoftmaxWithLoss()

    def _affine(self, number: int) -> Affine:
        W, b = f"W{number}", f"b{number}"
        return Affine(self.params[W], self.params[b], dW=self.grads[W], db=self.grads[b])

    def initialize(self, init: str | float, rng: np.random.Generator) -> None:
        """Draw each W from a normal distribution of mean 0; each b is 0.

        `init` is the standard deviation, or the name of a rule that gives it from the number of
        inputs. The numbers are drawn in float64 and rounded once: both dtypes start alike.
        """
        self.flat[:] = 0
        for affine in self.affines:
            deviation = DEVIATIONS[init](len(affine.W)) if isinstance(init, str) else init
            affine.W[:] = rng.normal(0, deviation, affine.W.shape)

    def predict(self, x: Array) -> Array:
        """Return the scores (N, C) of the images x (N, D); the largest is at the answer."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def loss(self, x: Array, t: Array) -> float:
        """Return the mean cross-entropy of the images x against the answers t."""
        return self.last_layer.forward(self.predict(x), t)

    def accuracy(self, x: Array, t: Array) -> float:
        """Return the share of the images x whose largest score is at the answer t."""
        labels = t if t.ndim == 1 else t.argmax(axis=1)
        return float(np.mean(self.predict(x).argmax(axis=1) == labels))

    def classify(self, images: Array) -> Array:
        """Return the probability of each class (N, C), y = softmax(scores), for N images.

        Images are (N, 784) or (N, 28, 28): bytes from 0 to 255, or numbers from 0 to 1.
        Raises: DataError if they are anything else; DivergedError if the weights are not finite.
        """
        return self.classify_seen(self.see(images))

    def see(self, images: Array) -> Array:
        """Return what the network sees of N images (N, 784), in its view. Raises: DataError."""
        return seen(self.view, refuse_unknown(np.asarray(images), self.widths[0]))

    @np.errstate(over="ignore", invalid="ignore")  # seen in the probabilities
    def classify_seen(self, images: Array) -> Array:
        """Return what `classify` does, of images (N, 784) that are in the network's view already.

        Raises: DivergedError.
        """
        y = np.empty((len(images), self.widths[-1]), self.flat.dtype)
        for start in range(0, len(images), CHUNK):
            some = images[start : start + CHUNK]
            y[start : start + CHUNK] = softmax(self.predict(as_numbers(some, y.dtype)))
        if not np.isfinite(y).all():
            raise DivergedError(f"no probabilities for {len(y)} images: the weights are spoilt")
        return y

    def gradient(self, x: Array, t: Array) -> dict[str, Array]:
        """Return dL/dW and dL/db of every layer: the views of the flat array, written anew.

        The next call writes into these arrays again. The loss itself is left in `last_layer.loss`.
        """
        self.loss(x, t)
        self.backward()
        return self.grads

    def backward(self, dout: float = 1) -> None:
        """Write dout * dL/dW and dout * dL/db of every layer, for the images of the last `loss`.

        Nothing else may have gone through the network since: the layers remember one batch.
        The first layer is not asked for dL/dx: the images are what they are.
        """
        d = self.last_layer.backward(dout)
        for layer in reversed(self.layers[1:]):
            d = layer.backward(d)
        self.affines[0].backward_parameters(d)


def shapes(widths: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Return the shape of each parameter by the book's names, in their order in the flat array.

    >>> shapes([784, 100, 10])
    {'W1': (784, 100), 'W2': (100, 10), 'b1': (100,), 'b2': (10,)}
    """
    layers = list(enumerate(pairwise(widths), start=1))
    weights = {f"W{number}": shape for number, shape in layers}
    return weights | {f"b{number}": (outputs,) for number, (_, outputs) in layers}


def parameters(widths: Sequence[int]) -> int:
    """Return the number of parameters.

    >>> parameters([784, 100, 10])  # 784 * 100 + 100 * 10 + 100 + 10
    79510
    """
    return sum(map(math.prod, shapes(widths).values()))


def memory(config: Config, images: int = CHUNK) -> int:
    """Return how many bytes the configured network takes, with so many images on their way.

    Beside the parameters and gradients these are four numbers for each neuron and image: what the
    layers keep for `backward`, and what is being computed.
    """
    neurons = images * sum(widths(config))
    itemsize: int = np.dtype(config.train.dtype).itemsize
    return itemsize * (2 * parameters(widths(config)) + 4 * neurons)


def views(flat: Array, widths: Sequence[int]) -> dict[str, Array]:
    """Return the parts of a flat array by the book's names: first every W, then every b.

    >>> {name: part.tolist() for name, part in views(np.arange(10), [1, 2, 2]).items()}
    {'W1': [[0, 1]], 'W2': [[2, 3], [4, 5]], 'b1': [6, 7], 'b2': [8, 9]}
    """
    parts, end = {}, 0
    for name, shape in shapes(widths).items():
        start, end = end, end + math.prod(shape)
        parts[name] = flat[start:end].reshape(shape)
    return parts


def widths(config: Config) -> list[int]:
    """Return the widths of the configured network, from the images to the classes."""
    return [WIDTH, *config.network.hidden, len(config.data.names)]


def build(config: Config, flat: Array | None = None, gradient: Array | None = None) -> Network:
    """Return the configured network, over these two flat arrays, or all its parameters 0."""
    own, dtype = config.network, config.train.dtype
    return Network(widths(config), own.activation, dtype, flat, gradient, own.view)


def draw(network: Network, config: Config) -> None:
    """Draw the weights of the configured network from the config's seed."""
    network.initialize(config.network.init, generator(config.seed, WEIGHTS))
