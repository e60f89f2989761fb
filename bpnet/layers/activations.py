"""The activation functions as layers: one array in, one array of the same shape out."""

import numpy as np

from bpnet.array import Array


class Relu:
    """y = x where x > 0, else 0; dL/dx = dout where x > 0, else 0.

    The slope at x = 0 is 0. A NaN passes through, and where x <= 0 an infinite dout becomes NaN
    (inf * 0), so that a divergence is seen.
    Source: section 5.5.1, the ReLU layer (ReLU 계층).

    >>> layer = Relu()
    >>> layer.forward(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 0.0, 3.0]
    >>> layer.backward(np.array([5.0, 6.0, 7.0])).tolist()
    [0.0, 0.0, 7.0]
    """

    mask: Array  # True where the signal stops, as in the book

    def forward(self, x: Array) -> Array:
        """Return max(x, 0)."""
        self.mask = x <= 0
        return np.maximum(x, 0)

    def backward(self, dout: Array) -> Array:
        """Return dout * (1 where x > 0, else 0)."""
        return dout * ~self.mask  # np.where, a branch for each number, takes ten times as long


class Sigmoid:
    """y = 1 / (1 + exp(-x)); dL/dx = dout * y * (1 - y).

    Source: section 5.5.2, the Sigmoid layer (Sigmoid 계층).

    >>> layer = Sigmoid()
    >>> layer.forward(np.array([0.0, -1000.0, 1000.0])).tolist()
    [0.5, 0.0, 1.0]
    >>> layer.backward(np.array([4.0, 4.0, 4.0])).tolist()
    [1.0, 0.0, 0.0]
    """

    out: Array  # y: the derivative needs nothing else

    def forward(self, x: Array) -> Array:
        """Return 1 / (1 + exp(-x)), written exp(x) / (1 + exp(x)) where x < 0: no overflow."""
        e = np.exp(-np.abs(x))
        self.out = np.where(x < 0, e, 1) / (1 + e)
        return self.out

    def backward(self, dout: Array) -> Array:
        """Return dout * y * (1 - y)."""
        dx: Array = dout * (1 - self.out) * self.out
        return dx
