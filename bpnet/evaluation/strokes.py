"""An image -> its strokes: how much edge of each direction there is in each part of it.

Images are looked at many at once, as (columns, rows, N): what is done to a pixel is done to N
numbers that lie together in memory, and to its neighbours by slices of whole columns.
"""

from collections.abc import Iterator

import numpy as np

from bpnet.array import Array
from bpnet.datasets import SIDE
from bpnet.datasets.splits import as_numbers

TILE = 4  # pixels: the image has 7 x 7 tiles
TILES = SIDE // TILE
PER_TILE = 4  # directions: across, along, and the two between
SIDES = (np.maximum, np.minimum)  # what is above 0, and what is below: two of the directions
STROKES = PER_TILE * TILES**2
AT_ONCE = 100  # images: what is computed of them stays in the processor's cache


def strokes(images: Array) -> Array:
    """Return the strokes (N, 196) of images (N, 784), bytes or numbers from 0 to 1; of length 1.

    Ink that is thin, thick or grey has nearly the same strokes: only the shares of its edges count.
    """
    found = np.empty((len(images), STROKES), np.float32)
    for part, x in _parts(images, border=2):
        found[part] = _strokes(x)
    return found


def thickness(images: Array) -> Array:
    """Return how thick strokes of images (N, 784) are, in pixels: twice the ink, by its outline.

    >>> line = np.zeros((1, 28, 28))
    >>> line[0, 10:12] = 1  # 2 x 28 pixels, with an outline of 60
    >>> bool(np.isclose(thickness(line.reshape(1, -1))[0], 2 * 56 / 60))
    True
    """
    found = np.empty(len(images), np.float32)
    for part, x in _parts(images, border=1):
        outline = sum(np.abs(np.diff(x, axis=axis)).sum(axis=(0, 1)) for axis in (0, 1))
        found[part] = 2 * x.sum(axis=(0, 1)) / np.maximum(outline, 1)
    return found


def _parts(images: Array, border: int) -> Iterator[tuple[slice, Array]]:
    """Yield the images, some at once: which, and their numbers with a blank border all round."""
    for start in range(0, len(images), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        some = as_numbers(images[part].reshape(-1, SIDE, SIDE).T, np.dtype(np.float32))
        side = SIDE + 2 * border
        x = np.zeros((side, side, some.shape[2]), np.float32)
        x[border:-border, border:-border] = some
        yield part, x


def _strokes(x: Array) -> Array:
    """Return the roots of the edges in each tile, so that long ones do not hide the short."""
    across, down = _gradient(x)
    across_squared, down_squared = across**2, down**2
    steep = np.sqrt(across_squared + down_squared)
    steep += 1e-6
    upright = across_squared - down_squared
    upright /= steep  # |gradient| times the cosine of the doubled angle
    slanted = 2 * across
    slanted *= down
    slanted /= steep  # and its sine
    none = np.zeros_like(steep)  # beside an array np.maximum is three times as fast as beside a 0
    edges = [_in_tiles(side(e, none)) for e in (upright, slanted) for side in SIDES]
    roots: Array = np.sqrt(np.abs(edges)).reshape(STROKES, -1).T.copy()
    roots /= np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-6)
    return roots


def _in_tiles(edges: Array) -> Array:
    """Return the sums in each tile (7, 7, N), rows x columns, of edges (28, 28, N)."""
    columns = edges.reshape(TILES, TILE, SIDE, -1).sum(axis=1)
    tiles: Array = columns.reshape(TILES, TILES, TILE, -1).sum(axis=2).swapaxes(0, 1)
    return tiles


def _gradient(x: Array) -> tuple[Array, Array]:
    """Return how x, a little blurred, rises from left to right, and downwards: (28, 28, N)."""
    x = _blurred(_blurred(x.swapaxes(0, 1)).swapaxes(0, 1))
    return x[2:, 1:-1] - x[:-2, 1:-1], x[1:-1, 2:] - x[1:-1, :-2]


def _blurred(x: Array) -> Array:
    """Return x[i - 1] + 2 x[i] + x[i + 1], without the first and the last."""
    blurred: Array = 2 * x[1:-1]
    blurred += x[:-2]
    blurred += x[2:]
    return blurred
