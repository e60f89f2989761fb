"""Views: what a network sees of an image, as it is, deslanted, or so many pixels wide.

Each row of pixels is read at other columns, stretched about the ink's centre of mass, and moved
the more the further the row is from it. All of this follows from the image alone, never from its
label. No ink leaves the frame.
Sources: LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition,
1998, for deslanting; Meier, Cireşan, Gambardella, Schmidhuber, Better digit recognition with a
committee of simple neural nets, ICDAR 2011, for widths.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np

from bpnet.array import Array
from bpnet.datasets.distortions import sampled
from bpnet.datasets.splits import SIDE, Dataset, Split

# Of the ink (N, 28, 28), and how far each of its rows and columns is from the centre of mass
# (N, 28): how many columns a row is read further right for each row that it is further down, and
# how many times as wide the ink becomes, (N,).
View: TypeAlias = Callable[[Array, Array, Array], tuple[Array, Array]]

PART = 50  # images are viewed together: many need no more memory than these
STEEPEST = 1.0  # columns that a row is moved for each row between it and the centre, at most
LEAST = 1e-9  # ink, or a moment of it, that is none
STILL = 1e-6  # rows from the centre, at which a row is not moved
WIDEST = 2.0  # times as wide as it is becomes ink at most
NARROW = 0.42  # ink whose width is less than this share of its height, such as a 1, is not widened


def of_dataset(view: str, dataset: Dataset) -> Dataset:
    """Return the dataset in the view."""
    return replace(
        dataset,
        train=of_split(view, dataset.train),
        validation=of_split(view, dataset.validation),
        test=of_split(view, dataset.test),
    )


def of_split(view: str, split: Split) -> Split:
    """Return the split in the view; one that is in it already as it is.

    Raises: ValueError if it is in another: what that has moved is gone.
    """
    if split.view == view:
        return split
    if split.view != "as-is":
        raise ValueError(f"images that are {split.view} cannot become {view}")
    return replace(split, images=seen(view, split.images), view=view)


def seen(view: str, images: Array) -> Array:
    """Return images (N, 784), bytes or numbers from 0 to 1, in the view.

    >>> line = np.zeros((28, 28), np.uint8)
    >>> line[[12, 13, 14], [15, 14, 13]] = 255
    >>> seen("deslanted", line.reshape(1, 784)).reshape(28, 28)[12:15, 13:16].tolist()
    [[0, 255, 0], [0, 255, 0], [0, 255, 0]]
    """
    if view == "as-is":
        return images
    viewed = np.empty_like(images)
    for start in range(0, len(images), PART):
        part = images[start : start + PART]
        pixels = sampled(part, _places(VIEWS[view], part.reshape(-1, SIDE, SIDE)))
        viewed[start : start + PART] = np.rint(pixels) if images.dtype == np.uint8 else pixels
    return viewed


def _places(view: View, images: Array) -> Array:
    """Return where each pixel is read, as `sampled` takes it: (28, 2, N, 28)."""
    grid = np.arange(SIDE)
    ink = images.astype(np.float64)
    mass = np.maximum(ink.sum(axis=(1, 2)), LEAST)[:, None]
    down, across = (grid - (ink.sum(axis=axis) @ grid)[:, None] / mass for axis in (2, 1))
    slant, stretch = view(ink, down, across)
    places = np.empty((SIDE, 2, len(images), SIDE), np.float32)
    places[:, 0] = grid[:, None, None]
    places[:, 1] = grid - across + across / stretch[:, None]
    places[:, 1] += (slant[:, None] * down).T[:, :, None]
    return places


def _deslanted(ink: Array, down: Array, across: Array) -> tuple[Array, Array]:
    """Return the slant s = cov(down, across) / var(down) of the ink, and 1, no stretch.

    It is 0 where there is no ink, or the ink has no height, and no more than the frame has room
    for, or STEEPEST.
    """
    moment = np.einsum("nij,ni,nj->n", ink, down, across)
    square = np.einsum("nij,ni,ni->n", ink, down, down)
    s = np.divide(moment, square, out=np.zeros_like(square), where=square > LEAST)
    inked = ink != 0
    free = ~inked.any(axis=2) | (np.abs(down) < STILL)  # whatever the slant, no ink of it moves
    left = np.where(free, SIDE, inked.argmax(axis=2))  # columns on this side of a row's ink
    right = np.where(free, SIDE, inked[:, :, ::-1].argmax(axis=2))
    leftwards, rightwards = np.where(down > 0, [left, right], [right, left])
    far = np.maximum(np.abs(down), STILL)
    most = np.minimum(STEEPEST, (leftwards / far).min(axis=1))
    least = -np.minimum(STEEPEST, (rightwards / far).min(axis=1))
    return np.clip(s, least, most), np.ones_like(s)


def _widened(width: int, ink: Array, down: Array, across: Array) -> tuple[Array, Array]:
    """Return no slant, 0, and the stretch that makes the ink so many pixels wide, or two more.

    Each of its pixels covers a part of the next ones. Narrow ink is not stretched, no ink more than
    to WIDEST times its width, or than the frame has room for.
    """
    left, right = _ends(ink.max(axis=1), across)
    top, bottom = _ends(ink.max(axis=2), down)
    wide, high = right - left + 1, bottom - top + 1
    most = np.where(wide < NARROW * high, 1, WIDEST)
    room = np.minimum((1 - across[:, 0]) / (1 - left), (1 + across[:, -1]) / (1 + right))
    stretch = np.minimum(width / wide, np.minimum(most, np.maximum(1, room)))
    return np.zeros_like(wide), stretch


def _ends(darkest: Array, distances: Array) -> tuple[Array, Array]:
    """Return how far the first and the last row or column with ink is from the centre, (N,)."""
    own = np.where(darkest > 0, distances, 0)
    return own.min(axis=1), own.max(axis=1)


VIEWS: dict[str, View] = {  # those of the registry, but for as-is
    "deslanted": _deslanted,
    "width-18": partial(_widened, 18),
}
