"""One step downhill, and the mean of many, on the flat arrays of a network."""

from collections.abc import Iterator
from typing import Protocol

from bpnet.array import Array
from bpnet.network import Network

PART = 2**16  # numbers


class Optimizer(Protocol):
    """Moves the parameters of a network one step, for the images of its last `loss`."""

    learning_rate: float

    def update(self, network: Network) -> None:
        """Take the step."""


class SGD:
    """W <- W - learning_rate * dL/dW, in place.

    The learning rate goes in where the backward pass starts, as the dL/dL that is otherwise 1: so
    what arrives at each parameter is its step, and no pass over all of them is spent on scaling.
    Source: section 6.1.2.

    >>> import numpy as np
    >>> network = Network([1, 2])  # two classes, no weights yet: both scores are 0
    >>> loss = network.loss(np.array([[3.0]]), np.array([1]))
    >>> SGD(0.5).update(network)
    >>> network.params["W1"].tolist(), network.params["b1"].tolist()
    ([[-0.75, 0.75]], [-0.25, 0.25])
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def update(self, network: Network) -> None:
        """Move the parameters one step, for the images of the network's last `loss`.

        `network.gradients` then holds that step, learning_rate * dL/dW.
        """
        network.backward(self.learning_rate)
        network.parameters -= network.gradients


class Momentum:
    """v <- momentum * v - learning_rate * dL/dW;  W <- W + v, in place.

    `velocity`, the v of all parameters, is kept with the opposite sign: as what is subtracted.
    Source: section 6.1.4.

    >>> import numpy as np
    >>> network = Network([1, 2])
    >>> optimizer = Momentum(0.5, 0.9, np.zeros(4))
    >>> for _ in range(2):
    ...     network.parameters[:] = 0  # so that both steps have the same gradient
    ...     loss = network.loss(np.array([[3.0]]), np.array([1]))
    ...     optimizer.update(network)
    >>> network.params["W1"].tolist()  # 1.9 times the step of SGD
    [[-1.425, 1.425]]
    """

    def __init__(self, learning_rate: float, momentum: float, velocity: Array) -> None:
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocity = velocity

    def update(self, network: Network) -> None:
        """Move the parameters one step, for the images of the network's last `loss`."""
        network.backward(self.learning_rate)
        for part in _parts(self.velocity):
            v = self.velocity[part]
            v *= self.momentum
            v += network.gradients[part]
            network.parameters[part] -= v


def forget_dust(velocity: Array) -> None:
    """Set to 0 what has all but died away, in place; no parameter is so small as to feel it.

    It is that of pixels which are hardly ever written on, and below 1e-38, where float32 has its
    denormal numbers, each takes the processor a hundred times as long.

    >>> import numpy as np
    >>> velocity = np.array([1e-31, -1e-31, 1e-20])
    >>> forget_dust(velocity)
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
    >>> network = Network([1, 2])
    >>> network.parameters[:] = [1, 2, 3, 4]
    >>> average = Average(0.75, np.zeros(4))
    >>> average.update(network, step=1000)
    >>> average.parameters.tolist()
    [0.25, 0.5, 0.75, 1.0]
    """

    def __init__(self, decay: float, parameters: Array) -> None:
        self.decay = decay
        self.parameters = parameters

    def update(self, network: Network, step: int) -> None:
        """Let the network's parameters come in, after a step counted from 0."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for part in _parts(self.parameters):
            change = network.parameters[part] - self.parameters[part]
            change *= share
            self.parameters[part] += change


def _parts(flat: Array) -> Iterator[slice]:
    """Yield slices of a flat array, so small that several such stay in the cache together."""
    return (slice(start, start + PART) for start in range(0, len(flat), PART))
