"""A digit on a screen: in an app, plotted with axes, with its transparency kept."""

import numpy as np

from bpnet.array import Array
from tests.helpers.inks import thickened, thinned, written
from tests.helpers.scenes import Rendering

FIGURES = {  # 3 x 5 pixels
    "0": "7 5 5 5 7", "1": "2 6 2 2 7", "2": "7 1 7 4 7", "3": "7 1 7 1 7", "4": "5 5 7 1 1",
    "5": "7 4 7 1 7", "6": "7 4 7 5 7", "7": "7 1 1 2 2", "8": "7 5 7 5 7", "9": "7 5 7 1 7",
}  # fmt: skip


def _label(text: str, scale: int) -> Array:
    """Return small printed figures, 1 where there is ink."""
    figures = []
    for figure in text:
        rows = [[int(row) >> bit & 1 for bit in (2, 1, 0)] for row in FIGURES[figure].split()]
        figures.append(np.pad(np.array(rows, float), ((0, 0), (0, 1))))
    return np.kron(np.concatenate(figures, axis=1)[:, :-1], np.ones((scale, scale)))


def plotted(image: Array, rng: np.random.Generator) -> Array:
    """Return a screenshot of a plot of the image, with axes, ticks and their labels."""
    scale, line = int(rng.integers(6, 16)), int(rng.integers(1, 3))
    side, small = 28 * scale, int(rng.integers(2, 4))
    room = 8 * small + 14
    page = np.full((side + 2 * room, side + 2 * room), 255.0)
    square = np.kron(image, np.ones((scale, scale)))
    page[room : room + side, room : room + side] = _coloured(square, rng)
    for edge in (room - line, room + side):
        page[edge : edge + line, room - line : room + side + line] = 0
        page[room - line : room + side + line, edge : edge + line] = 0
    for tick in range(0, 28, 5):
        _ticked(page, room + int((tick + 0.5) * scale), room, room + side, str(tick), small, line)
    return page.round().astype(np.uint8)


def _coloured(square: Array, rng: np.random.Generator) -> Array:
    """Return the levels of a colour map: grey, grey reversed, or one from dark blue to yellow."""
    kind = rng.choice(["gray", "binary", "viridis"])
    if kind == "viridis":
        return 30 + square * (215 - 30) / 255
    return 255.0 - square if kind == "binary" else square.astype(float)


def _ticked(page: Array, at: int, start: int, end: int, text: str, small: int, line: int) -> None:
    """Draw a tick below and at the left of the square, with its label."""
    length, label = 2 * small, 255 * (1 - _label(text, small))
    height, width = label.shape
    page[end : end + length, at : at + line] = 0
    page[at : at + line, start - length : start] = 0
    page[end + length + 3 : end + length + 3 + height, at - width // 2 :][:, :width] = label
    page[at - height // 2 :, start - length - 3 - width : start - length - 3][:height] = label


def in_an_app(image: Array, rng: np.random.Generator) -> Array:
    """Return a screenshot of a program to draw in: its bar, the canvas in a frame, buttons."""
    height = rng.uniform(60, 200)
    cover = _pen(image, height, rng)
    above, below, left, right = (rng.uniform(0.15, 0.8, 4) * height).astype(int)
    canvas = 255 * (1 - np.pad(cover, ((above, below), (left, right))))
    if rng.random() < 0.3:
        canvas = 255 - canvas
    window = rng.uniform(200, 245)
    rim = int(rng.integers(6, 30))
    app = np.pad(canvas, int(rng.integers(1, 4)), constant_values=rng.uniform(0, 160))
    app = np.pad(app, rim, constant_values=window)
    bar = np.full((int(rng.integers(16, 40)), app.shape[1]), rng.uniform(20, 240))
    bar[len(bar) // 3 : -len(bar) // 3, 6 : app.shape[1] // 3] = rng.choice([0, 255])
    return np.concatenate([bar, app, _buttons(app.shape[1], window)]).round().astype(np.uint8)


def _buttons(width: int, window: float) -> Array:
    """Return a row with two grey buttons."""
    row = np.full((34, width), window)
    for start in (width // 8, width * 5 // 8):
        button = row[4:26, start : start + width // 4]
        button[:] = window - 60
        button[1:-1, 1:-1] = window - 25
        button[8:13, 8:-8:2] = 40  # a word, too small to be read
    return row


def _pen(image: Array, height: float, rng: np.random.Generator) -> Array:
    """Return the digit with any pen of a program."""
    kind = rng.choice(["as it is", "thin", "thick"])
    if kind == "thin" and image.any():
        return thinned(image, height, rng.uniform(1, 4))
    cover = written(image, height, rng)
    return thickened(cover, round(0.04 * height)) if kind == "thick" else cover


def transparent(level: int, hidden: int) -> Rendering:
    """Return the rendering of ink on transparency, RGBA (H, W, 4).

    Where nothing is to be seen the colour is hidden.
    """

    def rendered(image: Array, rng: np.random.Generator) -> Array:
        height = rng.uniform(60, 200)
        sides = (rng.uniform(0.2, 1.2, 4) * height).astype(int)
        cover = np.pad(written(image, height, rng), (sides[:2], sides[2:]))
        alpha = (255 * cover).round().astype(np.uint8)
        colour = np.where(alpha > 0, level, hidden).astype(np.uint8)
        return np.stack([colour, colour, colour, alpha], axis=-1)

    return rendered
