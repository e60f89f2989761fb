"""The slow, sure way to a gradient: nudge each number and see how the loss moves."""

from collections.abc import Callable
from typing import Any

import numpy as np

from bpnet.array import Array


def numerical_gradient(f: Callable[[Array], Any], x: Array, h: float = 1e-4) -> Array:
    """Return (f(x + h) - f(x - h)) / 2h for each entry of x.

    Each entry of x is changed in place and put back, so f may look at x through its argument or, as
    the book's networks do, through the parameter that x is.
    Raises: TypeError unless x holds floating-point numbers; integers would swallow h.
    Source: section 4.4.

    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([3.0, 4.0])).round(6).tolist()
    [6.0, 8.0]
    """
    if not np.issubdtype(x.dtype, np.floating):
        raise TypeError(f"a gradient needs floating-point numbers, not {x.dtype}")
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + h
        above = f(x)
        x[index] = value - h
        gradient[index] = (above - f(x)) / (2 * h)
        x[index] = value
    return gradient
