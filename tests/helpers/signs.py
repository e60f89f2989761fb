"""What is no digit, drawn with a pen: signs, lines, scribbles.

Each shape takes an rng and returns strokes in a square with corners (0, 0), at the top left, and
(1, 1); `sign` draws one on paper.
"""

from collections.abc import Callable

import numpy as np

from bpnet.array import Array
from tests.helpers.inks import drawn
from tests.helpers.scenes import on_paper, taken

Shape = Callable[[np.random.Generator], list[Array]]


def _line(*points: tuple[float, float]) -> Array:
    return np.array(points, float)


def _arc(x: float, y: float, radius: float, start: float = 0, end: float = 360) -> Array:
    """Return a part of a circle, degrees clockwise from the right."""
    angles = np.deg2rad(np.linspace(start, end, 40))
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=-1)


def _filled(outline: Array) -> list[Array]:
    """Return strokes that fill the outline."""
    middle = outline.mean(axis=0)
    return [middle + share * (outline - middle) for share in np.linspace(1, 0, 30)]


def _always(*strokes: Array) -> Shape:
    return lambda rng: list(strokes)


def _dot(rng: np.random.Generator) -> list[Array]:
    return _filled(_arc(0.5, 0.5, rng.uniform(0.02, 0.08)))


def _wave(rng: np.random.Generator) -> list[Array]:
    x = np.linspace(0, 1, 80)
    turns = rng.integers(2, 5)
    return [np.stack([x, 0.5 + 0.12 * np.sin(2 * np.pi * turns * x)], axis=-1)]


def _zigzag(rng: np.random.Generator) -> list[Array]:
    corners = int(rng.integers(5, 9))
    return [np.stack([np.linspace(0, 1, corners), 0.25 + 0.5 * (np.arange(corners) % 2)], axis=-1)]


def _spiral(rng: np.random.Generator) -> list[Array]:
    turns = np.linspace(0, 2 * np.pi * rng.uniform(2.2, 3.5), 150)
    radius = 0.5 * turns / turns[-1]
    return [np.stack([0.5 + radius * np.cos(turns), 0.5 + radius * np.sin(turns)], axis=-1)]


def _scribble(rng: np.random.Generator) -> list[Array]:
    """Return a line that goes anywhere, smoothly."""
    points = rng.uniform(0, 1, (int(rng.integers(9, 16)), 2))
    places = np.linspace(0, len(points) - 1, 200)
    weights = np.exp(-(((places[:, None] - np.arange(len(points))) / 0.6) ** 2) / 2)
    return [weights @ points / weights.sum(axis=1, keepdims=True)]


def _hatching(rng: np.random.Generator) -> list[Array]:
    """Return a pen's way to and fro, as one crosses something out."""
    corners = int(rng.integers(10, 18))
    x = np.linspace(0, 0.8, corners) + rng.normal(0, 0.02, corners)
    y = np.where(np.arange(corners) % 2, rng.normal(0.15, 0.07, corners), rng.normal(0.85, 0.07))
    return [np.stack([x + 0.2 * (1 - y), y], axis=-1)]


def _star(rng: np.random.Generator) -> list[Array]:
    angles = np.deg2rad(-90 + 144 * np.arange(6))
    return [np.stack([0.5 + 0.5 * np.cos(angles), 0.5 + 0.5 * np.sin(angles)], axis=-1)]


def _asterisk(rng: np.random.Generator) -> list[Array]:
    angles = np.deg2rad([30, 90, 150])
    ends = 0.5 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return [np.stack([0.5 - end, 0.5 + end]) for end in ends]


def _heart(rng: np.random.Generator) -> list[Array]:
    t = np.linspace(0, 2 * np.pi, 60)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([0.5 + 0.5 * np.sin(t) ** 3, 0.42 - y / 32], axis=-1)]


def _hexagon(rng: np.random.Generator) -> list[Array]:
    """Return an outline with six corners, filled."""
    angles = np.deg2rad(60 * np.arange(7))
    return _filled(np.stack([0.5 + 0.45 * np.cos(angles), 0.5 + 0.45 * np.sin(angles)], axis=-1))


