"""The last layer of training: scores and the right answers in, one number out.

N images, C classes. The answers t are labels (N,), or one-hot (N, C), or any shares of the classes
that sum to 1: rows only where t has the very shape of the scores.
"""

import numpy as np

from bpnet.array import Array


def softmax(x: Array) -> Array:
    """Return exp(x) / sum(exp(x)) along the last axis; shifting x by its maximum changes nothing.

    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    y: Array = e / e.sum(axis=-1, keepdims=True)
    return y


def cross_entropy_error(y: Array, t: Array) -> float:
    """Return -log(y of the right class + 1e-7), the mean over the batch, as the book defines it.

    Shapes: y (N, C) or (C,), probabilities. The epsilon is the book's (section 4.2.4): it keeps
    log(0) finite and caps the loss at 16.1. `SoftmaxWithLoss` needs none.

    >>> round(cross_entropy_error(np.array([0.1, 0.6, 0.3]), np.array([0, 1, 0])), 4)
    0.5108
    """
    log_y = np.log(np.atleast_2d(y) + 1e-7)
    if t.shape == y.shape:
        return -float(np.sum(t * log_y)) / len(log_y)
    return -float(np.sum(log_y[np.arange(len(log_y)), t])) / len(log_y)


class SoftmaxWithLoss:
    """L = mean of -log(softmax(x) of the right class);  dL/dx = (y - t) / N.

    The loss is in nats and exact: -log y = log(sum(exp(x - max))) - (x - max), with no epsilon.
    After forward: y (N, C) holds the probabilities, t the answers as given, loss the loss.
    Source: section 5.6.3, the Softmax-with-Loss layer (Softmax-with-Loss 계층).

    >>> layer = SoftmaxWithLoss()
    >>> x = np.log(np.array([[0.3, 0.2, 0.5]]))
    >>> round(layer.forward(x, t=np.array([[0, 1, 0]])), 4)  # -log 0.2
    1.6094
    >>> layer.backward().round(12).tolist()
    [[0.3, -0.8, 0.5]]
    """

    y: Array
    t: Array
    loss: float

    def forward(self, x: Array, t: Array) -> float:
        """Return the mean cross-entropy of softmax(x) against t.

        Raises: ValueError unless t has a label, or a one-hot row, for each row of x.
        """
        if x.ndim != 2 or (t.shape != x.shape and t.shape != x.shape[:1]):
            raise ValueError(f"answers of shape {t.shape} do not fit scores of shape {x.shape}")
        scores = np.ascontiguousarray(x.T)  # a row for each class: NumPy is quick along long rows
        shifted = scores - scores.max(axis=0)
        e = np.exp(shifted)
        total = e.sum(axis=0)
        self.y = (e / total).T
        self.t = t
        right = (t.T * shifted).sum(axis=0) if t.shape == x.shape else shifted[t, np.arange(len(t))]
        self.loss = float((np.log(total) - right).sum()) / len(x)
        return self.loss

    def backward(self, dout: float = 1) -> Array:
        """Return dout * (y - t) / N."""
        dx = self.y.copy()
        if self.t.shape == self.y.shape:
            dx -= self.t
        else:
            dx[np.arange(len(dx)), self.t] -= 1
        dx *= dout / len(dx)
        return dx
