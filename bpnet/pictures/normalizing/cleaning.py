"""What is ink: the paper's own light, noise and marks taken away."""

import math

import numpy as np

from bpnet.array import Array
from bpnet.errors import DataError
from bpnet.pictures.normalizing.averaging import averaged
from bpnet.pictures.normalizing.locating import Paper
from bpnet.pictures.normalizing.scaling import scaled

# Chosen on the handed pictures and on renderings of training images.
ROUNDS = 8  # of finding the background without the ink
COARSE = 100  # pixels along a side, enough to find the background with
FAINTEST = 12  # grey levels of 255 between ink and background
NOISE = 4  # standard deviations that ink must rise above what the background has of its own
WEAK = 0.1  # of the strongest ink: what is weaker is shade, or the noise of a JPEG
LOOK = 130  # pixels: a window over which noise is averaged is a picture's side through this


def cleaned(of: Paper) -> Array:
    """Return how strong the ink is at each pixel, and 0 where there is none.

    Raises: DataError if there is no ink.
    """
    background, paper = _background(of)
    rise = 255 * (of.bright - background) / (255 - np.clip(background, 0, 255 - FAINTEST))
    ink = _ink(np.where(of.inside, rise, 0), paper & of.inside)
    if not ink.any():
        raise DataError("no ink in it")
    return ink


def _ink(rise: Array, paper: Array) -> Array:
    """Return the rise above the background where it is ink, and 0 elsewhere.

    Weak ink counts as the edge of a strong stroke, half as wide as the stroke at the most.
    """
    level = averaged(rise, 2 * (round(max(rise.shape) / LOOK) // 2) + 1)
    noise = _noise(level[paper])
    if level.max() < max(FAINTEST, 2 * NOISE * noise):
        return np.zeros_like(rise)
    seen = max(NOISE * noise, 1e-3)
    strong = level > max(seen, WEAK * level.max())
    near = averaged(strong, 2 * math.ceil(_half_width(strong)) + 1) > 0
    return np.where(near & (level > seen), np.maximum(rise, 0), 0)


def _half_width(strokes: Array) -> float:
    """Return half of the width of strokes, by their area and how long their edges are.

    >>> _half_width(np.array([[0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0]], bool))
    1.0
    """
    edges = sum(int(np.count_nonzero(np.diff(strokes, axis=axis))) for axis in (0, 1))
    return np.count_nonzero(strokes) / max(edges, 1)


def _noise(paper: Array) -> float:
    """Return the standard deviation of paper, of which some may be ink."""
    for _ in range(ROUNDS):
        noise = math.sqrt(np.mean(paper**2))
        paper = paper[paper <= 2 * noise + 1e-6]
    return noise


def _background(of: Paper) -> tuple[Array, Array]:
    """Return how bright the paper is below each pixel, and which pixels show it.

    It is the quadratic surface that fits best what is not ink, and what is not ink is found in
    rounds, from all.
    """
    bright = of.bright
    coarse, inside = (scaled(field, min(1, COARSE / max(bright.shape))) for field in of)
    surfaces = _surfaces(coarse.shape)
    inside = (inside > 0.999).ravel()
    paper = _frame(coarse.shape).ravel() & inside
    flat = coarse.ravel()
    for _ in range(ROUNDS):
        known = surfaces[paper]
        squares = known.T @ known + 1e-9 * len(known) * np.eye(6)  # few rows fix no surface
        weights = np.linalg.solve(squares, known.T @ flat[paper])
        rise = flat - surfaces @ weights
        noise = math.sqrt(np.mean(rise[paper] ** 2))
        paper = (rise <= 2 * noise + 1e-6) & inside
    background = (_surfaces(bright.shape) @ weights).reshape(bright.shape)
    places = (np.arange(new) * old // new for new, old in zip(bright.shape, coarse.shape, strict=True))
    return background, paper.reshape(coarse.shape)[np.ix_(*places)]


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
