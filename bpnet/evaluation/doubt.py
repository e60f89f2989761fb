"""How far an answer can be relied on: how strange the image is among the images of that digit.

The images of a digit lie near a plane of few dimensions, among the pixels and in the last hidden
layer alike: that of their principal components. Strange is an image that is further from the plane
of the digit it is taken for than images of that digit usually are, or for which no digit is likely.
Source: Hinton, Dayan and Revow, Modeling the manifolds of images of handwritten digits, 1997.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np

from bpnet.array import Array
from bpnet.datasets import CLASSES, SIDE, Split
from bpnet.datasets.splits import as_numbers, refuse_unknown
from bpnet.network import CHUNK, Network

# Chosen on MNIST's validation images and letters of ten fonts: see bpnet/README.md.
FITTED = CHUNK  # images of each digit that its planes are fitted to, the first there are
JUDGED = 10_000  # images that the limits are taken from
PIXEL_AXES, HIDDEN_AXES = 20, 30  # dimensions of a plane
BLUR = 1.0  # pixels: the images are blurred, and every second pixel of every second row is kept
UNSURE, UNLIKE = 0.01, 0.002  # shares of the judged images beyond the two limits
IMPROBABLE = 0.5  # without a measure, an answer below this probability is unsure
LEAST = 1e-6  # of a distance's spread, beside the distance


@dataclass(frozen=True)
class Planes:
    """A plane for each digit: its middle (C, D), and its axes (C, K, D), of length 1.

    `usual` and `spread` (C,) are mean and standard deviation of the distances of images to it.
    """

    middle: Array
    axes: Array
    usual: Array
    spread: Array

    def distances(self, x: Array, answers: Array) -> Array:
        """Return how far each x (N, D) is from the plane of its answer (N,)."""
        distances = np.zeros(len(x))
        for digit in np.unique(answers):
            own = answers == digit
            z = x[own] - self.middle[digit]
            axes = self.axes[digit]
            distances[own] = np.linalg.norm(z - z @ axes.T @ axes, axis=1)
        return distances

    def strangeness(self, x: Array, answers: Array) -> Array:
        """Return by how many standard deviations each is further than is usual."""
        return (self.distances(x, answers) - self.usual[answers]) / self.spread[answers]


@dataclass(frozen=True)
class Measure:
    """What a network needs in order to doubt: planes among pixels and hidden neurons, and limits.

    Beyond the first limit of strangeness an answer is unsure, beyond the second it is no digit.
    """

    pixels: Planes
    hidden: Planes
    limits: Array

    def arrays(self) -> dict[str, Array]:
        """Return its numbers by their names, in an order that stays, as float32."""
        spaces = {"pixels": self.pixels, "hidden": self.hidden}
        named = {
            f"{s}_{name}": part for s, space in spaces.items() for name, part in vars(space).items()
        }
        named["limits"] = self.limits
        return {name: part.astype("<f4") for name, part in named.items()}


def measure(arrays: Mapping[str, Array]) -> Measure:
    """Return the measure of these arrays. Raises: ValueError if it could not be one."""
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"holds {name} that are not finite numbers")
    if not (0 < arrays["limits"][0] <= arrays["limits"][1]):
        raise ValueError("holds limits that are none")
    parts = ("middle", "axes", "usual", "spread")
    pixels, hidden = (
        Planes(*(arrays[f"{s}_{part}"] for part in parts)) for s in ("pixels", "hidden")
    )
    return Measure(pixels, hidden, arrays["limits"])


def shapes(widths: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of the measure of a network of these widths."""
    found: dict[str, tuple[int, ...]] = {}
    for space, width, axes in (
        ("pixels", SMALLER.shape[0] ** 2, PIXEL_AXES),
        ("hidden", widths[-2], HIDDEN_AXES),
    ):
        found[f"{space}_middle"] = (CLASSES, width)
        found[f"{space}_axes"] = (CLASSES, axes, width)
        found[f"{space}_usual"] = found[f"{space}_spread"] = (CLASSES,)
    return found | {"limits": (2,)}


Member: TypeAlias = tuple[Network, Measure | None]


class Judged(NamedTuple):
    """Of each of N images: its probabilities (N, C), its strangeness (N,), and the verdicts (N,).

    Strangeness is 1 where an answer becomes unsure, and NaN without a measure.
    """

    probabilities: Array
    strangeness: Array
    unsure: Array
    like_a_digit: Array


