"""How good a network is: one pass over a split, and what can be read from it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpnet.array import Array
from bpnet.datasets import Split
from bpnet.datasets.views import of_split
from bpnet.errors import DivergedError
from bpnet.network import CHUNK, Network


@dataclass(frozen=True)
class Scores:
    """The mean loss in nats, and how often each class (row) was taken for each (column)."""

    loss: float
    confusion: Array

    @property
    def total(self) -> int:
        """The number of images."""
        return int(self.confusion.sum())

    @property
    def correct(self) -> int:
        """The number of images whose class was recognised."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """The share of images whose class was recognised."""
        return self.correct / self.total

    @property
    def per_class(self) -> list[float | None]:
        """The share recognised of each class; None for a class of which there is no image."""
        rows = self.confusion.tolist()
        return [row[label] / sum(row) if any(row) else None for label, row in enumerate(rows)]

    def mistakes(self, most: int) -> list[tuple[int, int, int]]:
        """Return the commonest mistakes: a class, what it was taken for, and how often.

        >>> Scores(0.5, np.array([[7, 1, 0], [2, 8, 0], [3, 0, 6]])).mistakes(2)
        [(2, 0, 3), (1, 0, 2)]
        """
        wrong = (self.confusion - np.diag(np.diag(self.confusion))).ravel()
        places = np.argsort(-wrong, kind="stable")[:most].tolist()
        return [
            (*divmod(place, len(self.confusion)), int(wrong[place]))
            for place in places
            if wrong[place]
        ]


def evaluate(network: Network, split: Split) -> Scores:
    """Score every image of the split, once.

    Raises: DivergedError if the loss is not finite: a network full of NaN answers 0 every time, and
    would be right on 9.80 % of the test images.
    """
    loss, classes = 0.0, network.widths[-1]
    confusion = np.zeros(classes * classes, np.intp)
    with np.errstate(over="ignore", invalid="ignore"):  # seen in the loss, below
        for x, t in _batches(network, split):
            scores = network.predict(x)
            loss += network.last_layer.forward(scores, t) * len(t)
            confusion += _pairs(t, scores)
    if not math.isfinite(loss):
        raise DivergedError(f"the loss is {loss} on {len(split)} images: the weights are spoilt")
    return Scores(loss / len(split), confusion.reshape(classes, classes))


def recognised(network: Network, split: Split) -> Array:
    """Return of which images of the split the network recognises the class, (N,) of bools.

    Raises: DivergedError if its weights are spoilt.
    """
    found = []
    with np.errstate(over="ignore", invalid="ignore"):  # seen in the scores
        for x, t in _batches(network, split):
            scores = network.predict(x)
            if not np.isfinite(scores).all():
                raise DivergedError(f"no scores for {len(split)} images: the weights are spoilt")
            found.append(scores.argmax(axis=1) == t)
    return np.concatenate(found)


def evaluate_committee(networks: Sequence[Network], split: Split) -> Scores:
    """Score the mean of the networks' probabilities, y = 1/K sum of softmax(scores), on the split.

    Each is scored before (`evaluate`), so that a spoilt one is not hidden among the others.
    """
    loss, classes = 0.0, networks[0].widths[-1]
    confusion = np.zeros(classes * classes, np.intp)
    for mean, t in together(networks, split):
        loss -= float(mean[np.arange(len(t)), t].sum())
        confusion += _pairs(t, mean)
    return Scores(loss / len(split), confusion.reshape(classes, classes))


def answers(networks: Sequence[Network], split: Split) -> Array:
    """Return what the networks together take each image of the split for, (N,).

    Raises: DivergedError if one has spoilt weights.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # seen in the means
        means = np.concatenate([mean for mean, _ in together(networks, split)])
    if not np.isfinite(means).all():
        raise DivergedError(f"no probabilities for {len(split)} images: the weights are spoilt")
    found: Array = means.argmax(axis=1)
    return found


def together(networks: Sequence[Network], split: Split) -> Iterator[tuple[Array, Array]]:
    """Yield ln y of each batch, y the mean of the networks' probabilities, and its labels.

    Each network sees the images in its own view.
    """
    known = {view: of_split(view, split) for view in {network.view for network in networks}}
    each = [_batches(network, known[network.view]) for network in networks]
    for batches in zip(*each, strict=True):
        logs = [
            _log_softmax(network.predict(x))
            for network, (x, _) in zip(networks, batches, strict=True)
        ]
        yield np.logaddexp.reduce(logs) - math.log(len(networks)), batches[0][1]


def _batches(network: Network, split: Split) -> Iterator[tuple[Array, Array]]:
    return of_split(network.view, split).in_order(CHUNK, network.flat.dtype)


def _log_softmax(scores: Array) -> Array:
    """Return log(softmax(scores)) in float64: where y is too small for a number, its log is not."""
    scores = scores.astype(np.float64)
    logs: Array = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return logs


def _pairs(t: Array, scores: Array) -> Array:
    """Return how often each digit was taken for each, as a row of all pairs."""
    classes = scores.shape[1]
    return np.bincount(t * classes + scores.argmax(axis=1), minlength=classes * classes)


def interval(correct: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of an accuracy (Wilson's): what chance alone would let it be.

    Source: Wilson, Probable inference, the law of succession, and statistical inference, 1927.

    >>> [round(bound, 4) for bound in interval(9690, 10_000)]
    [0.9654, 0.9722]
    """
    z = 1.959964
    p, n = correct / total, total
    centre = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (centre - half) / scale, (centre + half) / scale


def as_json(scores: Scores) -> dict[str, Any]:
    """Return the scores as JSON has them."""
    return {
        "correct": scores.correct,
        "total": scores.total,
        "accuracy": scores.accuracy,
        "interval": interval(scores.correct, scores.total),
        "loss": scores.loss,
        "per_class": scores.per_class,
        "confusion": scores.confusion.tolist(),
    }
