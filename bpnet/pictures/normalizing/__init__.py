"""A person's picture -> its digits in MNIST's own form, 28 x 28: locate, clean, separate, fit.

All of it is plain arithmetic in float64, so that another language can do the same to the last grey
level.
"""

from typing import NamedTuple

from bpnet.array import Array
from bpnet.errors import DataError
from bpnet.pictures.normalizing.cleaning import cleaned
from bpnet.pictures.normalizing.fitting import fitted
from bpnet.pictures.normalizing.locating import located
from bpnet.pictures.normalizing.scaling import LARGEST, scaled
from bpnet.pictures.normalizing.separating import separated

SMALLEST = 8  # pixels


class Digit(NamedTuple):
    """A digit as the network sees it, bytes (28, 28); or several that touch."""

    image: Array
    touching: bool


def normalized(grey: Array) -> list[list[Digit]]:
    """Return the digits of a grey picture (H, W), from 0 to 255: line by line, from left to right.

    Ink may be dark on light or light on dark, the light uneven, the paper noisy.
    Raises: DataError if there is no ink, or no room for a digit.
    """
    if min(grey.shape) < SMALLEST:
        raise DataError(f"{grey.shape[1]} x {grey.shape[0]} pixels: too small for a digit")
    small = scaled(grey, min(1, LARGEST / max(grey.shape)))
    ink = cleaned(located(small))
    return [[Digit(fitted(piece.ink), piece.touching) for piece in line] for line in separated(ink)]
