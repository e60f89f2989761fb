"""What lies on the paper beside the digit: a neighbour's stroke, stains, punch holes."""

import numpy as np

from bpnet.array import Array
from tests.helpers.inks import stretched
from tests.helpers.scenes import Scene, blurred, moved, picture_of


def beside_a_neighbour(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene with a piece of another sign, which the edge of the picture cuts off."""
    top, left, bottom, right = of.box
    other = of.ink[top:bottom, left:right].T
    shown = max(2, round(other.shape[1] * rng.uniform(0.05, 0.35)))
    side = int(rng.integers(4))  # of the picture, as often as it is turned
    of = _wider_at_the_right(_turned(of, side), shown)
    piece = other[: of.ink.shape[0], :shown]
    top = rng.integers(of.ink.shape[0] - len(piece) + 1)
    of.ink[top : top + len(piece), -shown:] = piece
    return _turned(of, -side)


def _turned(of: Scene, times: int) -> Scene:
    return of._replace(ink=np.rot90(of.ink, times).copy(), light=np.rot90(of.light, times).copy())


def _wider_at_the_right(of: Scene, shown: int) -> Scene:
    """Return the scene with room for a piece at its right, a tenth of the digit's height away."""
    free = of.ink.shape[1] - 1 - np.flatnonzero(of.ink.any(axis=0))[-1]
    more = ((0, 0), (0, max(0, shown + round(0.1 * of.height) - int(free))))
    return of._replace(ink=np.pad(of.ink, more), light=np.pad(of.light, more, "edge"))


def on_stains(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene on paper with one to three stains, paler than ink, their edges soft."""
    light = of.light
    for _ in range(rng.integers(1, 4)):
        dark = of.contrast * rng.uniform(0.1, 0.35)
        light = light * (1 - dark * _blob(of, of.height * rng.uniform(0.1, 0.6), rng))
    return of._replace(light=light)


def _blob(of: Scene, radius: float, rng: np.random.Generator) -> Array:
    """Return a round spot with an uneven edge, anywhere in the picture."""
    height, width = of.ink.shape
    y, x = np.mgrid[0:height, 0:width].astype(float)
    uneven = stretched(rng.uniform(0.6, 1.2, (5, 5)), height, width)
    away = np.hypot(y - rng.uniform(0, height), x - rng.uniform(0, width))
    return blurred(np.clip((radius * uneven - away) / 2 + 0.5, 0, 1), rng.uniform(1, 4))


def beside_holes(of: Scene, rng: np.random.Generator) -> Scene:
    """Return the scene beside one or two punch holes, through which something dark is seen."""
    radius = of.height * rng.uniform(0.08, 0.2)
    room = ((0, 0), (int(2.6 * radius), 0))
    ink, light = np.pad(of.ink, room), np.pad(of.light, room, "edge")
    y, x = np.mgrid[0 : ink.shape[0], 0 : ink.shape[1]].astype(float)
    middle, behind = rng.uniform(radius, len(ink) - radius), rng.uniform(0.1, 0.6)
    for centre in (middle, middle + of.height * rng.uniform(1, 2)):
        away = np.hypot(y - centre, x - 1.2 * radius)
        light = light * (1 - (1 - behind) * np.clip(radius + 0.5 - away, 0, 1))
    return of._replace(light=light, ink=ink, box=moved(of.box, 0, room[1][0]))


neighbour = picture_of(beside_a_neighbour)
stained = picture_of(on_stains)
punched = picture_of(beside_holes)
