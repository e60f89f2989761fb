"""The matrix product of a layer of neurons: N images, D inputs, H outputs."""

from functools import lru_cache

import numpy as np

from bpnet.array import Array


class Affine:
    """y = x W + b;  dL/dx = dout W^T,  dL/dW = x^T dout,  dL/db = 1^T dout, the sum over the batch.

    Shapes: x (N, D) or (N, ...) with D numbers an image, W (D, H), b (H,), y and dout (N, H).
    W and b are kept as they are given, uncopied. Each backward binds a fresh dW and db, unless
    arrays for them are given, C-contiguous and of the dtype of dout: those are written into.
    Raises: ValueError if an image does not have D numbers, or such an array does not fit.
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
        y: Array = np.dot(self.x, self.W) + self.b  # as in the book; @ takes longer to start
        return y

    def backward(self, dout: Array) -> Array:
        """Return dL/dx = dout W^T in the shape of x, after setting dW and db."""
        self.backward_parameters(dout)
        dx: Array = np.dot(dout, self.W.T)
        return dx.reshape(self.original_x_shape)

    def backward_parameters(self, dout: Array) -> None:
        """Set dW = x^T dout and db = 1^T dout; the images need no dL/dx."""
        self.dW = np.dot(self.x.T, dout, out=self._dW_out)
        self.db = np.dot(ones(len(dout), dout.dtype), dout, out=self._db_out)


@lru_cache
def ones(count: int, dtype: np.dtype) -> Array:
    """Return the vector 1, read-only: it is made once, not in each backward.

    >>> ones(2, np.dtype("float32")).tolist(), ones(2, np.dtype("float32")).flags.writeable
    ([1.0, 1.0], False)
    """
    vector = np.ones(count, dtype)
    vector.setflags(write=False)
    return vector