def judged(members: Sequence[Member], images: Array) -> Judged:
    """Return the answers to images, bytes or numbers from 0 to 1, and how far to rely on them.

    A committee answers with the mean of its members' probabilities, and its strangeness is their
    mean too. If one of them has no measure, an answer is unsure if it is improbable.
    Raises: DataError, DivergedError, as `Network.classify` does.
    """
    y = np.mean([network.classify(images) for network, _ in members], axis=0)
    measures = [measure for _, measure in members if measure is not None]
    if len(measures) < len(members):
        unknown = np.full(len(y), np.nan)
        return Judged(y, unknown, y.max(axis=1) < IMPROBABLE, np.ones(len(y), bool))
    strange = np.mean(
        [
            _strangeness(network, measure, images, y) / measure.limits[0]
            for (network, _), measure in zip(members, measures, strict=True)
        ],
        axis=0,
    )
    unlike = np.mean([measure.limits[1] / measure.limits[0] for measure in measures])
    return Judged(y, strange, strange > 1, strange <= unlike)


def measured(network: Network, train: Split, validation: Split) -> Measure:
    """Fit the planes to training images, and take the limits from validation images.

    Where these are too few, training images to which no plane was fitted stand in for them.
    """
    rows = [np.flatnonzero(train.labels == digit)[:FITTED] for digit in range(CLASSES)]
    rest = np.delete(np.arange(len(train)), np.concatenate(rows))[: JUDGED - len(validation)]
    known = np.concatenate([validation.images[:JUDGED], train.images[rest]])
    y = network.classify(known)
    pixels, hidden = (
        _fitted(view, [train.images[own] for own in rows], axes, known, y.argmax(axis=1))
        for view, axes in ((looks, PIXEL_AXES), (_hidden(network), HIDDEN_AXES))
    )
    bare = Measure(pixels, hidden, np.ones(2))
    strange = _strangeness(network, bare, known, y)
    return replace(bare, limits=np.quantile(strange, [1 - UNSURE, 1 - UNLIKE]))


View: TypeAlias = Callable[[Array], Array]


def _fitted(view: View, digits: list[Array], axes: int, known: Array, answers: Array) -> Planes:
    """Return the planes of the images of each digit, in such a view."""
    fitted = [_plane(view(images).astype(np.float64), axes) for images in digits]
    middle, found = (np.stack(parts) for parts in zip(*fitted, strict=True))
    bare = Planes(middle, found, np.zeros(CLASSES), np.ones(CLASSES))
    distances = bare.distances(view(known), answers)
    usual, spread = bare.usual, bare.spread
    for digit in np.unique(answers):
        own = distances[answers == digit]
        usual[digit], spread[digit] = own.mean(), own.std() + LEAST * own.mean() + 1e-9
    return replace(bare, usual=usual, spread=spread)


def _plane(x: Array, axes: int) -> tuple[Array, Array]:
    """Return the mean of x (N, D), and the principal axes (K, D), the longest last.

    They come from the N x N products of the images: there are fewer of these than of neurons.
    """
    middle = x.mean(axis=0) if len(x) else np.zeros(x.shape[1])
    z = x - middle
    squares, vectors = np.linalg.eigh(z @ z.T)
    found = np.zeros((axes, x.shape[1]))
    kept = squares[-axes:] > LEAST * squares[-1:]
    if kept.any():
        best = vectors[:, -axes:][:, kept]
        found[-int(kept.sum()) :] = (best / np.sqrt(squares[-axes:][kept])).T @ z
    return middle.astype(np.float32), found.astype(np.float32)


def _strangeness(network: Network, measure: Measure, images: Array, y: Array) -> Array:
    answers = y.argmax(axis=1)
    strange: Array = (
        measure.pixels.strangeness(looks(images), answers)
        + measure.hidden.strangeness(_hidden(network)(images), answers)
        - np.log(np.maximum(y.max(axis=1), 1e-3))
    )
    return strange


def looks(images: Array) -> Array:
    """Return what images look like from afar (N, 196): blurred, and half as wide and high."""
    x = as_numbers(refuse_unknown(np.asarray(images), SIDE * SIDE), np.dtype(np.float64))
    smaller: Array = SMALLER @ x.reshape(-1, SIDE, SIDE) @ SMALLER.T
    return smaller.reshape(len(x), -1)


def _smaller() -> Array:
    """Return the matrix (14, 28) that blurs a row by a bell curve, then takes means of two."""
    places = np.arange(SIDE)
    bell = np.exp(-((places[:, None] - places) ** 2) / (2 * BLUR**2))
    bell *= np.abs(places[:, None] - places) <= 3 * BLUR
    bell /= bell[SIDE // 2].sum()
    smaller: Array = bell.reshape(SIDE // 2, 2, SIDE).mean(axis=1)
    return smaller


SMALLER = _smaller()


def _hidden(network: Network) -> View:
    """Return the function from images (N, 784) to the last hidden layer (N, H)."""

    def view(images: Array) -> Array:
        x = as_numbers(refuse_unknown(np.asarray(images), network.widths[0]), network.flat.dtype)
        pieces = []
        for start in range(0, max(1, len(x)), CHUNK):
            h = x[start : start + CHUNK]
            for layer in network.layers[:-1]:
                h = layer.forward(h)
            pieces.append(h)
        return np.concatenate(pieces)

    return view