SQUARE = _line((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
TRIANGLE = _line((0.5, 0), (1, 0.9), (0, 0.9), (0.5, 0))
SIGNS: dict[str, Shape] = {
    "minus": _always(_line((0, 0.5), (1, 0.5))),
    "plus": _always(_line((0, 0.5), (1, 0.5)), _line((0.5, 0), (0.5, 1))),
    "equals": _always(_line((0, 0.35), (1, 0.35)), _line((0, 0.65), (1, 0.65))),
    "dot": _dot,
    "comma": _always(_line((0.53, 0.44), (0.55, 0.5), (0.45, 0.62))),
    "colon": _always(*_filled(_arc(0.5, 0.25, 0.06)), *_filled(_arc(0.5, 0.75, 0.06))),
    "semicolon": _always(
        *_filled(_arc(0.5, 0.25, 0.06)), _line((0.52, 0.7), (0.55, 0.78), (0.45, 0.95))
    ),
    "cross": _always(_line((0, 0), (1, 1)), _line((1, 0), (0, 1))),
    "tick": _always(_line((0, 0.6), (0.35, 1), (1, 0))),
    "less than": _always(_line((0.9, 0.05), (0.1, 0.5), (0.9, 0.95))),
    "arrow": _always(_line((0, 0.5), (1, 0.5)), _line((0.7, 0.25), (1, 0.5), (0.7, 0.75))),
    "question mark": _always(
        np.concatenate([_arc(0.5, 0.25, 0.25, 180, 400), _line((0.5, 0.55), (0.5, 0.72))]),
        *_filled(_arc(0.5, 0.95, 0.04)),
    ),
    "exclamation mark": _always(_line((0.5, 0), (0.5, 0.7)), *_filled(_arc(0.5, 0.95, 0.05))),
    "hash": _always(
        _line((0.35, 0), (0.25, 1)), _line((0.75, 0), (0.65, 1)),
        _line((0, 0.33), (1, 0.33)), _line((0, 0.67), (1, 0.67)),
    ),
    "percent": _always(
        _line((0.85, 0), (0.15, 1)), _arc(0.2, 0.22, 0.18), _arc(0.8, 0.78, 0.18)
    ),
    "star": _star,
    "asterisk": _asterisk,
    "square": _always(SQUARE),
    "filled square": _always(*_filled(SQUARE)),
    "triangle": _always(TRIANGLE),
    "filled triangle": _always(*_filled(TRIANGLE)),
    "filled circle": _always(*_filled(_arc(0.5, 0.5, 0.45))),
    "filled hexagon": _hexagon,
    "circle with a dot": _always(_arc(0.5, 0.5, 0.45), *_filled(_arc(0.5, 0.5, 0.05))),
    "heart": _heart,
    "house": _always(
        _line((0.1, 0.4), (0.1, 1), (0.9, 1), (0.9, 0.4), (0.1, 0.4), (0.5, 0), (0.9, 0.4))
    ),
    "face": _always(
        _arc(0.5, 0.5, 0.5), *_filled(_arc(0.33, 0.38, 0.05)), *_filled(_arc(0.67, 0.38, 0.05)),
        _arc(0.5, 0.55, 0.25, 20, 160),
    ),
    "root": _always(_line((0, 0.6), (0.12, 0.5), (0.3, 1), (0.45, 0), (1, 0))),
    "pi": _always(
        _line((0, 0.1), (1, 0.1)), _line((0.3, 0.1), (0.25, 1)), _line((0.7, 0.1), (0.75, 1))
    ),
    "brace": _always(
        _line((0.7, 0), (0.5, 0.08), (0.5, 0.42), (0.35, 0.5), (0.5, 0.58), (0.5, 0.92), (0.7, 1))
    ),
    "backslash": _always(_line((0.25, 0), (0.75, 1))),
    "wave": _wave,
    "zigzag": _zigzag,
    "spiral": _spiral,
    "scribble": _scribble,
    "hatching": _hatching,
    "slash": _always(_line((0.75, 0), (0.25, 1))),
}  # fmt: skip
LIKE_DIGITS = {"slash": "a 1"}
"""The shapes that hands also write for a digit, which no reader can tell from it."""


def sign(shape: Shape, rng: np.random.Generator) -> Array:
    """Return a shape drawn on paper by an unsteady hand, its square 50 to 150 pixels high."""
    height = rng.uniform(50, 150)
    strokes = [height * stroke for stroke in by_hand(shape(rng), rng)]
    cover = drawn(strokes, height * rng.uniform(0.03, 0.15))
    return taken(on_paper(cover, height, rng), rng)


def by_hand(strokes: list[Array], rng: np.random.Generator) -> list[Array]:
    """Return the strokes, in a square with a side of 1, as an unsteady hand draws them."""
    return [_unsteady(stroke, rng) for stroke in _turned(strokes, rng)]


def _turned(strokes: list[Array], rng: np.random.Generator) -> list[Array]:
    """Return the strokes turned and slanted a little, narrower or wider."""
    angle, slant = np.deg2rad(rng.uniform(-7, 7)), rng.uniform(-0.12, 0.12)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    way = np.array([[rng.uniform(0.8, 1.2), 0], [slant, 1]]) @ turn
    return [(stroke - 0.5) @ way + 0.5 for stroke in strokes]


def _unsteady(stroke: Array, rng: np.random.Generator) -> Array:
    """Return the stroke with points in between, a little beside it."""
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    if lengths[-1] < 0.05:
        return stroke
    places = np.linspace(0, lengths[-1], max(2, int(lengths[-1] / 0.05)))
    fine = np.stack([np.interp(places, lengths, stroke[:, axis]) for axis in (0, 1)], axis=-1)
    count = max(2, int(lengths[-1] / 0.3))
    beside = rng.normal(0, 0.012, (count, 2))
    along, knots = np.linspace(0, 1, len(fine)), np.linspace(0, 1, count)
    smooth = [np.interp(along, knots, part) for part in beside.T]
    drawn_: Array = fine + np.stack(smooth, axis=-1)
    return drawn_
