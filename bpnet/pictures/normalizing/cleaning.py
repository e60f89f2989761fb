"""What is ink: the paper's own light, noise and marks taken away."""

import math

import numpy as np

from bpnet.array import Array
from bpnet.errors import DataError
from bpnet.pictures.normalizing.averaging import softened, widened
from bpnet.pictures.normalizing.dirt import without_dirt, without_stains
from bpnet.pictures.normalizing.lines import without_lines
from bpnet.pictures.normalizing.locating import Paper
from bpnet.pictures.normalizing.shadows import has_a_shadow, light
from bpnet.pictures.normalizing.surfaces import ROUNDS, risen, smooth

# Chosen on the handed pictures and on renderings of training images.
FAINTEST = 12  # grey levels of 255 between ink and background
LEAST = 1e-3  # grey levels: what is less is an error of the arithmetic
NOISE = 4  # standard deviations that ink must rise above what the background has of its own
FINE = 64  # pixels along the shorter side: with fewer a shadow, a line or a stain may be a stroke
WEAK = 0.1  # of the strongest ink: what is weaker is shade, or the noise of a JPEG


def cleaned(of: Paper) -> Array:
    """Return how strong the ink is at each pixel, and 0 where there is none.

    Raises: DataError if there is no ink.
    """
    bright, inside = of
    fine = min(bright.shape) >= FINE
    if fine and has_a_shadow(bright, inside):
        bright = risen(bright, light(bright, inside))
    background, paper = smooth(bright, inside)
    rise = np.where(inside, risen(bright, background), 0)
    if fine and rise.max() > FAINTEST:
        rise = without_lines(rise)
        rise = without_stains(rise, 2 * _half_width(rise > 0.5 * rise.max()))
    ink = _ink(rise, paper & inside)
    if not ink.any():
        raise DataError("no ink in it")
    return without_dirt(ink, WEAK * softened(ink).max(), inside)


def _ink(rise: Array, paper: Array) -> Array:
    """Return the rise above the background where it is ink, and 0 elsewhere.

    Weak ink counts as the edge of a strong stroke, half as wide as the stroke at the most.
    """
    level = softened(rise)
    noise = _noise(level[paper])
    if level.max() < max(FAINTEST, 2 * NOISE * noise):
        return np.zeros_like(rise)
    seen = max(NOISE * noise, LEAST)
    strong = level > max(seen, WEAK * level.max())
    near = widened(strong, math.ceil(_half_width(strong)))
    ink: Array = np.where(near & (level > seen) & (rise > LEAST), rise, 0)
    return ink


def _half_width(strokes: Array) -> float:
    """Return half of the width of strokes, by their area and how long their edges are.

    >>> _half_width(np.tile([False, True, True, False], (3, 1)))
    1.0
    """
    edges = sum(int(np.count_nonzero(np.diff(strokes, axis=axis))) for axis in (0, 1))
    return int(np.count_nonzero(strokes)) / max(edges, 1)


def _noise(paper: Array) -> float:
    """Return the standard deviation of paper, of which some may be ink."""
    for _ in range(ROUNDS):
        noise = math.sqrt(np.mean(paper**2))
        paper = paper[paper <= 2 * noise + 1e-6]
    return noise
