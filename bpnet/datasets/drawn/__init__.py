"""Digits drawn by the program itself: a stand-in for MNIST without a network, and what MNIST lacks.

There is a hand for each dataset. `drawn` writes as the people of MNIST did. `sketched` writes as
people do with a mouse or on a tablet: with a thinner pen, in every style as often as in any other,
and its ones often have an upstroke.
"""

import re
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bpnet.datasets.drawn.curves import Atlas, build_atlas, choose
from bpnet.datasets.drawn.pen import Pen, frame, write
from bpnet.datasets.drawn.strokes import STYLES, UPSTROKES

VERSION = 1  # raise whenever the same generator would draw other digits

BLOCK = 200  # digits drawn at once: few enough to stay in the processor's cache


class Hand(NamedTuple):
    """What is written: the strokes of every style, and the pen."""

    styles: dict[int, str]
    pen: Pen


def evenly(table: dict[int, str]) -> dict[int, str]:
    """Return a table of strokes in which every style is as common as any other of its digit.

    >>> evenly({7: "20 plain 1205 8502!\\n3 crossed 1205 8502!"})
    {7: '1 plain 1205 8502!\\n1 crossed 1205 8502!'}
    """
    return {digit: re.sub(r"(?m)^\d+", "1", text) for digit, text in table.items()}


HANDS = {
    "drawn": Hand(STYLES, Pen(thickness=1, spread=0.22)),
    "sketched": Hand(
        evenly(STYLES | {1: STYLES[1] + UPSTROKES.lstrip()}), Pen(thickness=0.65, spread=0.4)
    ),
}

__all__ = ["HANDS", "VERSION", "Hand", "draw"]


def draw(
    count: int, rng: np.random.Generator, hand: Hand = HANDS["drawn"]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw ``count`` digits: images (count, 28, 28) and labels (count,)."""
    atlas = _atlas(*hand.styles.items())
    labels = rng.integers(10, size=count, dtype=np.uint8)
    images = np.empty((count, 28, 28), np.uint8)
    for start in range(0, count, BLOCK):
        block = slice(start, start + BLOCK)
        styles = choose(atlas, labels[block], rng)
        images[block] = frame(write(atlas, styles, hand.pen, rng))
    return images, labels


@cache
def _atlas(*table: tuple[int, str]) -> Atlas:
    """Return the atlas of a table of strokes, which takes 0.2 s the first time."""
    return build_atlas(dict(table))
