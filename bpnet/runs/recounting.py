"""The validation images that the networks of a sweep have right, counted from their weights."""

from collections.abc import Iterator
from functools import reduce

import numpy as np

from bpnet.array import Array
from bpnet.errors import RunError
from bpnet.evaluation import recognised
from bpnet.runs import metadata
from bpnet.runs.loading import LoadedRun

TOLERATED = 0.001  # of the images: on another machine some answers may be others


class OtherImagesError(Exception):
    """A run has other validation images than the best trial's."""


def of_the_same_images(loaded: Iterator[LoadedRun]) -> Iterator[LoadedRun]:
    """Yield the runs. Raises: OtherImagesError at the first that has other images."""
    first = None
    for one in loaded:
        first = first or one.fingerprint
        if what := first.difference(one.fingerprint):
            raise OtherImagesError(f"{one.run.folder} has other {what} than the best trial's runs")
        yield one


def right(runs: Iterator[LoadedRun]) -> Array:
    """Return how many of the networks have each image right, (N,)."""
    return reduce(np.add, map(_recounted, runs))


def _recounted(one: LoadedRun) -> Array:
    """Return which images the network has right, as 0 and 1.

    Raises: RunError if they are not as many as its run.json says, by which trials are ranked.
    """
    right = recognised(one.network, one.images).astype(np.int32)
    told = metadata.result(one.run.folder).validation_accuracy or 0.0
    if abs(right.mean() - told) > TOLERATED:
        raise RunError(
            f"{one.run.folder}: its run.json says validation_accuracy {told}, and its weights have "
            f"{right.mean()}; to train it again, remove it and resume the sweep"
        )
    return right
