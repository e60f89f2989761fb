"""The network once more, as one formula for an independent autograd."""

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp

Arrays = dict[str, Any]  # by the book's names: W1, b1, ...

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": lambda x: anp.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + anp.exp(-x)),
}


def reference_loss(params: Arrays, x: Any, t: Any, activation: str) -> Any:
    """Return the mean cross-entropy of the images x against the labels t."""
    depth = len(params) // 2
    for number in range(1, depth + 1):
        x = anp.dot(x, params[f"W{number}"]) + params[f"b{number}"]
        if number < depth:
            x = ACTIVATIONS[activation](x)
    log_total = anp.log(anp.sum(anp.exp(x), axis=1))
    return anp.mean(log_total - x[anp.arange(len(t)), t])
