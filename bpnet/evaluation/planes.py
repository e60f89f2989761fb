"""The images of a digit lie near a few planes: how far is another image from the nearest?

Each way to write a digit, such as the 7 with a bar, has a middle, and a few ways to vary: its
principal components, which span a plane through the middle.
Source: Hinton, Dayan and Revow, Modeling the manifolds of images of handwritten digits, 1997.
"""

import numpy as np

from bpnet.array import Array

ROUNDS = 8  # of k-means
ROUNDING = 1e-9  # of the largest square: what is smaller is no direction


def fit(x: Array, planes: int, axes: int) -> tuple[Array, Array]:
    """Return the middles (P, D) of the planes near x (N, D), and their axes (P, K, D).

    An axis has length 1, or 0 where x has no more directions.
    """
    middles = np.zeros((planes, x.shape[1]), np.float32)
    middles[: len(x)] = x[:planes]
    lengths = _squared_lengths(x)
    for _ in range(ROUNDS):
        nearest = _squares(x, lengths, middles).argmin(axis=1)
        for plane in range(planes):
            own = x[nearest == plane]
            if len(own):
                middles[plane] = own.mean(axis=0)
    found = [_axes(x[nearest == plane] - middles[plane], axes) for plane in range(planes)]
    return middles, np.stack(found)


def _axes(z: Array, axes: int) -> Array:
    """Return the principal axes (K, D) of z (N, D), whose mean is 0.

    They come from the N x N products of its rows: these are fewer than the D x D of its columns.
    """
    z = z.astype(np.float64)
    squares, vectors = np.linalg.eigh(z @ z.T)
    long = squares[-axes:] > ROUNDING * squares[-1:]
    found = np.zeros((axes, z.shape[1]), np.float32)
    lengths = np.sqrt(squares[-axes:][long])
    found[: len(lengths)] = (vectors[:, -axes:][:, long] / lengths).T @ z
    return found


def distances(x: Array, middles: Array, axes: Array) -> Array:
    """Return how far each x (N, D) is from the nearest of the planes.

    >>> middles, axes = np.array([[0.0, 0.0]]), np.array([[[1.0, 0.0]]])  # the line y = 0
    >>> distances(np.array([[3.0, 4.0], [5.0, 0.0]]), middles, axes).tolist()
    [4.0, 0.0]
    """
    along = x @ axes.reshape(-1, x.shape[1]).T
    along = along.reshape(len(x), *axes.shape[:2]) - np.einsum("pkd,pd->pk", axes, middles)
    squares = _squares(x, _squared_lengths(x), middles) - (along**2).sum(axis=2)
    nearest: Array = np.sqrt(np.maximum(squares.min(axis=1), 0))
    return nearest


def _squares(x: Array, lengths: Array, middles: Array) -> Array:
    """Return the squared distance of each x (N, D), of these squared lengths, to each middle."""
    squares: Array = lengths[:, None] - x @ (2 * middles).T + _squared_lengths(middles)
    return squares


def _squared_lengths(x: Array) -> Array:
    lengths: Array = (x**2).sum(axis=1)
    return lengths
