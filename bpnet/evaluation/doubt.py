"""How far an answer can be relied on: is it likely, and does the image look like that digit?

A network names a digit for whatever it is shown, a letter too, and often with a high probability.
So the strokes of the image are compared with those of training images of the digit that it names.
What is said here of digits is true of any other classes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from bpnet.array import Array
from bpnet.datasets import SIDE, Split
from bpnet.evaluation import planes
from bpnet.evaluation.strokes import STROKES, strokes, thickness
from bpnet.network import Network

# Chosen on MNIST's validation images and letters of ten fonts: see bpnet/README.md.
PLANES, AXES = 10, 10  # of each digit: ways to write it, and ways in which each varies
MOST_PLANES = 512  # of all classes together: 2 MB; of 52 or more classes, each has fewer
FITTED = 1000  # training images of each digit that they are fitted to, at most half of them
MOST_FITTED = 50_000  # of all classes together: two seconds
JUDGED = 10_000  # images that the limits are taken from
UNSURE = 0.01  # the share of these that shall be unsure,
UNLIKELY, BLOT = 0.002, 0.001  # of which for their low probability, and for too thick strokes;
TRAINED_ON = 0.6  # times these shares, where they are training images: those fit better
NO_DIGIT = 1.2  # the strangeness beyond which an image is not like a digit
IMPROBABLE = 0.5  # without a measure, a lower probability is unsure
LOWEST = 1 / 3  # with one, whatever the limits: 0.15 % of the sprint's validation images are lower
ABOVE_GUESSING = 1.2  # times an even guess is the least of either: of two classes one has a half
LEAST = 1e-6  # a distance, or a thickness, that is more than rounding
FURTHEST = 2  # is further than any image from any other: strokes are of length 1


@dataclass(frozen=True)
class Measure:
    """What a network needs in order to doubt: the planes of each digit, and limits.

    `middles` is (C, P, D), `axes` (C, P, K, D). The limits (3,) are the lowest probability, the
    largest distance and the thickest strokes of a sure answer.
    """

    middles: Array
    axes: Array
    limits: Array

    def arrays(self) -> dict[str, Array]:
        """Return its arrays by their names, in the form in which they are kept."""
        found = forms(len(self.middles))
        return {name: vars(self)[name].astype(dtype) for name, (dtype, _) in found.items()}


Member: TypeAlias = tuple[Network, Measure | None]


def forms(classes: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return the dtype and the shape of each array of a measure, as it is kept."""
    count = planes_of_each(classes)
    return {  # half precision: the errors stay below 0.001
        "middles": ("<f2", (classes, count, STROKES)),
        "axes": ("<f2", (classes, count, AXES, STROKES)),
        "limits": ("<f8", (3,)),
    }


