"""Are the gradients right? The analytic ones of backward against numeric ones of forward alone.

Everything is in float64 and uses central differences, (L(p + h) - L(p - h)) / 2h. The error of an
entry is |analytic - numeric| over the largest analytic gradient of the same array: divided by its
own gradient, a correct entry close to zero would look wrong. Right gradients come out below 1e-7
(rounding), a bias that is 1 % off at 1e-2. An entry whose step crosses a kink, as that of Relu at
0, has no slope to compare, so it is counted and left out.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from bpnet.gradcheck.comparing import TOLERANCE, Row
from bpnet.gradcheck.layers import check_layer, check_layers
from bpnet.gradcheck.network import check_network, memory

__all__ = ["TOLERANCE", "Row", "check", "check_layer", "check_layers", "check_network", "memory"]


def check(widths: Sequence[int], activation: str, rng: np.random.Generator) -> Iterator[Row]:
    """Check every layer alone, then the network of these widths."""
    yield from check_layers(rng)
    yield from check_network(widths, activation, rng)
