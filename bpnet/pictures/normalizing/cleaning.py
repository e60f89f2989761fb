"""What is ink: the paper's own light, noise and marks taken away."""

import math

import numpy as np

from bpnet.array import Array
from bpnet.errors import DataError

ROUNDS = 8  # of finding the background without the ink
FAINTEST = 12  # grey levels of 255 between ink and background
NOISE = 4  # standard deviations that ink must rise above what the background has of its own


def cleaned(bright: Array) -> Array:
    """Return how strong the ink is at each pixel, and 0 where there is none.

    Raises: DataError if there is no ink.
    """
    ink = _ink(bright)
    if not ink.any():
        raise DataError("no ink in it")
    return ink


def _ink(grey: Array) -> Array:
    """Return how far each pixel rises above the background, and 0 where that may be noise.

    The background is the quadratic surface that fits best what is not ink, and what is not ink is
    found in rounds, from all.
    """
    surfaces = _surfaces(grey.shape)
    paper = _frame(grey.shape).ravel()
    flat = grey.ravel()
    for _ in range(ROUNDS):
        known = surfaces[paper]
        squares = known.T @ known + 1e-9 * len(known) * np.eye(6)  # few rows fix no surface
        weights = np.linalg.solve(squares, known.T @ flat[paper])
        rise = flat - surfaces @ weights
        noise = math.sqrt(np.mean(rise[paper] ** 2))
        paper = rise <= 2 * noise + 1e-6
    ink = np.where(rise > max(NOISE * noise, 1e-3), rise, 0)
    if ink.max() < max(FAINTEST, 2 * NOISE * noise):
        ink[:] = 0
    return ink.reshape(grey.shape)


def _frame(shape: tuple[int, ...]) -> Array:
    """Return which pixels are within an eighth of the sides of the border."""
    frame = np.ones(shape, bool)
    depth, width = (side // 8 for side in shape)
    frame[depth : shape[0] - depth, width : shape[1] - width] = False
    return frame


def _surfaces(shape: tuple[int, ...]) -> Array:
    """Return 1, x, y, x^2, xy, y^2 of each pixel, as rows; x and y go from -1 to 1."""
    y, x = (np.linspace(-1, 1, side) for side in shape)
    x, y = np.tile(x, len(y)), np.repeat(y, len(x))
    return np.stack([np.ones(len(x)), x, y, x * x, x * y, y * y], axis=1)
