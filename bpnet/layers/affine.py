"""The matrix product of a layer of neurons: N images, D inputs, H outputs."""

import numpy as np

from bpnet.array import Array


class Affine:
    """y = x W + b;  dL/dx = dout W^T,  dL/dW = x^T dout,  dL/db = 1^T dout, the sum over the batch.

    Shapes: x (N, D) or (N, ...) with D numbers an image, W (D, H), b (H,), y and dout (N, H).
    W and b are kept as they are given, uncopied. Each backward binds a fresh dW and db, unless
    arrays for them are given: those are written into.
    Raises: ValueError if an image does not have D numbers.
    Source: sections 5.6.1, the Affine layer (Affine 계층), and 5.6.2, the same for batches
    (배치용 Affine 계층).

    >>> layer = Affine(W=np.array([[1.0], [2.0]]), b=np.array([0.5]))
    >>> layer.forward(np.array([[3.0, 4.0]])).tolist()
    [[11.5]]
    >>> layer.backward(np.array([[10.0]])).tolist()
    [[10.0, 20.0]]
    >>> layer.dW.tolist(), layer.db.tolist()
    ([[30.0], [40.0]], [10.0])
    """

    def __init__(
        self, W: Array, b: Array, dW: Array | None = None, db: Array | None = None
    ) -> None:
        self.W = W
        self.b = b
        self.dW = dW
        self.db = db
        self._dW_out = dW  # where to write, if a place was given
        self._db_out = db

    def forward(self, x: Array) -> Array:
        """Return x W + b."""
        self.x = x.reshape(len(x), len(self.W))
        self.original_x_shape = x.shape
        return self.x @ self.W + self.b

    def backward(self, dout: Array) -> Array:
        """Return dL/dx = dout W^T in the shape of x, after setting dW and db."""
        self.backward_parameters(dout)
        return (dout @ self.W.T).reshape(self.original_x_shape)

    def backward_parameters(self, dout: Array) -> None:
        """Set dW = x^T dout and db = 1^T dout; the images need no dL/dx."""
        self.dW = np.matmul(self.x.T, dout, out=self._dW_out)
        self.db = np.matmul(np.ones(len(dout), dout.dtype), dout, out=self._db_out)
