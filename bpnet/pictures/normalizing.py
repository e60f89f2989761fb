"""A person's picture of a digit -> MNIST's own form, 28 x 28.

MNIST's digits are white on black, 20 pixels along their longer side, with their centre of mass at
pixel (14, 14). A network that has seen nothing else reads little else; so a picture is brought to
that form first, by what NIST did with its scans. All of it is plain arithmetic in float64, so that
another language can do the same to the last grey level.
"""

import math

import numpy as np

from bpnet.array import Array
from bpnet.datasets.splits import SIDE
from bpnet.errors import DataError

BOX, CENTRE = 20, 14
STRIP = 256  # rows that are float64 at a time: a large picture stays bytes
SMALLEST = 8  # pixels
LARGEST = 200  # pixels along a side: what is larger is made smaller, which averages noise out
ROUNDS = 8  # of finding the background without the ink
FAINTEST = 12  # grey levels of 255 between ink and background
STRONG = 0.4  # of the strongest ink
NOISE = 4  # standard deviations that ink must rise above what the background has of its own


def normalized(grey: Array) -> Array:
    """Return a grey picture (H, W) of any size, from 0 to 255, as bytes (28, 28) in MNIST's form.

    Ink may be dark on light or light on dark, the light uneven, the paper noisy.
    Raises: DataError if there is no ink, or no room for a digit.
    """
    if min(grey.shape) < SMALLEST:
        raise DataError(f"{grey.shape[1]} x {grey.shape[0]} pixels: too small for a digit")
    small = _scaled(grey, min(1, LARGEST / max(grey.shape)))
    ink = _ink(small if _is_dark(small) else 255 - small)
    if not ink.any():
        raise DataError("no ink in it")
    rows, columns = (_extent(ink, axis) for axis in (1, 0))
    box = ink[rows, columns]
    digit = _scaled(box, BOX / max(box.shape))
    digit *= 255 / digit.max()
    image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (_start(digit, axis) for axis in (0, 1))
    height, width = digit.shape
    image[top : top + height, left : left + width] = np.floor(digit + 0.5)
    return image


def _scaled(grey: Array, scale: float) -> Array:
    """Return the picture at another size: each new pixel is the mean of what it covers.

    The longer side comes first: then little is left, and little is float64, whatever the shape.
    """
    if grey.shape[0] < grey.shape[1]:
        return _scaled(grey.T, scale).T
    height, width = (max(1, math.floor(side * scale + 0.5)) for side in grey.shape)
    return _means(_means(grey, height).T, width).T


def _means(rows: Array, new: int) -> Array:
    """Return so many new rows, each the mean of the old ones that it covers, or of parts of them.

    >>> _means(np.array([[0], [3], [6]]), 2).round(3).tolist()
    [[1.0], [5.0]]
    """
    old = len(rows)
    edges = np.arange(new + 1) * (old / new)
    means = np.empty((new, rows.shape[1]))
    step = max(1, STRIP * new // old)
    for first in range(0, new, step):
        some = edges[first : first + step + 1]
        start, end = math.floor(some[0]), min(old, math.ceil(some[-1]))
        shares = _overlaps(some, start, end) * (new / old)
        means[first : first + step] = shares @ rows[start:end]
    return means


def _overlaps(edges: Array, start: int, end: int) -> Array:
    """Return how much of each old pixel from start to end lies between each two edges.

    >>> _overlaps(np.array([0, 1.5, 3]), 0, 3).tolist()
    [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]
    """
    pixels = np.arange(start, end)
    ends = np.minimum(edges[1:, None], pixels + 1)
    starts = np.maximum(edges[:-1, None], pixels)
    overlaps: Array = np.maximum(ends - starts, 0)
    return overlaps


def _is_dark(grey: Array) -> bool:
    """Whether the border is nearer to the darkest than to the lightest there is."""
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    return bool(border.mean() * 2 < grey.min() + grey.max())


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


def _extent(ink: Array, axis: int) -> slice:
    """Return from where to where the digit goes: strong ink, and what of the weak adjoins it.

    Weak ink that lies apart is a shadow, or dirt.
    """
    strongest = ink.max(axis=axis)
    strong = np.flatnonzero(strongest > STRONG * ink.max())
    start, end = int(strong[0]), int(strong[-1]) + 1
    while start and strongest[start - 1]:
        start -= 1
    while end < len(strongest) and strongest[end]:
        end += 1
    return slice(start, end)


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


def _start(digit: Array, axis: int) -> int:
    """Return where the digit begins, so that its centre of mass is at the centre, if it fits."""
    mass = digit.sum(axis=1 - axis)
    centre = float(np.arange(len(mass)) @ mass / mass.sum())
    start = math.floor(CENTRE - centre + 0.5)
    return min(max(start, 0), SIDE - len(mass))
