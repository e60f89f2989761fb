"""Ruled, squared and margin lines: found as a whole, taken away, what crosses them mended.

A line is thin, straight and as good as level, and goes from one edge of the paper to the other: a
digit's stroke does not. It is looked for in strips of columns, each averaged to one column.
"""

import math
from typing import NamedTuple

import numpy as np

from bpnet.array import Array

# Chosen on renderings of training images on ruled and squared paper, and on those of the README.
SHORTEST = 64  # pixels: on a narrower picture no line can be told from a stroke
STRIPS = 16  # of the picture
TURNED = 0.065  # rows that a line may go up or down for each column, 3.7 degrees
BESIDE = 5  # rows from the middle of a line, where there is none of it any more
THICKEST = 3  # rows from the middle of a line to its edge
SEEN = 3.5  # standard deviations, of a strip, that a line must rise above what is beside it
WHOLE = 0.85  # of the strips that no stroke hides must show the line
FREE = 0.3  # of the strips may not be hidden
HIDING = 0.25  # of the strongest ink, beside a line, hides it
MOST = 0.85  # of the strongest ink: what is stronger is a stroke of a digit that fills the height
OVER = 1.3  # times as strong as a line is what crosses it


class _Line(NamedTuple):
    """The row of a line's middle in each column, how far its edge is from it, how strong it is."""

    rows: Array
    reach: int
    strength: float


def without_lines(rise: Array) -> Array:
    """Return the rise above the background without that of lines, across or upright."""
    for _ in range(2):
        for line in _lines(rise):
            rise = _without(rise, line)
        rise = rise.T
    return rise


def _lines(rise: Array) -> list[_Line]:
    """Return the lines that go from the left to the right."""
    if min(rise.shape) < SHORTEST:
        return []
    edges = np.linspace(0, rise.shape[1], STRIPS + 1).astype(int)
    strips = np.add.reduceat(rise, edges[:-1], axis=1) / np.diff(edges)
    beside = np.pad(strips, ((BESIDE, BESIDE), (0, 0)))
    beside = np.maximum(beside[: -2 * BESIDE], beside[2 * BESIDE :])
    hidden = beside > HIDING * rise.max()
    ridges = np.where(hidden, 0, strips - beside)
    middles = (edges[:-1] + edges[1:] - 1) / 2
    tops = _tops(ridges, hidden, middles)
    found = (_traced(rise, ridges, middles, top, slope) for top, slope in tops)
    return [line for line in found if line]


def _tops(ridges: Array, hidden: Array, middles: Array) -> list[tuple[int, float]]:
    """Return the row in the middle of the picture, and the slope, of each line."""
    height, width = len(ridges), 2 * middles.mean() + 1
    least = SEEN * 1.5 * np.median(np.abs(ridges - np.median(ridges))) + 1
    turned = math.ceil(TURNED * width / 2)
    room = ((turned + 1, turned + 1), (0, 0))
    ridges = np.pad(ridges, room)
    ridges = np.maximum(np.maximum(ridges[:-2], ridges[1:-1]), ridges[2:])  # lines bend a little
    hidden = np.pad(hidden, ((turned, turned), (0, 0)), constant_values=True)
    seen = (ridges > least) & ~hidden
    if np.count_nonzero(seen.any(axis=0)) < WHOLE * FREE * STRIPS:  # no line is seen in so few
        return []
    slopes = np.arange(-turned, turned + 1) / (width / 2)
    scores = np.zeros((height, len(slopes)))
    for number, slope in enumerate(slopes):
        rows = np.floor(slope * (middles - middles.mean()) + turned + 0.5).astype(int)
        rows = rows + np.arange(height)[:, None]
        there, unknown = seen[rows, np.arange(STRIPS)], hidden[rows, np.arange(STRIPS)]
        whole = there.sum(axis=1) >= WHOLE * (STRIPS - unknown.sum(axis=1))
        free = unknown.sum(axis=1) <= (1 - FREE) * STRIPS
        known = there | unknown
        ends = known[:, :2].any(axis=1) & known[:, -2:].any(axis=1)
        strength = (ridges[rows, np.arange(STRIPS)] * there).sum(axis=1)
        scores[:, number] = np.where(whole & free & ends, strength, 0)
    best = scores.max(axis=1)
    best[1:-1] = np.where(
        best[1:-1] > 0, best[:-2] + best[1:-1] + best[2:], 0
    )  # a middle of equals
    around = np.lib.stride_tricks.sliding_window_view(np.pad(best, BESIDE), 2 * BESIDE + 1)
    tops = np.flatnonzero((best > 0) & (around.argmax(axis=1) == BESIDE))  # of equal ones the first
    return [(int(top), float(slopes[scores[top].argmax()])) for top in tops]


def _traced(rise: Array, ridges: Array, middles: Array, top: int, slope: float) -> _Line | None:
    """Return the line that goes through a row of the middle; None if it is a stroke."""
    height, width = rise.shape
    columns = np.arange(width)
    rows = top + slope * (columns - middles.mean())
    for _ in range(2):
        rows = _fitted(ridges, middles, rows[middles.astype(int)])(columns)
    around = np.arange(-BESIDE, BESIDE + 1)
    band = rise[np.clip(_rounded(rows) + around[:, None], 0, height - 1), columns]
    strength = _typical(band[BESIDE - 1 : BESIDE + 2].max(axis=0))
    profile = np.minimum(band, strength).mean(axis=1)
    profile -= max(profile[0], profile[-1])
    edge = np.abs(around)[profile > 0.15 * profile.max()]
    if strength > MOST * rise.max() or not profile.max() > 0 or edge.max() > THICKEST + 1:
        return None
    return _Line(rows, int(edge.max()), strength)


def _typical(strengths: Array) -> float:
    """Return the strength that a third has at the most: where strokes cross, there is more."""
    return float(np.quantile(strengths, 1 / 3))


def _fitted(ridges: Array, middles: Array, rows: Array) -> np.poly1d:
    """Return the row of the line at a column, by where it is in each strip; it bends a little."""
    around = np.arange(-2, 3)
    places = np.clip(_rounded(rows) + around[:, None], 0, len(ridges) - 1)
    weights = np.clip(ridges[places, np.arange(STRIPS)], 0, None)
    mass = weights.sum(axis=0)
    centres = (weights * places).sum(axis=0) / np.where(mass > 0, mass, 1)
    strong = np.minimum(mass, 2 * np.median(mass[mass > 0]))
    return np.poly1d(np.polyfit(middles, np.where(mass > 0, centres, rows), 2, w=strong + 1e-3))


def _without(rise: Array, line: _Line) -> Array:
    """Return the rise with the line's pixels as those above and below it, but for strong ink."""
    height, width = rise.shape
    columns, reach = np.arange(width), line.reach + 1
    around = np.arange(-reach, reach + 1)[:, None]
    places = np.clip(_rounded(line.rows) + around, 0, height - 1)
    band = rise[places, columns]
    share = (around + reach) / (2 * reach)
    between = (1 - share) * band[0] + share * band[-1]
    strongest, weak = 0.9 * rise.max(), OVER * line.strength
    over = strongest * np.clip((band - weak) / max(strongest - weak, 1), 0, 1)
    mended = rise.copy()
    mended[places[1:-1], columns] = np.minimum(band, np.maximum(between, over))[1:-1]
    return mended


def _rounded(rows: Array) -> Array:
    return np.floor(rows + 0.5).astype(int)
