"""The light of paper as a smooth surface."""

import math

import numpy as np

from bpnet.array import Array
from bpnet.pictures.normalizing.scaling import scaled

ROUNDS = 8  # of finding the background without the ink
COARSE = 100  # pixels along a side, enough to find the background with


def smooth(bright: Array, inside: Array) -> tuple[Array, Array]:
    """Return how bright the paper is below each pixel, and which pixels show it.

    It is the quadratic surface that fits best what is not ink, and what is not ink is found in
    rounds, from all.
    """
    scale = min(1, COARSE / max(bright.shape))
    coarse, inside = scaled(bright, scale), scaled(inside, scale)
    known = surfaces(coarse.shape)
    inside = (inside > 0.999).ravel()
    paper = _frame(coarse.shape).ravel() & inside
    flat = coarse.ravel()
    for _ in range(ROUNDS):
        here = known[paper]
        squares = here.T @ here + 1e-9 * len(here) * np.eye(6)  # few rows fix no surface
        weights = np.linalg.solve(squares, here.T @ flat[paper])
        rise = flat - known @ weights
        noise = math.sqrt(np.mean(rise[paper] ** 2))
        paper = (rise <= 2 * noise + 1e-6) & inside
    background = (surfaces(bright.shape) @ weights).reshape(bright.shape)
    places = (
        np.arange(new) * old // new for new, old in zip(bright.shape, coarse.shape, strict=True)
    )
    return background, paper.reshape(coarse.shape)[np.ix_(*places)]


def _frame(shape: tuple[int, ...]) -> Array:
    """Return which pixels are within an eighth of the sides of the border."""
    frame = np.ones(shape, bool)
    depth, width = (side // 8 for side in shape)
    frame[depth : shape[0] - depth, width : shape[1] - width] = False
    return frame


def surfaces(shape: tuple[int, ...]) -> Array:
    """Return 1, x, y, x^2, xy, y^2 of each pixel, as rows; x and y go from -1 to 1."""
    y, x = (np.linspace(-1, 1, side) for side in shape)
    x, y = np.tile(x, len(y)), np.repeat(y, len(x))
    return np.stack([np.ones(len(x)), x, y, x * x, x * y, y * y], axis=1)
