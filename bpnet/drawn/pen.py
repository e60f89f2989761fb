"""From a style to a picture: jitter, curve, ink, frame."""

import numpy as np
from numpy.typing import NDArray

from bpnet.drawn.curves import Atlas, build_atlas
from bpnet.drawn.strokes import STYLES

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

BLOCK = 1000  # images drawn at once
BOX = 20  # side of the box every digit fills, as in MNIST
FRAME = 28  # side of the whole picture

JITTER = 0.04  # spread of a control point, where a digit is 2 high
SLANT = 0.12  # to the right, on average
WIDTH_SPREAD = 0.15  # spread of the logarithm of the width
RADIUS, RADIUS_SPREAD = 1.25, 0.25  # half a stroke's thickness in pixels, and log spread
SHARPNESS = 1.5  # radius of a stroke in standard deviations of its dots
EDGE = 1.0  # pixels from full ink to none
# How far (1, x, y) -> (x, y) deviates: rows x, y, x*x, x*y, y*y; columns to x, to y.
WARP_SPREAD = np.array(
    [[0.0, 0.05], [0.2, 0.0], [0.04, 0.05], [0.1, 0.05], [0.06, 0.05]], np.float32
)


def draw(count: int, rng: np.random.Generator) -> tuple[Bytes, Bytes]:
    """Draw ``count`` digits: images (count, 28, 28) and labels (count,)."""
    atlas = build_atlas(STYLES)
    labels = rng.integers(10, size=count, dtype=np.uint8)
    images = np.zeros((count, FRAME, FRAME), np.uint8)
    for start in range(0, count, BLOCK):
        block = slice(start, start + BLOCK)
        styles = choose(atlas, labels[block], rng)
        images[block] = frame(write(atlas, styles, rng))
    return images, labels


def choose(atlas: Atlas, labels: Bytes, rng: np.random.Generator) -> NDArray[np.intp]:
    """Pick a style for every label, each as often as its weight says."""
    position = labels + rng.random(len(labels))
    return np.searchsorted(atlas.shares, position, side="right")


def write(atlas: Atlas, styles: NDArray[np.intp], rng: np.random.Generator) -> Floats:
    """Write one digit per style into a 20 x 20 box, ink from 0 to 1."""
    points = warp(atlas.points[styles], rng)
    curves = atlas.splines[styles] @ points
    spread = rng.standard_normal((len(styles), 1, 1), dtype=np.float32)
    radii = np.float32(RADIUS) * np.exp(np.float32(RADIUS_SPREAD) * spread)
    curves = fit(curves, radii)
    return ink(curves, radii, atlas.down[styles], atlas.rests[styles])


def warp(points: Floats, rng: np.random.Generator) -> Floats:
    """Shake every control point, then bend, slant and stretch each digit as a whole."""
    points = points + np.float32(JITTER) * rng.standard_normal(points.shape, dtype=np.float32)
    x, y = points[..., 0], points[..., 1]
    terms = np.stack([x, y, x * x, x * y, y * y], axis=-1)
    coefficients = WARP_SPREAD * rng.standard_normal((len(points), 5, 2), dtype=np.float32)
    coefficients[:, 1, 0] -= np.float32(SLANT)
    points = points + terms @ coefficients
    stretch = rng.standard_normal((len(points), 1), dtype=np.float32)
    points[..., 0] *= np.exp(np.float32(WIDTH_SPREAD) * stretch)
    return points


def fit(curves: Floats, radii: Floats) -> Floats:
    """Scale and centre curves so that the ink's longer side is exactly the box."""
    low = curves.min(axis=1, keepdims=True)
    high = curves.max(axis=1, keepdims=True)
    longer = (high - low).max(axis=2, keepdims=True)
    scale = (BOX - 2 * radii) / longer
    return (curves - (low + high) / 2) * scale + np.float32((BOX - 1) / 2)


def ink(curves: Floats, radii: Floats, down: Floats, rests: Floats) -> Floats:
    """Sum a round dot per piece, exp(-d^2 / 2 s^2) = row factor * column factor."""
    sigma = radii / np.float32(SHARPNESS)
    steps = np.diff(curves, axis=1)
    lengths = np.sqrt((steps * steps).sum(axis=2)) * down
    weights = lengths / (np.float32(np.sqrt(2 * np.pi)) * sigma[..., 0]) + rests
    middles = (curves[:, :-1] + curves[:, 1:]) / 2
    pixels = np.arange(BOX, dtype=np.float32)
    columns = np.exp(-(((pixels - middles[..., :1]) / sigma) ** 2) / 2)
    rows = np.exp(-(((pixels - middles[..., 1:]) / sigma) ** 2) / 2)
    rows *= weights[..., None]
    density = rows.transpose(0, 2, 1) @ columns
    full = np.exp(-(((radii - EDGE / 2) / sigma) ** 2) / 2)
    none = np.exp(-(((radii + EDGE / 2) / sigma) ** 2) / 2)
    return np.clip((density - none) / (full - none), 0, 1)


def frame(ink: Floats) -> Bytes:
    """Move each box by whole pixels so that its centre of mass comes to index 14."""
    pixels = np.rint(ink * 255).astype(np.uint8)
    frames = np.zeros((len(pixels), FRAME, FRAME), np.uint8)
    image = np.arange(len(pixels))[:, None, None]
    row, column = offsets(pixels, 2)[:, :, None], offsets(pixels, 1)[:, None, :]
    frames[image, row, column] = pixels
    return frames


def offsets(pixels: Bytes, axis: int) -> NDArray[np.intp]:
    """Return where each of the 20 lines goes in the frame."""
    profile = pixels.sum(axis=axis, dtype=np.int64)
    lines = np.arange(BOX)
    centre = profile @ lines / profile.sum(axis=1)
    return np.clip(np.ceil(13.5 - centre), 0, 8).astype(np.intp)[:, None] + lines
