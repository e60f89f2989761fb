"""One step downhill, on the flat arrays of a network."""

from bpnet.network import Network


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
