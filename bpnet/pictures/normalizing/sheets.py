"""A sheet of paper on a desk, the page in a border, the canvas of an app, the plot in its axes.

Each is a rectangle, hardly turned, of one shade: at some level of grey it hangs together, and is
parted from all that is round it by a sharp edge.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from bpnet.pictures.normalizing.labelling import in_runs, labelled

# Chosen on the handed pictures and on renderings of training images on desks, in borders, in apps,
# and on paper without a desk, where nothing may be found. Distances are pixels of 200 along a side.
LEVELS = 12  # at which light and dark are told apart, evenly from the darkest to the lightest
LEAST = 0.08  # of the picture: a smaller rectangle is no sheet
BLANK = 0.25  # of the picture: a smaller rectangle with nothing in it is ink
LONGEST = 2.2  # times as long as wide: a longer rectangle with nothing in it is ink
FULL = 0.9  # of a rectangle that fits round it; an ellipse has 0.785
SOLID = 0.65  # of the sheet is paper; a ring is a digit
CLEAR = 0.3  # of the step of the sharpest sheet
STEP = 15  # grey levels, from the sheet to what is round it
INWARD, OUTWARD, BEYOND = 3, 3, 8  # from the edge: what is paper, where the edge ends, a thin line
AROUND = 20  # a frame reaches no further out than that, with its ticks
TOUCH = 0.2  # of a side of the picture; a corner of a turned sheet may be cut off
INK = 0.001  # of the sheet
LIKE = 1.3  # times as large or as small: another sheet beside it is a box of the same form


class _Sheet(NamedTuple):
    """The rectangle, as the columns [lefts, rights] of each row from the top, and what it holds."""

    inside: Array  # bool (H, W)
    area: int
    ink: int  # pixels of the other shade
    step: float  # grey levels at the least sharp of its sides


def sheet(grey: Array) -> Array | None:
    """Return which pixels are the innermost sheet, or None if the picture is all paper.

    The boxes of a form are sheets side by side: all that are about as large count.
    """
    found = [sheet for level in _levels(grey) for sheet in _sheets(grey, level)]
    found = [sheet for sheet in found if sheet.ink > INK * sheet.area] or found
    sharp = max((sheet.step for sheet in found), default=0) * CLEAR
    large = [sheet for sheet in found if sheet.step > sharp and sheet.area >= LEAST * grey.size]
    if not large:
        return None
    inside, area = min(large, key=lambda sheet: sheet.area)[:2]
    for other in found:
        if area / LIKE < other.area < area * LIKE and not (inside & other.inside).any():
            inside = inside | other.inside
    return inside


def _levels(grey: Array) -> Array:
    low, high = grey.min(), grey.max()
    levels: Array = low + (high - low) * (np.arange(LEVELS) + 0.5) / LEVELS
    return levels


def _sheets(grey: Array, level: float) -> Iterator[_Sheet]:
    """Yield the sheets that are lighter than a level, or darker, where all round them is not."""
    light, dark, least = grey > level, grey <= level, SOLID * LEAST / LIKE * grey.size
    for mask, others in ((light, dark), (dark, light)):
        if np.count_nonzero(mask) <= least:
            continue
        runs = in_runs(mask)
        for number in np.flatnonzero(runs.sizes() > least):
            found = _as_sheet(grey, runs.painted(runs.pieces == number), others)
            if found:
                yield found


def _as_sheet(grey: Array, region: Array, others: Array) -> _Sheet | None:
    """Return the region as a sheet, with its holes; None if it is none, beside these others."""
    touched = _touched(region)
    if sum(touched) > 2 or (any(touched[:2]) and any(touched[2:])):
        return None
    rows, lefts, rights = _spans(region)
    area = int((rights - lefts).sum())
    if area < LEAST / LIKE * grey.size or np.count_nonzero(region) < SOLID * area:
        return None
    long, wide = _rectangle(rows, lefts, rights)
    if area < FULL * long * wide:
        return None
    inside = _filled(region)
    corners = others[:: len(others) - 1, :: others.shape[1] - 1]
    ink = area - int(np.count_nonzero(region))
    if ink <= INK * area and (
        area < BLANK * grey.size or long > LONGEST * wide or corners.sum() < 3
    ):
        return None
    step = _step(grey, region, labelled(others)[0])
    return _Sheet(inside, area, ink, step) if step >= STEP else None


def _spans(region: Array) -> tuple[Array, Array, Array]:
    """Return the rows that a region is in, and in each its first column and that after its last.

    >>> _spans(np.array([[0, 0, 0, 0], [0, 1, 0, 1]], bool))
    (array([1]), array([1]), array([4]))
    """
    rows = np.flatnonzero(region.any(axis=1))
    part = region[rows]
    return rows, part.argmax(axis=1), part.shape[1] - part[:, ::-1].argmax(axis=1)


def _filled(region: Array) -> Array:
    """Return the pixels that have some of the region at their left, right, above and below."""
    filled = np.ones_like(region)
    for turned, into in ((region, filled), (region.T, filled.T)):
        into &= np.logical_or.accumulate(turned, axis=1)
        into &= np.logical_or.accumulate(turned[:, ::-1], axis=1)[:, ::-1]
    return filled


def _touched(region: Array) -> list[bool]:
    """Return whether the region touches the top, bottom, left and right of the picture."""
    sides = region[0], region[-1], region[:, 0], region[:, -1]
    return [bool(np.count_nonzero(side) / len(side) > TOUCH) for side in sides]


def _rectangle(rows: Array, lefts: Array, rights: Array) -> tuple[float, float]:
    """Return the sides of the smallest rectangle round the spans, turned by 45 degrees at most."""
    y = np.concatenate([rows, rows, rows + 1, rows + 1])
    x = np.concatenate([lefts, rights, lefts, rights])
    angles = np.deg2rad(np.arange(-45, 45, 3))[:, None]
    along = np.cos(angles) * x + np.sin(angles) * y
    across = np.cos(angles) * y - np.sin(angles) * x
    sides = np.stack([np.ptp(along, axis=1), np.ptp(across, axis=1)])
    sides = sides[:, sides.prod(axis=0).argmin()]
    return float(sides.max()), float(sides.min())


def _step(grey: Array, region: Array, others: Array) -> float:
    """Return the grey levels between sheet and surroundings at the side where they are fewest.

    It is 0 if a thin line beside the sheet goes on beyond it, as the lines of squared paper do.
    """
    steps = []
    sign = 1 if grey[region].mean() > grey[others > 0].mean() else -1
    for turns in range(4):
        turned = [np.rot90(field, turns) for field in (sign * grey, region, others)]
        if not _touched(turned[1])[2]:
            steps.append(_step_at_left(*turned))
    return min(steps)


def _step_at_left(bright: Array, region: Array, others: Array) -> float:
    rows, lefts, _ = _spans(region)
    some = slice(len(rows) // 4, len(rows) - len(rows) // 4)  # the corners may be turned
    rows, edges = rows[some], lefts[some]
    inside = bright[rows, np.minimum(edges + INWARD, bright.shape[1] - 1)]
    outside = [bright[rows, np.maximum(edges - out, 0)] for out in range(1, OUTWARD + 1)]
    beside = np.bincount(others[rows, np.maximum(edges - 1, 0)]).argmax()
    beyond = others[rows, np.maximum(edges - BEYOND, 0)] == beside
    if np.mean(beyond) < 0.5:
        line = others == beside
        if lefts.min() - _spans(line)[1].min() > AROUND or _touched_at_all(line):
            return 0
    return float(np.quantile(inside - np.min(outside, axis=0), 0.1))  # where ink is beside it, too


def _touched_at_all(line: Array) -> bool:
    return bool(line[0].any() or line[-1].any() or line[:, 0].any() or line[:, -1].any())
