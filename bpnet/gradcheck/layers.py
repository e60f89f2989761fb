"""Each layer alone: every entry of its inputs and of its parameters, on small arrays."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bpnet import registry
from bpnet.array import Array
from bpnet.gradcheck.comparing import Probe, Row, compare, failed, or_failed
from bpnet.gradcheck.watching import Misfit, backward, blaming, fitting, forward, sides
from bpnet.layers import AddLayer, Affine, MulLayer, SoftmaxWithLoss


def check_layers(rng: np.random.Generator) -> Iterator[Row]:
    """Check every layer, and every activation of the registry."""
    x, y = rng.normal(size=(2, 3, 4))
    W, b = rng.normal(size=(4, 5)), rng.normal(size=5)
    labels = np.array([1, 0, 3])
    yield from check_layer(MulLayer(), {"x": x, "y": y})
    yield from check_layer(AddLayer(), {"x": x, "y": y})
    for word in registry.ACTIVATIONS:
        yield from _check_activation(word, x)
    yield from check_layer(Affine(W, b), {"x": x.reshape(3, 2, 2)}, ["W", "b"])
    for t in (labels, np.eye(4)[labels]):
        yield from check_layer(SoftmaxWithLoss(), {"x": x}, answers=[t])


def _check_activation(word: str, x: Array) -> Iterator[Row]:
    try:
        with blaming(f"the class of {word}"):
            layer = registry.activation(word)()
    except Misfit as misfit:
        yield failed(word, misfit)
        return
    yield from check_layer(layer, {"x": x}, shape=x.shape)


def check_layer(
    layer: Any,
    inputs: Mapping[str, Array],
    parameters: Sequence[str] = (),
    answers: Sequence[Array] = (),
    shape: tuple[int, ...] | None = None,
) -> Iterator[Row]:
    """Check a layer under the loss sum(dout * y), whose gradient at the layer's output y is dout.

    `inputs` are the arguments of forward by their names, in their order; `answers` follow them, and
    have no gradient. `parameters` name attributes of the layer, arrays in float64: the gradient of
    `W` is `dW`. `shape` is that of y, where it must be a certain one.

    A layer that raises, that returns None or an array of the wrong shape, or whose y is not finite,
    raises nothing here: it has rows that failed, with the reason.

    >>> [row.passed for row in check_layer(AddLayer(), {"x": np.ones(3), "y": np.zeros(3)})]
    [True, True]
    """
    arrays = {name: np.array(x, dtype=float) for name, x in inputs.items()}
    labels = {name: _label(layer, name, answers) for name in (*inputs, *parameters)}

    def output() -> Array:  # of copies: a layer that writes into them is no matter of this check
        return forward(layer, [*(arrays[name].copy() for name in inputs), *answers], shape)

    def probe() -> tuple[float, bytes]:
        return float(np.sum(dout * output())), sides([layer])

    try:
        arrays |= _parameters(layer, parameters)
        y = output()
        dout = np.cos(np.arange(y.size)).reshape(y.shape) + 0.5
        gradients = backward(layer, dout.copy(), list(inputs), parameters)
    except Misfit as misfit:
        yield from (failed(label, misfit) for label in labels.values())
        return
    for name, label in labels.items():
        what = f"{type(layer).__name__}.backward: d{name}"
        yield _check_array(label, probe, arrays[name], what, gradients[name])


def _label(layer: Any, name: str, answers: Sequence[Array]) -> str:
    form = "".join(", labels" if t.ndim == 1 else ", one-hot" for t in answers)
    return f"{type(layer).__name__}.{name}{form}"


def _parameters(layer: Any, names: Sequence[str]) -> dict[str, Array]:
    with blaming(type(layer).__name__):
        return {name: getattr(layer, name) for name in names}


@or_failed
def _check_array(label: str, probe: Probe, array: Array, what: str, gradient: Any) -> Row:
    """Check every entry of an array, if what stands for its gradient has the array's shape."""
    gradient = fitting(what, gradient, array.shape)
    return compare(label, probe, array, gradient, np.ndindex(array.shape))
