"""A digit's ink -> MNIST's own form: 20 pixels along its longer side, centred by its mass.

A network that has seen nothing else reads little else; so a digit is brought to that form, by what
NIST did with its scans.
"""

import math

import numpy as np

from bpnet.array import Array
from bpnet.datasets.splits import SIDE
from bpnet.pictures.normalizing.scaling import scaled
from bpnet.pictures.normalizing.separating import WEAK

BOX, CENTRE = 20, 14  # pixels, of MNIST
TRACE = 0.002  # of the strongest ink, half a grey level: what is weaker is rounding
THIN = 1.26  # pixels: 98 % of MNIST's digits have thicker strokes
FULL = 0.7  # of the ink of a thin digit is weaker than what becomes 255; chosen on 169 pictures


def fitted(ink: Array) -> Array:
    """Return the ink of one digit as bytes (28, 28)."""
    box = _boxed(ink)
    digit = scaled(box, BOX / max(box.shape))
    digit = _thickened(digit * (255 / digit.max()))
    image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (_start(digit, axis) for axis in (0, 1))
    height, width = digit.shape
    image[top : top + height, left : left + width] = np.floor(digit + 0.5)
    return image


def _thickened(digit: Array) -> Array:
    """Return the digit; if its strokes are thinner than MNIST's, brighter and thicker ones.

    A thin pen is at full strength only where its strokes cross. The thinner it is, the more of its
    level a pixel gives to those beside it.
    """
    padded = np.pad(digit, 1)
    outline = sum(np.abs(np.diff(padded, axis=axis)).sum() for axis in (0, 1))
    missing = THIN - 2 * digit.sum() / outline  # a stroke's ink is length x thickness
    if missing <= 0:
        return digit
    inked = np.sort(digit[digit > WEAK * 255])
    beside = [padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]
    wider = np.maximum(digit, min(1, missing) * np.maximum.reduce(beside))
    bright: Array = np.minimum(wider * (255 / inked[math.floor(FULL * len(inked))]), 255)
    return bright


def _boxed(ink: Array) -> Array:
    """Return the part of the ink that is the digit: strong ink, and an edge of weak ink round it.

    The edge is no wider than a pixel of MNIST: what is further out is a shadow, or noise.

    >>> _boxed(np.array([[0, 0, 0, 0, 0], [1, 2, 1, 90, 1], [0, 0, 0, 90, 1]])).tolist()
    [[1, 90, 1], [0, 90, 1]]
    """
    levels = [ink.max(axis=axis) for axis in (1, 0)]
    ends = [_strong(strongest) for strongest in levels]
    edge = max(1, max(end - start for start, end in ends) // (BOX - 2))
    traces = [strongest > TRACE * ink.max() for strongest in levels]
    rows, columns = map(_widened, ends, traces, (edge, edge))
    return ink[rows, columns]


def _strong(strongest: Array) -> tuple[int, int]:
    """Return from where to where the strongest ink of each row, or column, is not weak."""
    strong = np.flatnonzero(strongest > WEAK * strongest.max())
    return int(strong[0]), int(strong[-1]) + 1


def _widened(ends: tuple[int, int], traces: Array, edge: int) -> slice:
    """Return the rows, or columns, between these ends and of ink at most so far beyond them."""
    start, end = ends
    for _ in range(edge):
        start -= start > 0 and bool(traces[start - 1])
        end += end < len(traces) and bool(traces[end])
    return slice(start, end)


def _start(digit: Array, axis: int) -> int:
    """Return where the digit begins, so that its centre of mass is at the centre, if it fits."""
    mass = digit.sum(axis=1 - axis)
    centre = float(np.arange(len(mass)) @ mass / mass.sum())
    start = math.floor(CENTRE - centre + 0.5)
    return min(max(start, 0), SIDE - len(mass))
