"""The light of paper as a smooth surface."""

import math
from functools import lru_cache

import numpy as np

from bpnet.array import Array
from bpnet.pictures.normalizing.scaling import enlarged, scaled

LEAST = 12  # grey levels that dark paper is taken to have at least, to compare its ink with
ROUNDS = 8  # of finding the background without the ink
BARE = 0.8  # of the border is paper; otherwise its darker half is
COARSE = 100  # pixels along a side, enough to find the background with


def risen(bright: Array, background: Array) -> Array:
    """Return how far each pixel rises above the background, as a share of how far it could, of 255.

    >>> risen(np.array([55, 155]), np.array([55, 55])).tolist()
    [0.0, 127.5]
    """
    rise: Array = 255 * (bright - background) / (255 - np.clip(background, 0, 255 - LEAST))
    return rise


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
    paper = paper if paper.any() else inside
    flat = coarse.ravel()
    dark = flat * 2 <= flat[inside].min() + flat[inside].max()
    if dark[paper].mean() < BARE:  # the ink reaches the border
        paper = paper & dark if (paper & dark).any() else inside & dark
    for _ in range(ROUNDS):
        weights = fitted(known.compress(paper, axis=0), flat[paper])
        rise = flat - known @ weights
        noise = math.sqrt(np.mean(rise[paper] ** 2))
        paper = (rise <= 2 * noise + 1e-6) & inside
    background = (surfaces(bright.shape) @ weights).reshape(bright.shape)
    return background, enlarged(paper.reshape(coarse.shape), bright.shape)


def fitted(known: Array, levels: Array) -> Array:
    """Return the weights of the surface that fits the levels best, by the rows of `surfaces`."""
    squares = known.T @ known + 1e-9 * len(known) * np.eye(6)  # few rows fix no surface
    weights: Array = np.linalg.solve(squares, known.T @ levels)
    return weights


def _frame(shape: tuple[int, ...]) -> Array:
    """Return which pixels are within an eighth of the sides of the border."""
    frame = np.ones(shape, bool)
    depth, width = (side // 8 for side in shape)
    frame[depth : shape[0] - depth, width : shape[1] - width] = False
    return frame


@lru_cache(maxsize=3)  # pictures of one size are seldom alone
def surfaces(shape: tuple[int, ...]) -> Array:
    """Return 1, x, y, x^2, xy, y^2 of each pixel, as rows; x and y go from -1 to 1."""
    height, width = shape
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)
    rows = np.empty((height, width, 6))
    rows[..., 0] = 1
    for number, values in enumerate((x, y, x * x, x * y, y * y), start=1):
        rows[..., number] = values
    rows.flags.writeable = False
    return rows.reshape(-1, 6)
