"""One step downhill, on the flat arrays of a network."""

from typing import Protocol

from bpnet.array import Array
from bpnet.network import Network

PART = 2**16  # numbers: those of all three arrays stay in the cache from one line to the next


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
        for start in range(0, len(self.velocity), PART):
            part = slice(start, start + PART)
            v = self.velocity[part]
            v *= self.momentum
            v += network.gradients[part]
            network.parameters[part] -= v
