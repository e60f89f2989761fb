"""A digit on paper as a camera or a scanner shows it; each takes an image (28, 28) and an rng.

All of them draw the same scene first, from the same random numbers: with one seed they differ in
what lies on the paper alone.
"""

from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from tests.helpers.inks import stretched, thickened, thinned, written


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
    light = paper * _light(ink.shape, rng.uniform(0, 0.12), rng)
    box = (above, left, above + cover.shape[0], left + cover.shape[1])
    return Scene(light, ink, contrast, height, box, rng.uniform(0.3, 0.8), rng.uniform(1, 4))


def _light(shape: tuple[int, ...], strength: float, rng: np.random.Generator) -> Array:
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


def plain(image: Array, rng: np.random.Generator) -> Array:
    """Return dark ink on blank paper."""
    return taken(scene(image, rng), rng)


class Ruling(NamedTuple):
    """How paper is ruled."""

    apart: float  # pixels
    angle: float  # radians
    width: float  # pixels
    dark: float  # the part of the light that a line takes away
    fleeing: float  # how much narrower the lines become over the length of a digit, by perspective


def ruling(of: Scene, rng: np.random.Generator) -> Ruling:
    """Return a ruling with lines 1/3 to 1 of the digit's height apart."""
    return Ruling(
        of.height * rng.uniform(1 / 3, 1),
        np.deg2rad(rng.uniform(-3, 3)),
        rng.uniform(1, 3),
        of.contrast * rng.uniform(0.25, 0.7),
        rng.choice([0, rng.uniform(-0.03, 0.03)]),
    )


def _lines(of: Scene, rule: Ruling, across: bool, rng: np.random.Generator) -> Array:
    """Return what is left of the light by parallel lines, one of which crosses the digit."""
    top, left, bottom, right = of.box
    y, x = np.mgrid[0 : of.ink.shape[0], 0 : of.ink.shape[1]].astype(float)
    y, x = y - rng.uniform(top, bottom), x - rng.uniform(left, right)
    if across:
        y, x = x, -y
    cos, sin = np.cos(rule.angle), np.sin(rule.angle)
    from_line = (y * cos + x * sin) / (1 + rule.fleeing * (x * cos - y * sin) / of.height)
    away = np.abs((from_line + rule.apart / 2) % rule.apart - rule.apart / 2)
    lines: Array = 1 - rule.dark * np.clip(rule.width / 2 + 0.5 - away, 0, 1)
    return lines


def ruled(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit on paper with parallel lines."""
    of = scene(image, rng)
    return taken(of._replace(light=of.light * _lines(of, ruling(of, rng), False, rng)), rng)


def squared(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit on paper with squares."""
    of = scene(image, rng)
    rule = ruling(of, rng)
    squares = np.minimum(_lines(of, rule, False, rng), _lines(of, rule, True, rng))
    return taken(of._replace(light=of.light * squares), rng)


def margin(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit across the line of a margin; half of the papers are ruled as well."""
    of = scene(image, rng)
    rule = ruling(of, rng)
    upright = rule._replace(apart=9999, dark=of.contrast * rng.uniform(0.25, 0.7))
    light = of.light * _lines(of, upright, True, rng)
    if rng.random() < 0.5:
        light = light * _lines(of, rule, False, rng)
    return taken(of._replace(light=light), rng)


def shadow(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit through which the edge of a shadow goes, a little curved."""
    of = scene(image, rng)
    top, left, bottom, right = of.box
    y, x = np.mgrid[0 : of.ink.shape[0], 0 : of.ink.shape[1]].astype(float)
    y -= rng.uniform(0.75 * top + 0.25 * bottom, 0.25 * top + 0.75 * bottom)
    x -= rng.uniform(0.75 * left + 0.25 * right, 0.25 * left + 0.75 * right)
    angle, curved = rng.uniform(0, 2 * np.pi), rng.uniform(-0.2, 0.2) / of.height
    along = np.cos(angle) * y - np.sin(angle) * x
    within = np.clip(np.cos(angle) * x + np.sin(angle) * y + curved * along**2 + 0.5, 0, 1)
    dark = 1 - (1 - rng.uniform(0.4, 0.7)) * blurred(within, rng.uniform(0, 3))
    return taken(of._replace(light=of.light * dark), rng)


def shade(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit in light that fades to less than half, and is cloudy."""
    of = scene(image, rng)
    height, width = of.ink.shape
    clouds = stretched(rng.uniform(0.75, 1, (3, 3)), height, width)
    dark = _light(of.ink.shape, rng.uniform(0.4, 0.8), rng) * clouds
    return taken(of._replace(light=of.light * dark / dark.max()), rng)


def thin_pen(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit written with a pen 1 to 3 pixels wide."""
    height = rng.uniform(60, 200)
    return taken(on_paper(thinned(image, height, rng.uniform(1, 3)), height, rng), rng)


def thick_pen(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit written with a felt pen."""
    height = rng.uniform(60, 200)
    cover = written(image, height, rng)
    return taken(
        on_paper(thickened(cover, round(height * rng.uniform(0.03, 0.06))), height, rng), rng
    )


def chalk(image: Array, rng: np.random.Generator) -> Array:
    """Return a digit of chalk on a blackboard that has been wiped."""
    of = scene(image, rng)
    board = 50 * of.light / of.light.mean() * rng.uniform(0.7, 1.6)
    wiped = 1 + 0.5 * stretched(rng.uniform(0, 1, (12, 5)), *of.ink.shape)
    grainy = of.ink * np.clip(rng.normal(0.9, 0.25, of.ink.shape), 0, 1)
    lit = board * wiped
    chalked = lit + (rng.uniform(180, 235) - lit) * grainy
    return taken(of._replace(light=chalked, ink=0 * of.ink), rng)
