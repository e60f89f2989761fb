"""The light of paper on which the edge of a shadow lies, found by what is wider than a stroke."""

import numpy as np

from bpnet.array import Array
from bpnet.pictures.normalizing.surfaces import fitted, surfaces

# Chosen on renderings of training images with shadows and shade, and on those of the README.
WIDEST = 0.35  # of the sides of the paper: what is narrower is a stroke
SURE = 0.2  # of the sides: what is as wide as that, and within the paper, may be a shadow
UNEVEN = 0.06  # of the light: so far may it be from a smooth surface


def has_a_shadow(bright: Array, inside: Array) -> bool:
    """Whether what is wider than a stroke is no smooth surface."""
    wide = opened(np.where(inside, bright, -np.inf), _window(bright, SURE))
    seen = np.isfinite(wide) & inside
    if not seen.any():
        return False
    known, light = surfaces(bright.shape), wide[seen]
    if not seen.all():
        known = known[seen.ravel()]
    away = np.abs(light - known @ fitted(known, light))
    return bool(away.max() > UNEVEN * (255 - light.min()))


def light(bright: Array, inside: Array) -> Array:
    """Return the paper below each pixel: the brightest window that covers it, by its darkest pixel.

    A window may reach over the border of the paper; so the edge of a shadow stays as it is.

    >>> paper = np.array([[1, 1, 9, 1, 1, 1, 5, 5, 5, 5]])
    >>> light(paper, paper > 0).astype(int).tolist()
    [[1, 1, 1, 1, 1, 1, 5, 5, 5, 5]]
    """
    down, across = window = _window(bright, WIDEST)
    known = np.pad(np.where(inside, bright, np.inf), ((down,), (across,)), constant_values=np.inf)
    return opened(known, window)[down:-down, across:-across]


def _window(field: Array, share: float) -> tuple[int, int]:
    down, across = (max(1, round(share * side)) for side in field.shape)
    return down, across


def opened(bright: Array, window: tuple[int, int]) -> Array:
    """Return at each pixel the most of what the windows that cover it have at least.

    What is infinite is not known, and does not count.
    """
    for axis, width in enumerate(window):
        bright = _of_neighbours(np.minimum, bright, width, axis)
    bright = np.where(np.isposinf(bright), -np.inf, bright)
    for axis, width in enumerate(window):
        room = [(0, 0), (0, 0)]
        room[axis] = (width - 1, width - 1)
        padded = np.pad(bright, room, constant_values=-np.inf)
        bright = _of_neighbours(np.maximum, padded, width, axis)
    return bright


def _of_neighbours(pick: np.ufunc, field: Array, width: int, axis: int) -> Array:
    """Return the least, or the most, of so many neighbours, from each pixel on.

    >>> _of_neighbours(np.minimum, np.array([[3, 1, 2, 4, 5]]), 3, 1).tolist()
    [[1, 1, 2]]
    """
    field = np.moveaxis(field, axis, 0)
    reach = 1
    while reach < width:
        step = min(reach, width - reach)
        field = pick(field[:-step], field[step:])
        reach += step
    return np.moveaxis(field, 0, axis)
