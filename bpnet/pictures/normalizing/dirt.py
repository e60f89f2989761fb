"""What lies on paper beside digits: stains, punch holes, a piece of a neighbour at the edge."""

from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from bpnet.pictures.normalizing.averaging import shrunk, softened, widened
from bpnet.pictures.normalizing.boxes import boxes_round
from bpnet.pictures.normalizing.labelling import labelled
from bpnet.pictures.normalizing.shadows import opened
from bpnet.pictures.normalizing.surfaces import risen

# Chosen on the handed pictures and on renderings of training images with each kind of dirt.
BROAD = 2.5  # widths of a stroke: what is wider and weak is a stain
FAINT, PALE = 0.1, 0.4  # of the strongest ink: the least and the most of a stain
SEEN = 0.5  # of a stain, and of a square so wide, is beside the ink; else it is inside a loop
NOTHING = 1  # grey level: what is less hangs all paper together
EDGE = 2  # pixels: as near to the edge of the paper is what touches it
CUT = 0.45  # of the height of the largest piece: a neighbour's that is cut off is narrower
DOT = 0.5  # of that height: a punch hole is smaller
ROUND = 0.15  # of the ellipse in its box is how much a hole may have more, or less
LONG = 1.3  # times as long as wide, at the most, is a hole


class _Pieces(NamedTuple):
    """Ink that hangs together: a number for each pixel, 0 for none; the rest by this number."""

    labels: Array
    heights: Array
    widths: Array
    areas: Array  # pixels
    peaks: Array  # the strongest ink
    cut: Array  # whether it touches the edge of the paper


def without_stains(rise: Array, stroke: float) -> Array:
    """Return the rise above what is weak and wider than strokes of this width."""
    width = int(np.ceil(BROAD * stroke))
    if width >= min(rise.shape):
        return rise
    soft, least, most = softened(rise), FAINT * rise.max(), PALE * rise.max()
    wide = opened(soft, (width, width))
    wide = np.where((wide > NOTHING) & (wide < most), wide, 0)
    if not wide.any():
        return risen(rise, wide)
    labels, count = labelled(wide > 0)
    peaks = _peaks(labels, count, wide)
    sizes = np.bincount(labels.ravel(), minlength=1)
    beside = np.bincount(labels.ravel(), soft.ravel() < most)
    stains = (peaks > least) & (beside > SEEN * np.maximum(sizes, width**2))
    return risen(rise, np.where(stains[labels], wide, 0))


def without_dirt(ink: Array, weak: float, inside: Array) -> Array:
    """Return the ink without pale pieces, punch holes and what the edge of the paper cuts off.

    What is weak is no piece: it is the soft edge of one.
    """
    pieces = _pieces(ink, weak, inside)
    sizes = np.maximum(pieces.heights, pieces.widths)
    narrow = np.minimum(pieces.heights, pieces.widths)
    strong = pieces.peaks > PALE * pieces.peaks.max()
    largest = sizes[strong].max()
    whole = sizes[strong & ~pieces.cut].max(initial=0)
    ellipses = np.pi / 4 * pieces.heights * pieces.widths
    holes = (np.abs(pieces.areas / np.maximum(ellipses, 1) - 1) < ROUND) & (sizes < LONG * narrow)
    cut = pieces.cut & (narrow < CUT * whole)
    if (strong & pieces.cut & ~cut).any():  # a digit is cut off itself: they may be parts of it
        cut[:] = False
    gone = ~strong | cut | (holes & (sizes < DOT * largest))
    gone[0] = False
    near = widened(gone[pieces.labels], 2)
    kept = ~gone[pieces.labels] & (pieces.labels > 0)
    return np.where(near & ~widened(kept, 1), 0, ink)


def _pieces(ink: Array, weak: float, inside: Array) -> _Pieces:
    labels, count = labelled(ink > weak)
    soft = softened(ink)
    top, left, bottom, right = np.pad(boxes_round(labels, count), ((1, 0), (0, 0))).T
    peaks = _peaks(labels, count, soft)
    cut = np.zeros(count + 1, bool)
    cut[labels[~shrunk(inside, EDGE)]] = True
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    return _Pieces(labels, bottom - top, right - left, areas, peaks, cut)


def _peaks(labels: Array, count: int, levels: Array) -> Array:
    """Return the highest level of each of so many labels; 0 for none."""
    peaks, inside = np.zeros(count + 1), labels > 0
    np.maximum.at(peaks, labels[inside], levels[inside])
    return peaks
