"""Two datasets -> one: images of another are mixed into those that are trained on."""

from dataclasses import replace

import numpy as np

from bpnet.datasets.catalogue import NAMES
from bpnet.datasets.splits import Dataset, Split
from bpnet.errors import DataError

TRAINING_FILES = NAMES[:2]


def mixed(dataset: Dataset, other: Dataset, name: str, share: float) -> Dataset:
    """Return the dataset with training images of another, by its name, behind its own.

    They are this share of all its training images then. Nothing else changes: scores are of the
    dataset's own images.
    Raises: DataError if the other has too few.
    """
    count = refuse_few(len(dataset.train), share, name, len(other.train))
    return replace(
        dataset,
        train=_joined(dataset.train, other.train[:count]),
        mixed_in={f"{name}/{file}": other.sha256[file] for file in TRAINING_FILES},
    )


def refuse_few(count: int, share: float, name: str, there: int) -> int:
    """Return how many others go with so many images. Raises: DataError if fewer are there."""
    needed = beside(count, share)
    if needed > there:
        raise DataError(f"data.mix: {share:g} needs {needed} {name} images, and there are {there}")
    return needed


def beside(count: int, share: float) -> int:
    """Return how many others beside so many images are this share of all.

    >>> beside(60_000, 0.25)
    20000
    """
    return round(count * share / (1 - share))


def _joined(first: Split, second: Split) -> Split:
    return Split(
        np.concatenate([first.images, second.images]), np.concatenate([first.labels, second.labels])
    )
