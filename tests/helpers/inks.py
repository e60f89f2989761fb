"""Ink as a pen leaves it: which part of each pixel it covers, from 0 to 1."""

from collections.abc import Iterable

import numpy as np

from bpnet.array import Array

Strokes = Iterable[Array]  # each (n, 2): the points x, y that the pen goes through


def stretched(field: Array, height: int, width: int, softness: float = 0.5) -> Array:
    """Return the field with so many rows and columns, smooth between its own; softness in them."""
    rows, columns = (
        _weights(height, len(field), softness),
        _weights(width, field.shape[1], softness),
    )
    smooth: Array = rows @ field @ columns.T
    return smooth


def _weights(there: int, here: int, softness: float) -> Array:
    places = (np.arange(there) + 0.5) * here / there - 0.5
    weights = np.exp(-(((places[:, None] - np.arange(here)) / softness) ** 2) / 2)
    normed: Array = weights / weights.sum(axis=1, keepdims=True)
    return normed


def written(image: Array, height: float, rng: np.random.Generator) -> Array:
    """Return an image of MNIST as a pen would write it, its box of 20 pixels so high, cut out.

    The edges of the strokes are 1 to 3 pixels wide, as a camera sees them.
    """
    size = round(1.4 * height)
    if not image.any():  # a page on which nothing is written
        return np.zeros((round(height), round(height)))
    smooth = stretched(image / 255, size, size)
    steep = max(1.5 * height / 20 / rng.uniform(1, 3), 1.5)  # 0 must come out as 0
    return cut_out(np.clip((smooth / smooth.max() - 0.4) * steep + 0.5, 0, 1))


def cut_out(cover: Array) -> Array:
    """Return the part of the field that has ink."""
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    part: Array = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return part


def drawn(strokes: Strokes, width: float) -> Array:
    """Return what a round pen covers that is so wide, in pixels, as the points are; cut out."""
    lines = [np.asarray(stroke, float) for stroke in strokes]
    low = np.min([line.min(axis=0) for line in lines], axis=0) - width
    high = np.max([line.max(axis=0) for line in lines], axis=0) + width
    y, x = np.mgrid[0 : int(high[1] - low[1]) + 2, 0 : int(high[0] - low[0]) + 2]
    away = np.full(x.shape, np.inf)
    for line in lines:
        for a, b in zip(line[:-1] - low, line[1:] - low, strict=True):
            _nearer(away, x, y, a, b)
    return cut_out(np.clip(width / 2 + 0.5 - np.sqrt(away), 0, 1))


def _nearer(away: Array, x: Array, y: Array, a: Array, b: Array) -> None:
    """Let the squared distances be those to the line from a to b where it is nearer."""
    along = b - a
    length = max(float(along @ along), 1e-9)
    part = np.clip(((x - a[0]) * along[0] + (y - a[1]) * along[1]) / length, 0, 1)
    np.minimum(
        away, (x - a[0] - part * along[0]) ** 2 + (y - a[1] - part * along[1]) ** 2, out=away
    )


def thinned(image: Array, height: float, width: float) -> Array:
    """Return an image of MNIST as a pen of this width, in pixels, would write it, cut out."""
    size = round(1.4 * height)
    smooth = stretched(image / 255, size, size, 0.6)
    y, x = np.nonzero(_skeleton(smooth > 0.4 * smooth.max()))
    away = np.full((size, size), np.inf)
    around = np.arange(-int(width) - 2, int(width) + 3)
    for dy in around:
        for dx in around:
            rows, columns = np.clip(y + dy, 0, size - 1), np.clip(x + dx, 0, size - 1)
            away[rows, columns] = np.minimum(away[rows, columns], dx * dx + dy * dy)
    return cut_out(np.clip(width / 2 + 0.5 - np.sqrt(away), 0, 1))


def _skeleton(ink: Array) -> Array:
    """Return the ink worn down to lines one pixel wide (Zhang and Suen, 1984)."""
    ink = np.pad(ink, 1).astype(np.uint8)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            gone = _worn(ink, first)
            ink[gone] = 0
            changed |= bool(gone.any())
    return ink[1:-1, 1:-1].astype(bool)


def _worn(ink: Array, first: bool) -> Array:
    shifts = [(1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1)]
    ring = [np.roll(ink, shift, (0, 1)) for shift in shifts]  # from above, clockwise
    n, e, s, w = ring[::2]
    count = sum(part.astype(int) for part in ring)
    turns = sum((a == 0) & (b == 1) for a, b in zip(ring, [*ring[1:], n], strict=True))
    open_ = (n * e * s == 0) & (e * s * w == 0) if first else (n * e * w == 0) & (n * s * w == 0)
    worn: Array = (ink == 1) & (count >= 2) & (count <= 6) & (turns == 1) & open_
    return worn


def thickened(cover: Array, radius: int) -> Array:
    """Return the ink of a pen that is wider by this much on each side."""
    wide = np.pad(cover, radius + 1)
    high = wide.copy()
    for dy in range(-radius, radius + 1):
        reach = int((radius**2 - dy**2) ** 0.5)
        for dx in range(-reach, reach + 1):
            np.maximum(high, np.roll(wide, (dy, dx), (0, 1)), out=high)
    return high
