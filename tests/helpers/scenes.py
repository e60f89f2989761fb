"""A picture before it is taken: the light of the paper, the ink on it, the camera.

`papers`, `dirt`, `desks` and `screens` change a scene; `rows` and `signs` write other things on it.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from tests.helpers.inks import written

Rendering = Callable[[Array, np.random.Generator], Array]


class Scene(NamedTuple):
    """What the light comes from, and how it is taken."""

    light: Array  # of the paper without ink, 0 to 255
    ink: Array  # which part of each pixel it covers
    contrast: float  # the part of the light that ink takes away
    height: float  # pixels: what MNIST's box of 20 pixels has become
    box: tuple[int, int, int, int]  # of the ink: top, left, bottom, right
    blur: float  # pixels
    noise: float  # grey levels


def scene(image: Array, rng: np.random.Generator) -> Scene:
    """Return a digit 60 to 200 pixels high on blank paper in almost even light."""
    height = rng.uniform(60, 200)
    return on_paper(written(image, height, rng), height, rng)


def on_paper(cover: Array, height: float, rng: np.random.Generator) -> Scene:
    """Return this ink on blank paper in almost even light."""
    above, below, left, right = (rng.uniform(0.2, 1.2, 4) * height).astype(int)
    ink = np.pad(cover, ((above, below), (left, right)))
    paper, contrast = rng.uniform(170, 250), rng.uniform(0.55, 0.9)
    light = paper * fading(ink.shape, rng.uniform(0, 0.12), rng)
    box = (above, left, above + cover.shape[0], left + cover.shape[1])
    return Scene(light, ink, contrast, height, box, rng.uniform(0.3, 0.8), rng.uniform(1, 4))


def fading(shape: tuple[int, ...], strength: float, rng: np.random.Generator) -> Array:
    """Return light that fades in one direction, 1 in the middle."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j]
    light: Array = 1 + strength * (np.cos(angle) * x + np.sin(angle) * y)
    return light


def taken(of: Scene, rng: np.random.Generator) -> Array:
    """Return the picture, bytes (H, W)."""
    seen = blurred(of.light * (1 - of.contrast * of.ink), of.blur)
    noisy = seen + rng.normal(0, of.noise, seen.shape)
    picture: Array = np.clip(noisy, 0, 255).round().astype(np.uint8)
    return picture


def moved(box: tuple[int, int, int, int], down: int, right: int) -> tuple[int, int, int, int]:
    """Return the box as far down and to the right."""
    return box[0] + down, box[1] + right, box[2] + down, box[3] + right


def blurred(field: Array, sigma: float) -> Array:
    """Return the field as a lens out of focus shows it."""
    reach = int(np.ceil(3 * sigma))
    if reach == 0:
        return field
    weights = np.exp(-((np.arange(-reach, reach + 1) / sigma) ** 2) / 2)
    for axis in (0, 1):
        wide = np.moveaxis(np.pad(field, reach, "edge"), axis, 0)
        count = len(wide) - 2 * reach
        soft = sum(weight * wide[i : i + count] for i, weight in enumerate(weights / weights.sum()))
        field = np.moveaxis(soft, 0, axis)
        field = field[:, reach:-reach] if axis == 0 else field[reach:-reach]
    return field


Change = Callable[[Scene, np.random.Generator], Scene]


def picture_of(*changes: Change) -> Rendering:
    """Return the rendering of a digit 60 to 200 pixels high whose scene is changed so, in turn.

    All of them draw the same scene first, from the same random numbers: with one seed they differ
    in the changes alone.
    """

    def rendered(image: Array, rng: np.random.Generator) -> Array:
        of = scene(image, rng)
        for change in changes:
            of = change(of, rng)
        return taken(of, rng)

    return rendered
