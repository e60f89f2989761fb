"""A layer while it is checked: what it does that no layer may do becomes a reason in words."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from bpnet.array import Array


class Misfit(Exception):
    """What a layer did that no layer may do, with the layer's name."""


@contextmanager
def blaming(what: str) -> Iterator[None]:
    """Turn an error that is raised inside into a Misfit: `what` raised it.

    NumPy's warnings are silenced: a number that is not finite is looked for in what comes out.
    """
    try:
        with np.errstate(all="ignore"):
            yield
    except (Misfit, MemoryError):
        raise
    except Exception as error:
        raise Misfit(f"{what} raised {type(error).__name__}: {error}") from error


def forward(layer: Any, inputs: Iterable[Any], shape: tuple[int, ...] | None = None) -> Array:
    """Return the layer's output y, of this shape if one is given.

    Raises: Misfit unless y holds numbers, all finite.
    """
    what = f"{type(layer).__name__}.forward"
    with blaming(what):
        y = fitting(f"{what}: y", layer.forward(*inputs), shape)
        if not np.isfinite(y).all():
            raise Misfit(f"{what}: y has numbers that are not finite")
    return y


def backward(
    layer: Any, dout: Array, inputs: Sequence[str], parameters: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what there is after backward as the gradient of each input and parameter.

    That of an input is what backward returns, that of a parameter `W` is the attribute `dW`, if
    the layer has it. What they are is not looked at.
    Raises: Misfit if backward raises, or does not return a gradient for each input.
    """
    what = f"{type(layer).__name__}.backward"
    with blaming(what):
        returned = layer.backward(dout)
    parts = returned if isinstance(returned, tuple) else (returned,)
    if len(parts) != len(inputs):
        raise Misfit(f"{what} returned {len(parts)} values, not {len(inputs)}")
    of_parameters = {name: getattr(layer, f"d{name}", None) for name in parameters}
    return dict(zip(inputs, parts, strict=True)) | of_parameters


def fitting(what: str, value: Any, shape: tuple[int, ...] | None) -> Array:
    """Return the value; raise Misfit unless it is an array of this shape, or of any if None."""
    if not isinstance(value, np.ndarray | np.generic | float):
        found = "None" if value is None else f"of type {type(value).__name__}"
        raise Misfit(f"{what} is {found}, not an array")
    if shape not in (None, np.shape(value)):
        raise Misfit(f"{what} has the shape {np.shape(value)}, not {shape}")
    return np.asarray(value)


class Watched:
    """An activation in a network: its y and its dx must have the shape of its x."""

    def __init__(self, layer: Any) -> None:
        self.layer = layer

    @property
    def mask(self) -> Any:
        """Return the mask of the activation, if it has one."""
        return getattr(self.layer, "mask", None)

    def forward(self, x: Array) -> Array:
        """Return the activation's output. Raises: Misfit."""
        return forward(self.layer, (x,), x.shape)

    def backward(self, dout: Array) -> Array:
        """Return the activation's dx. Raises: Misfit."""
        dx = backward(self.layer, dout, ["x"])["x"]
        return fitting(f"{type(self.layer).__name__}.backward: dx", dx, dout.shape)


def sides(layers: Iterable[Any]) -> bytes:
    """Return on which side of its kink each number stood, in all layers that keep a mask of it."""
    masks = [getattr(layer, "mask", None) for layer in layers]
    return b"".join(m.tobytes() for m in masks if isinstance(m, np.ndarray) and m.dtype == bool)
