"""The ink of a picture -> its digits, from left to right, line by line."""

from typing import NamedTuple

from bpnet.array import Array


class Piece(NamedTuple):
    """The ink of one digit, or of several that touch and cannot be told apart."""

    ink: Array
    touching: bool


def separated(ink: Array) -> list[list[Piece]]:
    """Return the lines of digits that the ink holds."""
    return [[Piece(ink, touching=False)]]
