"""Read the table of strokes and turn every style into one matrix.

A curve through control points is a weighted mean of them: curve = spline @ points.
The matrix depends on the style alone, so it is made once and serves every digit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

PIECES = 88  # of path per digit, each shorter than a stroke is thick
REST = 0.6  # ink that a resting pen adds at the ends, which makes them round


class Stroke(NamedTuple):
    """Control points from -1 to 1, and which of them are corners."""

    points: Doubles
    corners: NDArray[np.bool_]


class Atlas(NamedTuple):
    """All styles, padded to one size so that mixed digits make one array."""

    digits: NDArray[np.intp]  # (styles,)
    shares: Doubles  # (styles,) running sum of weights, 1 for each whole digit
    points: Floats  # (styles, points, 2)
    splines: Floats  # (styles, PIECES + 1, points)
    down: Floats  # (styles, PIECES), 0 where the pen moves in the air
    rests: Floats  # (styles, PIECES), extra ink where a stroke begins or ends


def build_atlas(table: dict[int, str]) -> Atlas:
    """Turn the table of strokes into an atlas."""
    lines = {digit: text.strip().splitlines() for digit, text in table.items()}
    rows = [line.split(maxsplit=2) for style in lines.values() for line in style]
    digits = np.repeat(list(lines), [len(style) for style in lines.values()])
    weights = np.array([float(weight) for weight, _, _ in rows])
    glyphs = [read(strokes) for _, _, strokes in rows]
    size = max(sum(len(stroke.points) for stroke in glyph) for glyph in glyphs)
    parts = zip(*(trace(glyph, size) for glyph in glyphs), strict=True)
    return Atlas(
        digits,
        np.cumsum(weights / np.bincount(digits, weights)[digits]),
        *(np.stack(part).astype(np.float32) for part in parts),
    )


def choose(atlas: Atlas, labels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.intp]:
    """Choose a style for every label, each as often as its weight says."""
    return np.searchsorted(atlas.shares, labels + rng.random(len(labels)))


def read(text: str) -> list[Stroke]:
    """Read the strokes of one style.

    >>> read("0000 5050! 9900")[0].corners
    array([False,  True, False])
    """
    strokes = []
    for words in map(str.split, text.split("|")):
        points = np.array([(int(word[:2]), int(word[2:4])) for word in words])
        corners = np.array([word.endswith("!") for word in words])
        strokes.append(Stroke(points / 50 - 1, corners))
    return strokes


def trace(glyph: list[Stroke], size: int) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Return one style's points, spline, down and rests."""
    points, spline = np.zeros((size, 2)), np.zeros((PIECES + 1, size))
    down, rests = np.ones(PIECES), np.zeros(PIECES)
    row = column = 0
    for stroke, count in zip(glyph, share_out(glyph), strict=True):
        end = column + len(stroke.points)
        points[column:end] = stroke.points
        spline[row : row + count + 1, column:end] = interpolate(stroke, count)
        down[row - 1 : row] = 0
        rests[[row, row + count - 1]] += REST
        row, column = row + count + 1, end
    return points, spline, down, rests


def share_out(glyph: list[Stroke]) -> NDArray[np.intp]:
    """Share the pieces out among the strokes by length, one for each way between."""
    lengths = [chords(stroke.points).sum() for stroke in glyph]
    ends = np.cumsum(lengths) / sum(lengths) * (PIECES - len(glyph) + 1)
    counts: NDArray[np.intp] = np.diff(np.rint(ends).astype(np.intp), prepend=0)
    return counts


def chords(points: Doubles) -> Doubles:
    """Return the distances from point to point.

    >>> chords(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 6.0]]))
    array([5., 2.])
    """
    lengths: Doubles = np.hypot(*np.diff(points, axis=0).T)
    return lengths


def interpolate(stroke: Stroke, count: int) -> Doubles:
    """Return the matrix from a stroke's control points to count pieces of curve.

    Between two points it is the cubic (Hermite) with their places and slopes.
    """
    spans = chords(stroke.points)
    knots = np.concatenate([[0.0], np.cumsum(spans)])
    along = np.linspace(0, knots[-1], count + 1)
    left = np.clip(np.searchsorted(knots, along) - 1, 0, len(spans) - 1)
    span = spans[left, None]
    u = (along - knots[left])[:, None] / span
    before, after = slopes(spans, stroke.corners)
    place = np.eye(len(knots))
    matrix: Doubles = (
        (1 + 2 * u) * (1 - u) ** 2 * place[left]
        + (3 - 2 * u) * u**2 * place[left + 1]
        + u * (1 - u) ** 2 * span * after[left]
        - u**2 * (1 - u) * span * before[left + 1]
    )
    return matrix


def slopes(spans: Doubles, corners: NDArray[np.bool_]) -> tuple[Doubles, Doubles]:
    """Return the slopes in which the curve comes to each point and leaves it.

    They are one, the mean of both chords' slopes with the shorter chord weighing
    more, except at corners, where the curve comes and leaves along its chords.
    """
    chord_slopes = np.diff(np.eye(len(spans) + 1), axis=0) / spans[:, None]
    before = np.concatenate([chord_slopes[:1], chord_slopes])
    after = np.concatenate([chord_slopes, chord_slopes[-1:]])
    come = np.concatenate([spans[:1], spans])[:, None]
    leave = np.concatenate([spans, spans[-1:]])[:, None]
    smooth = (before * leave + after * come) / (come + leave)
    sharp = corners[:, None]
    return np.where(sharp, before, smooth), np.where(sharp, after, smooth)
