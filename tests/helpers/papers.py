"""A digit on paper as a camera or a scanner shows it: lines, shadows, pens."""

from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from tests.helpers.inks import stretched, thickened, thinned, written
from tests.helpers.scenes import Scene, blurred, fading, moved, on_paper, picture_of, taken


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


def with_lines(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene on paper with parallel lines."""
    return of._replace(light=of.light * _lines(of, ruling(of, rng), False, rng))


def with_squares(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene on paper with squares."""
    rule = ruling(of, rng)
    squares = np.minimum(_lines(of, rule, False, rng), _lines(of, rule, True, rng))
    return of._replace(light=of.light * squares)


def with_a_margin(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene across the line of a margin; half of the papers are ruled as well."""
    rule = ruling(of, rng)
    upright = rule._replace(apart=9999, dark=of.contrast * rng.uniform(0.25, 0.7))
    light = of.light * _lines(of, upright, True, rng)
    if rng.random() < 0.5:
        light = light * _lines(of, rule, False, rng)
    return of._replace(light=light)


def in_a_shadow(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with the edge of a shadow through the digit, a little curved."""
    top, left, bottom, right = of.box
    y, x = np.mgrid[0 : of.ink.shape[0], 0 : of.ink.shape[1]].astype(float)
    y -= rng.uniform(0.75 * top + 0.25 * bottom, 0.25 * top + 0.75 * bottom)
    x -= rng.uniform(0.75 * left + 0.25 * right, 0.25 * left + 0.75 * right)
    angle, curved = rng.uniform(0, 2 * np.pi), rng.uniform(-0.2, 0.2) / of.height
    along = np.cos(angle) * y - np.sin(angle) * x
    within = np.clip(np.cos(angle) * x + np.sin(angle) * y + curved * along**2 + 0.5, 0, 1)
    dark = 1 - (1 - rng.uniform(0.4, 0.7)) * blurred(within, rng.uniform(0, 3))
    return of._replace(light=of.light * dark)


def in_shade(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene in light that fades to less than half, and is cloudy."""
    height, width = of.ink.shape
    clouds = stretched(rng.uniform(0.75, 1, (3, 3)), height, width)
    dark = fading(of.ink.shape, rng.uniform(0.4, 0.8), rng) * clouds
    return of._replace(light=of.light * dark / dark.max())


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


def on_a_blackboard(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene in chalk on a blackboard that has been wiped."""
    board = 50 * of.light / of.light.mean() * rng.uniform(0.7, 1.6)
    wiped = 1 + 0.5 * stretched(rng.uniform(0, 1, (12, 5)), *of.ink.shape)
    grainy = of.ink * np.clip(rng.normal(0.9, 0.25, of.ink.shape), 0, 1)
    lit = board * wiped
    chalked = lit + (rng.uniform(180, 235) - lit) * grainy
    return of._replace(light=chalked, ink=0 * of.ink)


def in_pencil(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene in ink that is little darker than the paper."""
    return of._replace(contrast=rng.uniform(0.15, 0.35))


def from_afar(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene in a picture 6 to 12 times as high and as wide as the digit."""
    high, wide = (of.height * rng.uniform(6, 12, 2)).astype(int)
    more_high, more_wide = high - of.ink.shape[0], wide - of.ink.shape[1]
    top, left = int(rng.uniform(0, more_high)), int(rng.uniform(0, more_wide))
    room = ((top, more_high - top), (left, more_wide - left))
    light = of.light.mean() * fading((high, wide), rng.uniform(0, 0.3), rng)
    return of._replace(light=light, ink=np.pad(of.ink, room), box=moved(of.box, top, left))


def close_by(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene cut at the digit, or up to 3 pixels beside it."""
    top, left, bottom, right = of.box
    free = rng.integers(0, 4, 4)
    part = slice(top - free[0], bottom + free[1]), slice(left - free[2], right + free[3])
    box = moved(of.box, free[0] - top, free[2] - left)
    return of._replace(light=of.light[part], ink=of.ink[part], box=box)


plain = picture_of()
pencil = picture_of(in_pencil)
afar = picture_of(from_afar)
close = picture_of(close_by)
ruled = picture_of(with_lines)
squared = picture_of(with_squares)
margin = picture_of(with_a_margin)
shadow = picture_of(in_a_shadow)
shade = picture_of(in_shade)
chalk = picture_of(on_a_blackboard)
