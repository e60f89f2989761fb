"""The whole network: some entries of each parameter, and directions through all of them."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bpnet import registry
from bpnet.array import Array
from bpnet.gradcheck.comparing import Row, compare, compare_directions, failed
from bpnet.gradcheck.watching import Misfit, Watched, blaming, sides
from bpnet.network import Network, parameters

SAMPLES = 20  # entries of each parameter of the network, beside the one of the largest gradient
DIRECTIONS = 3  # of length 1, over all parameters; one is enough, unless it crosses a kink
IMAGES = 8
USEFUL = 1e-3  # the size of a gradient beside which rounding, some 1e-11, is below 1e-7
TRIES = 200
TINY = 1e-300  # too small to round: Sigmoid has its slope of exactly 1/4 there


ARRAYS = 13  # as large as all parameters, and in float64, are there at once


def memory(widths: Sequence[int]) -> int:
    """Return how many bytes the check of a network takes."""
    return 8 * ARRAYS * parameters(widths)


def check_network(
    widths: Sequence[int], activation: str, rng: np.random.Generator
) -> Iterator[Row]:
    """Check some entries of each parameter, then directions through all of them at once.

    The images are noise, and the weights are drawn for this check. A batch goes through beforehand,
    so that a gradient which is not written anew is seen. An activation that misbehaves has a row
    that failed, with the reason.
    """
    x = rng.uniform(size=(2, IMAGES, widths[0]))
    t = rng.integers(widths[-1], size=(2, IMAGES))
    try:
        with blaming("the network"):
            network = _watched(widths, activation)
            network.flat[:] = _draw_weights(widths, activation, x[1], t[1], rng)
            network.gradient(x[0], t[0])
            network.gradient(x[1], t[1])
    except Misfit as misfit:
        yield failed("network", misfit)
        return

    def probe() -> tuple[float, bytes]:
        return network.loss(x[1], t[1]), sides(network.layers)

    for name, array in network.params.items():
        places = sample(network.grads[name], rng)
        yield compare(f"network.{name}", probe, array, network.grads[name], places)
    directions = rng.normal(size=(DIRECTIONS, network.flat.size))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    parameters, gradients = network.flat, network.flat_gradient
    yield compare_directions("network, all at once", probe, parameters, gradients, directions)


def _watched(widths: Sequence[int], activation: str) -> Network:
    network = Network(widths, activation)
    network.layers[1::2] = map(Watched, network.layers[1::2])
    return network


def _draw_weights(
    widths: Sequence[int], activation: str, x: Array, t: Array, rng: np.random.Generator
) -> Array:
    """Draw weights, in a network of their own, until a useful gradient reaches every array."""
    network = _watched(widths, activation)
    for _ in _tries(network, *gain(registry.activation(activation)()), rng):
        gradients = network.gradient(x, t).values()
        if min(np.abs(gradient).max() for gradient in gradients) > USEFUL:
            break
    return network.flat


def _tries(
    network: Network, gain: float, centre: float, rng: np.random.Generator
) -> Iterator[None]:
    """Write weights into the network, one draw after the other.

    Where it is deep and narrow, most draws leave some Relu dead for every image, with nothing to
    compare below it: after half of the tries all weights are first taken as positive.
    """
    for number in range(TRIES):
        for affine in network.affines:
            affine.W[:] = rng.normal(0, gain / math.sqrt(len(affine.W)), affine.W.shape)
            affine.b[:] = rng.normal(0, 0.1, affine.b.shape) - centre * affine.W.sum(axis=0)
        if number >= TRIES // 2:
            drawn = network.flat.copy()
            np.abs(drawn, out=network.flat)
            yield
            network.flat[:] = drawn
        yield


def gain(activation: Any) -> tuple[float, float]:
    """Return how far weights must make up for an activation, and its value at 0 (for the biases).

    These keep signals from fading through many layers. The gain is 1 / slope at 0, and where the
    slopes on both sides differ, of their root mean square: 4 for Sigmoid, sqrt(2) for Relu (He's),
    1 where it says nothing.

    >>> from bpnet.layers import Sigmoid
    >>> gain(Sigmoid())
    (4.0, 0.5)
    """
    watched = Watched(activation)
    y = watched.forward(np.array([[-TINY, 0, TINY]]))
    below, _, above = watched.backward(np.ones((1, 3)))[0]
    square = (below**2 + above**2) / 2
    return math.sqrt(1 / square) if 1e-4 < square < 1e4 else 1.0, float(y[0, 1])


def sample(gradient: Array, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return the place of the largest gradient, and some at random."""
    flat = {int(np.argmax(np.abs(gradient))), *rng.integers(gradient.size, size=SAMPLES).tolist()}
    return [tuple(map(int, np.unravel_index(place, gradient.shape))) for place in sorted(flat)]
