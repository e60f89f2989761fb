"""Several digits in one picture: rows, sheets of 4 x 4, pairs that touch."""

import numpy as np

from bpnet.array import Array
from tests.helpers.inks import written
from tests.helpers.scenes import Change, Scene, on_paper, taken


def row(images: Array, rng: np.random.Generator, *changes: Change) -> tuple[Array, list[Array]]:
    """Return digits side by side, apart, and each of them alone in the same place of the picture.

    The scene is changed so, in turn. Their sizes, their gaps and the line that they stand on are
    as uneven as a hand makes them.
    """
    height = rng.uniform(40, 130)
    covers = _covers(images, height, rng)
    feet = rng.normal(0, 0.06 * height, len(covers))
    gap = rng.uniform(0.15, 0.5)
    layers = [covers[0]]
    places = [(-len(covers[0]) + feet[0], 0.0)]
    for cover, foot in zip(covers[1:], feet[1:], strict=True):
        top = foot - len(cover)
        free = height * gap * rng.uniform(0.7, 1.6)
        places.append((top, _beside(layers, places, cover, top, free)))
        layers.append(cover)
    return _pictures(layers, places, height, rng, changes)


def _covers(images: Array, height: float, rng: np.random.Generator) -> list[Array]:
    return [
        written(image.reshape(28, 28), height * rng.uniform(0.85, 1.15), rng) for image in images
    ]


def _beside(
    layers: list[Array], places: list[tuple[float, float]], cover: Array, top: float, free: float
) -> float:
    """Return where the ink begins that lies so far to the right of the ink before it."""
    (above, start), before = places[-1], layers[-1]
    reach = before.shape[1] - 1 - (before[:, ::-1] > 0).argmax(axis=1)
    reach = np.where(before.any(axis=1), reach, -9999)
    begins = np.where(cover.any(axis=1), (cover > 0).argmax(axis=1), 9999)
    near = round(max(2.0, free / 2))  # rows; ink above or below is near as well
    nearest = -np.inf
    for line, begin in enumerate(begins):
        other = round(line + top - above)
        around = reach[max(0, other - near) : max(0, other + near + 1)]
        if len(around):
            nearest = max(nearest, start + around.max() - begin)
    if not np.isfinite(nearest):
        nearest = start + before.shape[1]
    centre = start + before.shape[1] / 2  # never so far back that the order is in doubt
    return float(max(nearest + free, centre + 0.35 * before.shape[1]))


def sheet(images: Array, rng: np.random.Generator) -> tuple[Array, list[Array]]:
    """Return 16 digits, four in each of four lines, and each of them alone in the same place."""
    height = rng.uniform(30, 70)
    cell = height * rng.uniform(1.5, 2.2)
    covers = _covers(images, height, rng)
    places = []
    for number, cover in enumerate(covers):
        middle = (np.array(divmod(number, 4)) + rng.uniform(-0.1, 0.1, 2)) * cell
        top, left = middle - np.array(cover.shape) / 2
        places.append((float(top), float(left)))
    return _pictures(covers, places, height, rng, ())


def touching(images: Array, rng: np.random.Generator) -> Array:
    """Return two digits whose ink runs into each other."""
    height = rng.uniform(50, 130)
    one, other = _covers(images, height, rng)
    places = [(-float(len(one)), 0.0), (-float(len(other)), 0.0)]
    places[1] = (places[1][0], _nearest(one, other) - height * rng.uniform(0.02, 0.1))
    return _pictures([one, other], places, height, rng, ())[0]


def _nearest(one: Array, other: Array) -> float:
    """Return how far to the right the other may begin, on the same line, before they touch."""
    rows = min(len(one), len(other))
    one, other = one[-rows:] > 0.5, other[-rows:] > 0.5
    both = one.any(axis=1) & other.any(axis=1)
    if not both.any():
        return float(one.shape[1])
    reach = one.shape[1] - one[:, ::-1].argmax(axis=1)
    return float((reach - other.argmax(axis=1))[both].max())


def _pictures(
    covers: list[Array],
    places: list[tuple[float, float]],
    height: float,
    rng: np.random.Generator,
    changes: tuple[Change, ...],
) -> tuple[Array, list[Array]]:
    """Return all the ink on one paper, and each piece alone on the same."""
    corner = np.floor(np.min(places, axis=0))
    at = [(round(top - corner[0]), round(left - corner[1])) for top, left in places]
    size = np.max(
        [(top + len(c), left + c.shape[1]) for c, (top, left) in zip(covers, at, strict=True)],
        axis=0,
    )
    layers = []
    for cover, (top, left) in zip(covers, at, strict=True):
        layer = np.zeros(size)
        layer[top : top + len(cover), left : left + cover.shape[1]] = cover
        layers.append(layer)
    of = on_paper(np.max(layers, axis=0), height, rng)
    for change in changes:
        of = change(of, rng)
    return taken(of, rng), [taken(_with(of, layer), rng) for layer in layers]


def _with(of: Scene, layer: Array) -> Scene:
    top, left, bottom, right = of.box
    ink = np.zeros_like(of.ink)
    ink[top:bottom, left:right] = layer
    return of._replace(ink=ink)
