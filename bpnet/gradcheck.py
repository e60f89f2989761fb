"""Are the gradients right? The analytic ones of backward against numeric ones of forward alone.

Everything is in float64 and uses central differences, (L(p + h) - L(p - h)) / 2h. The error of an
entry is |analytic - numeric| over the largest analytic gradient of the same array: divided by its
own gradient, a correct entry close to zero would look wrong. Right gradients come out below 1e-7
(rounding), a bias that is 1 % off at 1e-2. An entry whose step takes a Relu across its kink has no
slope to compare, so it is counted and left out.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpnet.array import Array
from bpnet.layers import AddLayer, Affine, MulLayer, Relu, Sigmoid, SoftmaxWithLoss
from bpnet.network import Network

STEP = 1e-5  # h: the error of the formula, h^2, and that of rounding, 1e-16 / h, are both small
TOLERANCE = 1e-6
SAMPLES = 20  # entries of each parameter of the network, beside the one of the largest gradient
DIRECTIONS = 3  # of length 1, over all parameters; one is enough, unless it crosses a kink
IMAGES = 8
USEFUL = 1e-3  # the size of a gradient beside which rounding, some 1e-11, is below 1e-7
TRIES = 200

Probe = Callable[[], tuple[float, bytes]]  # the loss, and on which side each Relu stands


@dataclass(frozen=True)
class Row:
    """One line of the report: an array of gradients, and its entry with the largest error."""

    name: str
    checked: int
    left_out: int
    error: float
    analytic: float
    numeric: float

    @property
    def passed(self) -> bool:
        """Whether something was checked and nothing is off by more than the tolerance."""
        return self.checked > 0 and self.error < TOLERANCE


def check(widths: Sequence[int], activation: str, rng: np.random.Generator) -> Iterator[Row]:
    """Check every layer alone, then the network of these widths."""
    yield from check_layers(rng)
    yield from check_network(widths, activation, rng)


def check_layers(rng: np.random.Generator) -> Iterator[Row]:
    """Check every entry of the inputs and parameters of each layer, on small arrays."""
    x, y = rng.normal(size=(2, 3, 4))
    W, b = rng.normal(size=(4, 5)), rng.normal(size=5)
    labels = np.array([1, 0, 3])
    yield from _check_layer(MulLayer(), {"x": x, "y": y})
    yield from _check_layer(AddLayer(), {"x": x, "y": y})
    yield from _check_layer(Relu(), {"x": x})
    yield from _check_layer(Sigmoid(), {"x": x})
    yield from _check_layer(Affine(W, b), {"x": x.reshape(3, 2, 2)}, {"W": W, "b": b})
    for t in (labels, np.eye(4)[labels]):
        yield from _check_layer(SoftmaxWithLoss(), {"x": x}, answers=(t,))


def _check_layer(
    layer: Any,
    inputs: dict[str, Array],
    parameters: dict[str, Array] | None = None,
    answers: tuple[Array, ...] = (),
) -> Iterator[Row]:
    """Check a layer under the loss sum(dout * output), whose gradient at the output is dout."""
    parameters = parameters or {}
    output = layer.forward(*inputs.values(), *answers)
    dout = np.cos(np.arange(np.size(output))).reshape(np.shape(output)) + 0.5

    def probe() -> tuple[float, bytes]:
        output = layer.forward(*inputs.values(), *answers)
        return float(np.sum(dout * output)), _sides([layer])

    dx = layer.backward(dout)
    analytic = dict(zip(inputs, dx if isinstance(dx, tuple) else (dx,), strict=True))
    analytic |= {name: getattr(layer, f"d{name}") for name in parameters}
    for name, array in (inputs | parameters).items():
        form = "".join(", labels" if t.ndim == 1 else ", one-hot" for t in answers)
        label = f"{type(layer).__name__}.{name}{form}"
        yield _compare(label, probe, array, analytic[name], np.ndindex(array.shape))


def check_network(
    widths: Sequence[int], activation: str, rng: np.random.Generator
) -> Iterator[Row]:
    """Check some entries of each parameter, then directions through all of them at once.

    The images are noise, and the weights are drawn for this check. A batch goes through beforehand,
    so that a gradient which is not written anew is seen.
    """
    network = Network(widths, activation)
    x = rng.uniform(size=(2, IMAGES, widths[0]))
    t = rng.integers(widths[-1], size=(2, IMAGES))
    network.flat[:] = _draw_weights(widths, activation, x[1], t[1], rng)
    network.gradient(x[0], t[0])
    network.gradient(x[1], t[1])

    def probe() -> tuple[float, bytes]:
        return network.loss(x[1], t[1]), _sides(network.layers)

    for name, array in network.params.items():
        sample = _sample(network.grads[name], rng)
        yield _compare(f"network.{name}", probe, array, network.grads[name], sample)
    directions = rng.normal(size=(DIRECTIONS, network.flat.size))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    yield _compare_directions("network, all at once", probe, network, directions)


def _draw_weights(
    widths: Sequence[int], activation: str, x: Array, t: Array, rng: np.random.Generator
) -> Array:
    """Draw weights, in a network of their own, until a useful gradient reaches every array.

    Gain and bias keep signals from fading through many layers: a Sigmoid, of slope 1/4 at 0, is
    kept near 0. Where a network is deep and narrow, most draws leave some Relu dead for every
    image, with nothing to compare below it; after half of the tries all weights are positive.
    """
    network = Network(widths, activation)
    gain, centre = {"relu": (math.sqrt(2), 0.0), "sigmoid": (4.0, 0.5)}[activation]
    for number in range(TRIES):
        for affine in network.affines:
            affine.W[:] = rng.normal(0, gain / math.sqrt(len(affine.W)), affine.W.shape)
            affine.b[:] = rng.normal(0, 0.1, affine.b.shape) - centre * affine.W.sum(axis=0)
        if activation == "relu" and number >= TRIES // 2:
            np.abs(network.flat, out=network.flat)
        gradients = network.gradient(x, t).values()
        if min(np.abs(gradient).max() for gradient in gradients) > USEFUL:
            break
    return network.flat


def _sample(gradient: Array, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return the place of the largest gradient, and some at random."""
    flat = {int(np.argmax(np.abs(gradient))), *rng.integers(gradient.size, size=SAMPLES).tolist()}
    return [tuple(map(int, np.unravel_index(place, gradient.shape))) for place in sorted(flat)]


