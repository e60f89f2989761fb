"""One step downhill, on the flat arrays of a network."""

from bpnet.array import Array


class SGD:
    """W <- W - learning_rate * dL/dW, in place; dL/dW becomes the step, learning_rate * dL/dW.

    Source: section 6.1.2.

    >>> import numpy as np
    >>> parameters = np.array([1.0, 2.0])
    >>> SGD(0.5).update(parameters, np.array([1.0, -1.0]))
    >>> parameters.tolist()
    [0.5, 2.5]
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate

    def update(self, parameters: Array, gradients: Array) -> None:
        """Move the parameters one step against their gradients, which are used up."""
        gradients *= self.learning_rate
        parameters -= gradients