def planes_of_each(classes: int) -> int:
    """Return how many planes each of so many classes has.

    >>> planes_of_each(10), planes_of_each(62), planes_of_each(256)
    (10, 8, 2)
    """
    return min(PLANES, MOST_PLANES // classes)


def improbable(classes: int) -> float:
    """Return the probability below which an answer is unsure where there is no measure.

    >>> improbable(10), improbable(2)
    (0.5, 0.6)
    """
    return max(IMPROBABLE, ABOVE_GUESSING / classes)


class Judged(NamedTuple):
    """Of each of N images: its probabilities (N, C), its strangeness (N,), and the verdicts (N,).

    Strangeness is the distance from the digit's planes, or the thickness of the strokes, each as a
    multiple of its limit, whichever is more; NaN without a measure. What is not like a digit is
    unsure too.
    """

    probabilities: Array
    strangeness: Array
    unsure: Array
    like_a_digit: Array


def judged(members: Sequence[Member], images: Array) -> Judged:
    """Return the answers to images, bytes or numbers from 0 to 1, and how far to rely on them.

    Each network judges what it sees. A committee answers with the mean of its members'
    probabilities; strangeness and limits are means too. If one has no measure, an answer is unsure
    if its probability is below `improbable`.
    Raises: DataError, DivergedError, as `Network.classify` does.
    """
    any_of = {network.view: network for network, _ in members}
    views = {view: network.see(images) for view, network in any_of.items()}
    y = np.mean([network.classify_seen(views[network.view]) for network, _ in members], axis=0)
    measures = [measure for _, measure in members if measure is not None]
    if len(measures) < len(members):
        unsure = y.max(axis=1) < improbable(y.shape[1])
        return Judged(y, np.full(len(y), np.nan), unsure, np.ones(len(y), bool))
    answers = y.argmax(axis=1)
    marks = {view: (strokes(own), thickness(own)) for view, own in views.items()}
    each = [
        _strangeness(*marks[network.view], answers, measure)
        for network, measure in members
        if measure is not None
    ]
    strange: Array = np.mean(each, axis=0)
    probable = np.mean([one.limits[0] for one in measures])
    unsure = (strange > 1) | (y.max(axis=1) < probable)
    return Judged(y, strange, unsure, strange <= NO_DIGIT)


def _strangeness(seen: Array, thick: Array, answers: Array, measure: Measure) -> Array:
    """Return how strange strokes (N, D), so thick (N,), are as what they are taken for (N,)."""
    _, far, blot = measure.limits
    strange: Array = np.maximum(_distances(seen, answers, measure) / far, thick / blot)
    return strange


def _distances(seen: Array, answers: Array, measure: Measure) -> Array:
    """Return how far strokes (N, D) are from the planes of the digits they are taken for (N,)."""
    found = np.zeros(len(seen))
    for digit, (middles, axes) in enumerate(zip(measure.middles, measure.axes, strict=True)):
        own = answers == digit
        found[own] = planes.distances(seen[own], middles, axes)
    return found


def measured(network: Network, train: Split, validation: Split) -> Measure:
    """Fit the planes to training images, and take the limits from validation images.

    All of them are in the network's view.
    Where these are too few, training images to which no plane was fitted stand in for them.
    """
    classes = network.widths[-1]
    rows = [_first_of(digit, train, classes) for digit in range(classes)]
    count = planes_of_each(classes)
    fitted = [planes.fit(strokes(train.images[own]), count, AXES) for own in rows]
    middles, axes = (np.stack(parts) for parts in zip(*fitted, strict=True))
    bare = unpacked(Measure(middles, axes, np.ones(3)).arrays())
    rest = np.delete(np.arange(len(train)), np.concatenate(rows))[
        : max(0, JUDGED - len(validation))
    ]
    known = np.concatenate([validation.images[:JUDGED], train.images[rest]])
    if not len(known):  # one image of each class, at most: only an improbable answer is unsure
        return Measure(bare.middles, bare.axes, np.array([improbable(classes), FURTHEST, SIDE]))
    share = 1 - (1 - TRAINED_ON) * len(rest) / len(known)
    return Measure(bare.middles, bare.axes, _limits(network, bare, known, share))


def _first_of(digit: int, train: Split, classes: int) -> Array:
    """Return the rows of the images that the planes of the digit are fitted to; of one, this."""
    own = np.flatnonzero(train.labels == digit)
    return own[: min(FITTED, MOST_FITTED // classes, max(1, len(own) // 2))]


def _limits(network: Network, bare: Measure, known: Array, share: float) -> Array:
    """Return the limits beyond which so large a share of UNSURE of the known images lies."""
    y = network.classify_seen(known)
    distances = _distances(strokes(known), y.argmax(axis=1), bare)
    shares = y.max(axis=1)
    last = len(known) - 1  # np.quantile would import np.ma: 13 ms
    probable = np.interp(last * share * UNLIKELY, np.arange(len(known)), np.sort(shares))
    thick = thickness(known)
    blot = np.sort(thick)[math.ceil(last * (1 - share * BLOT))]
    distances[(shares < probable) | (thick > blot)] = np.inf  # unsure already
    far = np.sort(distances)[math.floor(last * (1 - share * UNSURE))]
    lowest = max(LOWEST, ABOVE_GUESSING / y.shape[1])
    return np.array([max(probable, lowest), max(far, LEAST), max(blot, LEAST)])


def unpacked(arrays: Mapping[str, Array]) -> Measure:
    """Return the measure of arrays such as `Measure.arrays` gives.

    Raises: ValueError if they could not be of one.
    """
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"holds {name} that are not finite numbers")
    probable, far, blot = arrays["limits"].tolist()
    if not (0 <= probable <= 1 and far > 0 and blot > 0):
        raise ValueError("holds limits that cannot be")
    middles, axes = (arrays[name].astype(np.float32) for name in ("middles", "axes"))
    return Measure(middles, axes, arrays["limits"])
