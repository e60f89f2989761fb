"""One step downhill, and the mean of many, on flat arrays: no network is known here.

What comes in is not dL/dW but the whole step, g = learning_rate * dL/dW: the learning rate enters
where the backward pass starts, as the dL/dL that is otherwise 1 (`Step`), and so costs no pass over
all parameters.
"""

from collections.abc import Iterator
from typing import Protocol

from bpnet.array import Array

PART = 2**16  # numbers


class Optimizer(Protocol):
    """Moves flat parameters one step, given g = learning_rate * dL/dW."""

    def update(self, parameters: Array, gradients: Array) -> None:
        """Move the parameters one step."""


class SGD:
    """W <- W - g, in place.

    Source: section 6.1.2.

    >>> import numpy as np
    >>> W = np.array([1.0, 2.0])
    >>> SGD().update(W, np.array([0.25, -0.5]))
    >>> W.tolist()
    [0.75, 2.5]
    """

    def update(self, parameters: Array, gradients: Array) -> None:
        """Move the parameters one step."""
        parameters -= gradients


class Momentum:
    """v <- momentum * v + g;  W <- W - v, in place.

    The book's v has the opposite sign: there it is added.
    Source: section 6.1.4.

    >>> import numpy as np
    >>> W, optimizer = np.array([0.0]), Momentum(0.5, velocity=np.zeros(1))
    >>> for _ in range(2):
    ...     optimizer.update(W, np.array([4.0]))
    >>> optimizer.velocity.tolist(), W.tolist()
    ([6.0], [-10.0])
    """

    def __init__(self, momentum: float, velocity: Array) -> None:
        self.momentum = momentum
        self.velocity = velocity

    def update(self, parameters: Array, gradients: Array) -> None:
        """Move the parameters one step."""
        for part in _parts(self.velocity):
            v = self.velocity[part]
            v *= self.momentum
            v += gradients[part]
            parameters[part] -= v


def flush_denormals(velocity: Array) -> None:
    """Set to 0 what has all but died away, in place; no parameter is so small as to feel it.

    It is that of pixels which are hardly ever written on. Below 1e-38, where float32 has its
    denormal numbers, each takes the processor a hundred times as long.

    >>> import numpy as np
    >>> velocity = np.array([1e-31, -1e-31, 1e-20])
    >>> flush_denormals(velocity)
    >>> velocity.tolist()
    [0.0, 0.0, 1e-20]
    """
    velocity[abs(velocity) < 1e-30] = 0


class Average:
    """a <- d * a + (1 - d) * W, the mean of the parameters over the last 1 / (1 - d) steps or so.

    d is `decay`, but at most (1 + step) / (10 + step): so a young average forgets where it began.
    Source: Polyak, Juditsky, Acceleration of stochastic approximation by averaging, 1992; the form
    and the bound are those of TensorFlow's ExponentialMovingAverage.

    >>> import numpy as np
    >>> average = Average(0.75, np.zeros(2))
    >>> average.update(np.array([1.0, 2.0]), step=1000)
    >>> average.parameters.tolist()
    [0.25, 0.5]
    """

    def __init__(self, decay: float, parameters: Array) -> None:
        self.decay = decay
        self.parameters = parameters

    def update(self, parameters: Array, step: int) -> None:
        """Let the parameters come in, after a step counted from 0."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for part in _parts(self.parameters):
            change = parameters[part] - self.parameters[part]
            change *= share
            self.parameters[part] += change


def _parts(flat: Array) -> Iterator[slice]:
    """Yield slices of a flat array, so small that several such stay in the cache together."""
    return (slice(start, start + PART) for start in range(0, len(flat), PART))
