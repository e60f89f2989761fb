"""From styles to pictures: shake the control points, draw the curves, ink them.

A block of digits is one array all the way; the first axis counts the digits.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpnet.datasets.drawn.curves import PIECES, Atlas, Floats

BOX = 20  # every digit fills a box of 20 x 20 pixels, as in MNIST,
FRAME = 28  # and the box lies in a picture of 28 x 28

# Spreads (standard deviations) of a digit that reaches from -1 to 1:
JITTER = 0.07  # every control point on its own
RUBBER, REACH = 0.11, 0.5  # the page at each of 4 x 4 places, and how far that is felt
SLANT, SLANT_SPREAD = 0.08, 0.2  # rightward step per step upwards
CLIMB = 0.05  # upward step per step to the right
WIDTH = 0.15  # logarithm of the width

# The pen in pixels: half the thickness of a stroke, finer where loops would blot.
RADIUS = np.array([1.42, 1.42, 1.32, 1.32, 1.24, 1.26, 1.27, 1.34, 1.18, 1.15], np.float32)
FINEST = 0.6
PRESSURE, SWELLS = 0.22, 5  # of the ink's logarithm at each of 5 places along the path
EDGE = 1.3  # from full ink to none
SHARPNESS = 1.5  # standard deviations of the dots in one radius


class Pen(NamedTuple):
    """How thick strokes are beside RADIUS, and how far that spreads, as its logarithm."""

    thickness: float
    spread: float


def write(atlas: Atlas, styles: NDArray[np.intp], pen: Pen, rng: np.random.Generator) -> Floats:
    """Write one digit per style into its box, ink from 0 to 1."""
    points = atlas.points[styles]
    points = points + JITTER * normal(rng, *points.shape)
    curves = atlas.splines[styles] @ lean(bend(points, rng), rng)
    radii = RADIUS[atlas.digits[styles], None, None]
    radii *= pen.thickness * np.exp(pen.spread * normal(rng, len(styles), 1, 1))
    radii = np.maximum(radii, FINEST)
    force = press(len(styles), rng)
    return ink(fit(curves, radii), radii, atlas.down[styles] * force, atlas.rests[styles] * force)


def normal(rng: np.random.Generator, *shape: int) -> Floats:
    """Return standard normal numbers in single precision."""
    return rng.standard_normal(shape, dtype=np.float32)


def bell(distance: Floats) -> Floats:
    """Return exp(-t^2 / 2), which is 1 at 0 and nearly 0 beyond 3."""
    height: Floats = np.exp(distance * distance / -2)
    return height


def bend(points: Floats, rng: np.random.Generator) -> Floats:
    """Pull the page at 4 x 4 places: p + sum_k bell(|p - c_k| / reach) d_k."""
    places = np.linspace(-1, 1, 4, dtype=np.float32)
    near = bell((points[..., None] - places) / REACH)
    shares = near[:, :, 0, :, None] * near[:, :, 1, None, :]
    pulls = RUBBER * normal(rng, len(points), 16, 2)
    return points + shares.reshape(*points.shape[:2], 16) @ pulls


def lean(points: Floats, rng: np.random.Generator) -> Floats:
    """Slant every digit, let it climb and stretch its width."""
    slant, climb, width = normal(rng, 3, len(points), 1)
    x, y = points[..., 0], points[..., 1]
    slanted = x - (SLANT + SLANT_SPREAD * slant) * y
    return np.stack([slanted * np.exp(WIDTH * width), y - CLIMB * climb * x], axis=-1)


def press(count: int, rng: np.random.Generator) -> Floats:
    """Press unevenly along the path: exp(sum_k bell((t - t_k) / s) z_k).

    Harder strokes run broad, lighter ones thin, and the lightest leave a gap.
    """
    places = np.linspace(0, 1, SWELLS, dtype=np.float32)[:, None]
    along = np.linspace(0, 1, PIECES, dtype=np.float32)
    near = bell((along - places) * SWELLS / 0.6)  # each fades into the next
    force: Floats = np.exp(PRESSURE * normal(rng, count, SWELLS) @ near)
    return force


def fit(curves: Floats, radii: Floats) -> Floats:
    """Scale and centre the curves so that the ink's longer side is just the box."""
    low = curves.min(axis=1, keepdims=True)
    high = curves.max(axis=1, keepdims=True)
    scale = (BOX - 2 * radii) / (high - low).max(axis=2, keepdims=True)
    fitted: Floats = (curves - (low + high) / 2) * scale + (BOX - 1) / 2
    return fitted


def ink(curves: Floats, radii: Floats, down: Floats, rests: Floats) -> Floats:
    """Lay a round dot on every piece of the path and let the sum dry.

    A dot at (a, b) is bell(|(x - a, y - b)| / s) = bell((x - a) / s) bell((y - b) / s),
    a column times a row, so the sum over all dots is one product of two matrices.
    Dots as heavy as their piece is long make every straight stroke equally dark.
    """
    sigma = radii / SHARPNESS
    steps = np.diff(curves, axis=1)
    lengths = np.sqrt((steps * steps).sum(axis=2, keepdims=True)) * down[..., None]
    weights = lengths / (math.sqrt(2 * math.pi) * sigma) + rests[..., None]
    centres = (curves[:, :-1] + curves[:, 1:]) / 2
    pixels = np.arange(BOX, dtype=np.float32)
    columns = bell((pixels - centres[..., :1]) / sigma)
    rows = bell((pixels - centres[..., 1:]) / sigma) * weights
    return dry(rows.transpose(0, 2, 1) @ columns, radii, sigma)


def dry(density: Floats, radii: Floats, sigma: Floats) -> Floats:
    """Harden soft strokes: full ink inside the edge, none outside, grey between."""
    full = bell((radii - EDGE / 2) / sigma)
    none = bell((radii + EDGE / 2) / sigma)
    return np.clip((density - none) / (full - none), 0, 1)


def frame(ink: Floats) -> NDArray[np.uint8]:
    """Move each box by whole pixels so that its centre of mass comes to index 14."""
    pixels = np.rint(ink * 255).astype(np.uint8)
    return settle(settle(pixels).transpose(0, 2, 1)).transpose(0, 2, 1)


def settle(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the 20 rows of each box where their centre of mass is in [13.5, 14.5)."""
    profile, lines = pixels.sum(axis=2, dtype=np.intp), np.arange(BOX)
    shift = np.ceil(13.5 - profile @ lines / profile.sum(axis=1)).astype(np.intp)
    # One spare line at either end: a very top-heavy 7 sinks below the frame by one.
    rows = np.clip(shift, -1, FRAME - BOX + 1)[:, None] + lines + 1
    frames = np.zeros((len(pixels), FRAME + 2, pixels.shape[2]), np.uint8)
    frames[np.arange(len(pixels))[:, None], rows] = pixels
    return frames[:, 1:-1]
