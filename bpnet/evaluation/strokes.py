"""An image -> its strokes: how much edge of each direction there is in each part of it."""

import numpy as np

from bpnet.array import Array
from bpnet.datasets import SIDE
from bpnet.datasets.splits import as_numbers

TILE = 4  # pixels: the image has 7 x 7 tiles
PER_TILE = 4  # directions: across, along, and the two between
STROKES = PER_TILE * (SIDE // TILE) ** 2
AT_ONCE = 100  # images: what is computed of them stays in the processor's cache


def strokes(images: Array) -> Array:
    """Return the strokes (N, 196) of images (N, 784), bytes or numbers from 0 to 1; of length 1.

    Ink that is thin, thick or grey has nearly the same strokes: only the shares of its edges count.
    """
    found = np.empty((len(images), STROKES), np.float32)
    for start in range(0, len(images), AT_ONCE):
        some = as_numbers(images[start : start + AT_ONCE], np.dtype(np.float32))
        found[start : start + AT_ONCE] = _strokes(some.reshape(-1, SIDE, SIDE))
    return found


def thickness(images: Array) -> Array:
    """Return how thick strokes of images (N, 784) are, in pixels: twice the ink, by its outline.

    >>> line = np.zeros((1, 28, 28))
    >>> line[0, 10:12] = 1  # 2 x 28 pixels, with an outline of 60
    >>> bool(np.isclose(thickness(line.reshape(1, -1))[0], 2 * 56 / 60))
    True
    """
    x = as_numbers(images, np.dtype(np.float32)).reshape(-1, SIDE, SIDE)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    outline = sum(np.abs(np.diff(padded, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    thick: Array = 2 * x.sum(axis=(1, 2)) / np.maximum(outline, 1)
    return thick


def _strokes(x: Array) -> Array:
    """Return the roots of the edges in each tile, so that long ones do not hide the short."""
    across, down = _gradient(x)
    steep = np.sqrt(across**2 + down**2) + 1e-6
    upright = (across**2 - down**2) / steep  # |gradient| times the cosine of the doubled angle
    slanted = 2 * across * down / steep  # and its sine
    edges = np.stack([upright, -upright, slanted, -slanted], axis=1)
    np.maximum(edges, 0, out=edges)
    tiles = SIDE // TILE
    rows = edges.reshape(-1, SIDE) @ np.repeat(np.eye(tiles, dtype=np.float32), TILE, axis=0)
    parts = rows.reshape(-1, PER_TILE, tiles, TILE, tiles).sum(axis=3)
    roots: Array = np.sqrt(parts.reshape(len(x), STROKES))
    roots /= np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-6)
    return roots


def _gradient(x: Array) -> tuple[Array, Array]:
    """Return how x (N, 28, 28), a little blurred, rises from left to right, and downwards."""
    x = np.pad(x, ((0, 0), (2, 2), (2, 2)))
    x = x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]
    x = x[:, :, :-2] + 2 * x[:, :, 1:-1] + x[:, :, 2:]
    return x[:, 1:-1, 2:] - x[:, 1:-1, :-2], x[:, 2:, 1:-1] - x[:, :-2, 1:-1]