def _compare(
    name: str, probe: Probe, array: Array, gradient: Array, places: Iterable[tuple[int, ...]]
) -> Row:
    """Compare the gradient of an array with numeric ones at the given places."""
    entries: list[Any] = [(*place, ...) for place in places]
    slopes = [(float(gradient[entry]), _slope(probe, array[entry], d=1.0)) for entry in entries]
    return _row(name, slopes, scale=float(np.abs(gradient).max()))


def _compare_directions(name: str, probe: Probe, network: Network, ds: Array) -> Row:
    """Compare gradient * d with the slope along each d, a direction over all the parameters."""
    gradient = network.flat_gradient
    slopes = [(float(gradient @ d), _slope(probe, network.flat, d)) for d in ds]
    return _row(name, slopes, scale=float(np.linalg.norm(gradient)))


def _slope(probe: Probe, p: Array, d: Array | float) -> float | None:
    """Return (L(p + h d) - L(p - h d)) / 2h, or None where that crosses the kink of a Relu.

    p, the place in the network's own memory, is changed and put back.
    """
    start = p.copy()
    p[...] = start + STEP * d
    above, sides_above = probe()
    p[...] = start - STEP * d
    below, sides_below = probe()
    p[...] = start
    return (above - below) / (2 * STEP) if sides_above == sides_below else None


def _sides(layers: Iterable[Any]) -> bytes:
    return b"".join(layer.mask.tobytes() for layer in layers if isinstance(layer, Relu))


def _row(name: str, pairs: Sequence[tuple[float, float | None]], scale: float) -> Row:
    """Sum up pairs of an analytic and a numeric slope; beside a scale of 0 nothing is right."""
    kept = [(analytic, numeric) for analytic, numeric in pairs if numeric is not None]
    if not kept:
        return Row(name, 0, len(pairs), math.nan, math.nan, math.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.abs([analytic - numeric for analytic, numeric in kept]) / scale
    worst = int(np.argmax(errors))  # argmax takes a NaN for the largest
    return Row(name, len(kept), len(pairs) - len(kept), float(errors[worst]), *kept[worst])
