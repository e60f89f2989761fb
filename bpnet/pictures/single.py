"""A picture that shows one thing, a digit or another sign -> 28 x 28 pixels."""

from bpnet.array import Array
from bpnet.datasets import SIDE
from bpnet.errors import DataError
from bpnet.pictures.normalizing import normalized


def normalized_alone(grey: Array) -> Array:
    """Return the only digit of a grey picture (H, W) in MNIST's form, bytes (28, 28).

    Raises: DataError if there is none, or more than one.
    """
    digits = [digit.image for line in normalized(grey) for digit in line]
    if len(digits) != 1:
        raise DataError(f"shows {len(digits)} digits, or one in as many pieces: expected one")
    return digits[0]


def as_it_is(grey: Array, name: str) -> Array:
    """Return the grey levels of a picture that has MNIST's form already.

    Raises: DataError, naming the picture, if it has another size.
    """
    if grey.shape != (SIDE, SIDE):
        height, width = grey.shape
        raise DataError(f"{name}: {width} x {height} pixels: expected {SIDE} x {SIDE}")
    return grey
