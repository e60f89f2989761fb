"""A sheet of paper on a desk, and a border round a picture."""

import numpy as np

from bpnet.array import Array
from tests.helpers.inks import stretched
from tests.helpers.papers import plain
from tests.helpers.scenes import Change, Rendering, Scene, blurred, moved, picture_of


def laid(low: float, high: float) -> Change:
    """Return the change of a scene to a sheet on a desk with so much of the paper's light."""

    def changed(of: Scene, rng: np.random.Generator) -> Scene:
        sheet = _placed(of, rng)
        desk = of.light.mean() * rng.uniform(low, high) * _grain(sheet.ink.shape, rng)
        paper = _sheet(sheet, of.light.shape, np.deg2rad(rng.uniform(-15, 15)), rng)
        fallen = np.roll(blurred(paper, 4), rng.integers(-6, 7, 2), (0, 1))
        desk = desk * (1 - rng.uniform(0, 0.4) * fallen)
        return sheet._replace(light=paper * sheet.light + (1 - paper) * desk)

    return changed


def on_a_desk(low: float, high: float) -> Rendering:
    """Return the rendering of a sheet on a desk with so much of the paper's light."""
    return picture_of(laid(low, high))


def _placed(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene in the middle of a larger one, of which it is 30 to 80 percent."""
    height, width = of.ink.shape
    larger = 1 / np.sqrt(rng.uniform(0.3, 0.8))
    down, right = int(height * (larger - 1)), int(width * (larger - 1))
    above, left = (int(part * rng.uniform(0.35, 0.65)) for part in (down, right))
    room = ((above, down - above), (left, right - left))
    light = np.pad(of.light, room, "edge")
    return of._replace(ink=np.pad(of.ink, room), light=light, box=moved(of.box, above, left))


def _sheet(of: Scene, shape: tuple[int, ...], angle: float, rng: np.random.Generator) -> Array:
    """Return which part of each pixel is paper: a sheet of this shape, turned, with its ink."""
    top, left, bottom, right = of.box
    room = 0.06 * of.height
    height, width = (side * rng.uniform(0.97, 1.03) for side in shape)
    y, x = np.mgrid[0 : of.ink.shape[0], 0 : of.ink.shape[1]].astype(float)
    y, x = y - of.ink.shape[0] / 2, x - of.ink.shape[1] / 2
    corners = [
        (row - of.ink.shape[0] / 2, column - of.ink.shape[1] / 2)
        for row in (top, bottom)
        for column in (left, right)
    ]
    paper = np.ones(of.ink.shape)
    for side, half in ((0, height), (1, width), (2, height), (3, width)):
        turned = angle + side * np.pi / 2 + rng.uniform(-0.02, 0.02)  # perspective
        cos, sin = np.cos(turned), np.sin(turned)
        reach = max(half / 2, max(row * cos + column * sin for row, column in corners) + room)
        paper *= np.clip(reach - (y * cos + x * sin) + 0.5, 0, 1)
    return paper


def _grain(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return the light of wood, or of cloth, 1 in the middle."""
    height, width = shape
    strength = rng.uniform(0.03, 0.12)
    if rng.random() < 0.5:  # cloth
        return 1 + strength * blurred(rng.normal(0, 2, (height, width)), 0.8)
    boards = stretched(rng.normal(0, 1, (max(4, height // 5), 4)), height, width)
    fibres = stretched(rng.normal(0, 1, (height, max(4, width // 40))), height, width)
    grain: Array = 1 + strength * (boards + 0.5 * fibres)
    return grain if rng.random() < 0.5 else grain[::-1]


def black_border(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit on paper with a black border all round."""
    return _bordered(plain(image, rng), 0, rng)


def grey_border(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit on paper with a border of any grey, or white, on some of its sides."""
    picture = plain(image, rng)
    paper = int(np.median(picture))
    others = [level for level in range(256) if abs(level - paper) > 30]
    return _bordered(picture, int(rng.choice(others)), rng)


def _bordered(picture: Array, level: int, rng: np.random.Generator) -> Array:
    width = max(2, round(min(picture.shape) * rng.uniform(0.01, 0.15)))
    sides = [(width, width), (width, width)]
    if rng.random() < 0.3:  # as a film on a screen of another shape
        sides[rng.integers(2)] = (0, 0)
    return np.pad(picture, sides, constant_values=level)
