"""Read the stroke table and turn every style into a spline matrix."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PIECES = 88  # pieces of path per digit


class Atlas(NamedTuple):
    """All styles, padded to one size, so that a block of digits is one array."""

    shares: NDArray[np.float64]  # (styles,) running sum, 1 per digit
    points: Floats  # (styles, points, 2) control points
    splines: Floats  # (styles, PIECES + 1, points) control points -> curve
    down: Floats  # (styles, PIECES) 0 where the pen moves between strokes
    rests: Floats  # (styles, PIECES) extra ink where a stroke begins or ends


def build_atlas(table: dict[int, str]) -> Atlas:
    """Build the atlas of all styles from the table of strokes."""
    rows = [
        (digit, *line.split(maxsplit=2))
        for digit, text in table.items()
        for line in text.strip().splitlines()
    ]
    weights = np.array([float(row[1]) for row in rows])
    digits = np.array([row[0] for row in rows])
    totals = np.bincount(digits, weights)
    glyphs = [parse(row[3]) for row in rows]
    size = max(sum(len(stroke) for stroke, _ in glyph) for glyph in glyphs)
    traced = [trace(glyph, size) for glyph in glyphs]
    return Atlas(
        np.cumsum(weights / totals[digits]),
        *(np.stack(part).astype(np.float32) for part in zip(*traced, strict=True)),
    )


Stroke = tuple[NDArray[np.float64], list[bool]]


def parse(text: str) -> list[Stroke]:
    """Read strokes of xxyy points into coordinates from -1 to 1 and corner marks."""
    strokes = []
    for stroke in text.split("|"):
        words = stroke.split()
        points = [(int(word[:2]), int(word[2:4])) for word in words]
        corners = [word.endswith("!") for word in words]
        strokes.append((np.array(points) / 50 - 1, corners))
    return strokes


def trace(glyph: list[Stroke], size: int) -> tuple[NDArray[np.float64], ...]:
    """Return padded points, spline matrix, pen-down mask and rests of one glyph."""
    lengths = np.array([np.hypot(*np.diff(p, axis=0).T).sum() for p, _ in glyph])
    available = PIECES - (len(glyph) - 1)
    ends = np.rint(np.cumsum(lengths) / lengths.sum() * available).astype(int)
    counts = np.diff(ends, prepend=0)
    points = np.zeros((size, 2))
    splines = np.zeros((PIECES + 1, size))
    down, rests = np.ones(PIECES), np.zeros(PIECES)
    row = column = 0
    for (controls, corners), count in zip(glyph, counts, strict=True):
        block = spline(controls, corners, count)
        points[column : column + len(controls)] = controls
        splines[row : row + count + 1, column : column + len(controls)] = block
        if row:
            down[row - 1] = 0
        rests[[row, row + count - 1]] += 0.6
        row, column = row + count + 1, column + len(controls)
    return points, splines, down, rests


def spline(controls: NDArray[np.float64], corners: list[bool], count: int) -> NDArray[np.float64]:
    """Return the matrix from control points to count + 1 points of a smooth curve."""
    size = len(controls)
    chords = np.hypot(*np.diff(controls, axis=0).T)
    knots = np.concatenate([[0], np.cumsum(chords)])
    place = np.linspace(0, knots[-1], count + 1)
    segment = np.clip(np.searchsorted(knots, place, side="right") - 1, 0, size - 2)
    u = ((place - knots[segment]) / chords[segment])[:, None]
    eye = np.eye(size)
    slopes_in, slopes_out = tangents(chords, corners)
    span = chords[segment][:, None]
    return (
        (1 + 2 * u) * (1 - u) ** 2 * eye[segment]
        + u**2 * (3 - 2 * u) * eye[segment + 1]
        + u * (1 - u) ** 2 * span * slopes_out[segment]
        + u**2 * (u - 1) * span * slopes_in[segment + 1]
    )


def tangents(
    chords: NDArray[np.float64], corners: list[bool]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each control point's slope, before and after it (differing at corners)."""
    size = len(chords) + 1
    secants = np.diff(np.eye(size), axis=0) / chords[:, None]
    before = np.vstack([secants[:1], secants])
    after = np.vstack([secants, secants[-1:]])
    left = np.concatenate([chords[:1], chords])[:, None]
    right = np.concatenate([chords, chords[-1:]])[:, None]
    smooth = (before * right + after * left) / (left + right)
    sharp = np.array(corners)[:, None]
    return np.where(sharp, before, smooth), np.where(sharp, after, smooth)
