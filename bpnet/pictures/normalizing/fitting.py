"""A digit's ink -> MNIST's own form: 20 pixels along its longer side, centred by its mass.

A network that has seen nothing else reads little else; so a digit is brought to that form, by what
NIST did with its scans.
"""

import math

import numpy as np

from bpnet.array import Array
from bpnet.datasets.splits import SIDE
from bpnet.pictures.normalizing.scaling import scaled

BOX, CENTRE = 20, 14  # pixels, of MNIST
STRONG = 0.4  # of the strongest ink


def fitted(ink: Array) -> Array:
    """Return the ink of one digit as bytes (28, 28)."""
    rows, columns = (_extent(ink, axis) for axis in (1, 0))
    box = ink[rows, columns]
    digit = scaled(box, BOX / max(box.shape))
    digit *= 255 / digit.max()
    image = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (_start(digit, axis) for axis in (0, 1))
    height, width = digit.shape
    image[top : top + height, left : left + width] = np.floor(digit + 0.5)
    return image


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


def _start(digit: Array, axis: int) -> int:
    """Return where the digit begins, so that its centre of mass is at the centre, if it fits."""
    mass = digit.sum(axis=1 - axis)
    centre = float(np.arange(len(mass)) @ mass / mass.sum())
    start = math.floor(CENTRE - centre + 0.5)
    return min(max(start, 0), SIDE - len(mass))
