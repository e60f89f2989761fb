"""Digits drawn by the program itself: a stand-in for MNIST without a network."""

import numpy as np
from numpy.typing import NDArray

from bpnet.datasets.drawn.curves import build_atlas, choose
from bpnet.datasets.drawn.pen import frame, write
from bpnet.datasets.drawn.strokes import STYLES

VERSION = 1  # raise whenever the same generator would draw other digits

BLOCK = 200  # digits drawn at once: few enough to stay in the processor's cache

__all__ = ["VERSION", "draw"]


def draw(count: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw ``count`` digits: images (count, 28, 28) and labels (count,)."""
    atlas = build_atlas(STYLES)
    labels = rng.integers(10, size=count, dtype=np.uint8)
    images = np.empty((count, 28, 28), np.uint8)
    for start in range(0, count, BLOCK):
        block = slice(start, start + BLOCK)
        styles = choose(atlas, labels[block], rng)
        images[block] = frame(write(atlas, styles, rng))
    return images, labels
