"""Where the paper is, and whether ink is dark or light: ink becomes bright."""

from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from bpnet.pictures.normalizing.averaging import averaged, shrunk
from bpnet.pictures.normalizing.labelling import labelled
from bpnet.pictures.normalizing.scaling import enlarged, scaled
from bpnet.pictures.normalizing.sheets import sheet

# Chosen on the handed pictures and on renderings of training images.
COARSE = 200  # pixels along a side, enough to find a sheet with
EDGE = 2  # of these pixels: what lies at the edge of the paper may be none
TINY = 12  # pixels along the shorter side
FRINGE = 0.1  # of the border of so small a picture is ink, if the digit fills it
NARROW = 100  # pixels along a side, enough to tell ink from paper with
AROUND = 0.35  # of the picture's side, what is round a stroke


class Paper(NamedTuple):
    """A part of a picture, ink bright in it, and which of its pixels are paper or ink."""

    bright: Array
    inside: Array


def located(grey: Array) -> Paper:
    """Return the part of the picture that is paper, turned so that ink is bright."""
    part, inside = _cut_out(grey)
    return Paper(part if _is_dark(part, inside) else 255 - part, inside)


def _cut_out(grey: Array) -> tuple[Array, Array]:
    """Return the part of the picture with the paper in it, and which pixels of that are paper."""
    coarse = scaled(grey, min(1, COARSE / max(grey.shape)))
    found = sheet(coarse) if min(coarse.shape) > 1 else None
    whole = np.zeros(coarse.shape, bool) if found is None else shrunk(found, EDGE)
    if not whole.any():
        return grey, np.ones(grey.shape, bool)
    inside = enlarged(whole, grey.shape)
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return grey[box], inside[box]


def _is_dark(grey: Array, inside: Array) -> bool:
    """Whether the border is nearer to the darkest than to the lightest, and ink to the lightest.

    Strokes are narrow: what is much darker than its surroundings is ink, or what is much lighter.
    """
    border, paper = grey[inside & ~shrunk(inside, 1)], grey[inside]
    low, high = paper.min(), paper.max()
    middle = (low + high) / 2
    crossed = FRINGE < np.mean(border > middle) < 1 - FRINGE
    filling = _filling(grey, middle) if crossed and inside.all() else None
    if filling is not None:
        return filling
    share = (2 * border.mean() - low - high) / max(high - low, 1)
    return bool(share < _skew(grey, inside))


def _filling(grey: Array, middle: float) -> bool | None:
    """Return whether a light digit fills the picture, or a dark one; None if that is not known.

    In so few pixels there may be no room round a digit: then both shades are at the border, which
    says nothing; but the ink hangs together, and the paper does not.
    """
    light = grey > middle
    pieces, others = labelled(light)[1], labelled(~light)[1]
    return None if pieces == others or min(grey.shape) > TINY else pieces < others


def _skew(grey: Array, inside: Array) -> float:
    """Return 1 if what differs from its surroundings is lighter, -1 if it is darker."""
    coarse = scaled(np.where(inside, grey, grey[inside].mean()), min(1, NARROW / max(grey.shape)))
    away = coarse - averaged(coarse, 2 * int(AROUND * max(coarse.shape) / 2) + 1)
    away = (away - np.median(away)) ** 3
    return float(away.sum() / max(np.abs(away).sum(), 1))
