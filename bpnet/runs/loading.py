"""Runs -> their networks, and the images to score them on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from bpnet import datasets, network
from bpnet.config import DataConfig
from bpnet.datasets import Dataset, Split
from bpnet.errors import UsageError, short
from bpnet.network import Network
from bpnet.runs import metadata
from bpnet.runs.directory import Run
from bpnet.runs.identity import refuse_changes
from bpnet.runs.metadata import Status
from bpnet.runs.results import load_network
from bpnet.system import memory
from bpnet.system.progress import ByteProgress, Tell


class Fingerprint(NamedTuple):
    """What is scored on: the names of the classes, the SHA-256 of the files, how many images."""

    classes: tuple[str, ...]
    files: Mapping[str, str]
    total: int

    def difference(self, other: "Fingerprint") -> str:
        """Return what the other has others of: classes, images, or nothing.

        >>> Fingerprint(("a", "b"), {}, 10).difference(Fingerprint(("a", "b"), {}, 20))
        'images'
        """
        if self.classes != other.classes:
            return "classes"
        return "images" if self != other else ""


@dataclass(frozen=True)
class LoadedRun:
    """A run, its network, the images of its split, and the fingerprint of these."""

    run: Run
    network: Network
    images: Split
    fingerprint: Fingerprint


def load(
    chosen: Sequence[Run],
    split: str,
    progress: ByteProgress,
    tell: Tell,
    other: DataConfig | None = None,
) -> Iterator[LoadedRun]:
    """Yield each run with its network and the images of the split, of another dataset if given.

    Raises: RunError, UsageError if a run has no weights, no such images or other classes;
    BpnetError if memory cannot hold all networks at once.
    """
    _refuse_too_many(chosen, "scoring these networks at once")
    yield from one_by_one(chosen, split, progress, tell, other)


def one_by_one(
    chosen: Iterable[Run],
    split: str,
    progress: ByteProgress,
    tell: Tell,
    other: DataConfig | None = None,
) -> Iterator[LoadedRun]:
    """Yield what `load` does, to whom keeps none of them: they may be more than memory holds."""

    @lru_cache(maxsize=1)  # the images of one dataset are enough to have in memory
    def images_of(data: DataConfig, may_fill: bool) -> Dataset:
        return datasets.load(data, progress, tell) if may_fill else datasets.find(data, tell)

    for run in chosen:
        loaded = so_far(run, tell)
        if other:
            _refuse_other_classes(run, other)
            dataset = images_of(other, True)
        else:
            dataset = images_of(run.config.data, run.may_fill)
            refuse_changes(run, dataset.files)
        images = _images(run, dataset, split)
        known = Fingerprint(run.config.data.names, dataset.sha256, len(images))
        yield LoadedRun(run, loaded, images, known)


def split_of(chosen: Sequence[Run], asked: str | None, tell: Tell) -> str:
    """Return the split that is asked for, or test: validation if a run has no test score yet.

    That is told: who still chooses among runs must not do so by the test images.
    """
    unscored = next((run for run in chosen if run.is_without_test), None)
    if asked or not unscored:
        return asked or "test"
    tell(f"{unscored.folder}: has no test score: these are validation images; others: --split test")
    return "validation"


def so_far(run: Run, tell: Tell) -> Network:
    """Return the network of a run; of one that has not finished, that is told.

    Raises: RunError if it has no weights.
    """
    status = metadata.read(run.folder).get("status")  # first: it may end meanwhile
    loaded = load_network(run)
    if status != Status.FINISHED:
        tell(f"{run.folder}: has not finished: these are its weights so far")
    return loaded


def networks(chosen: Sequence[Run]) -> list[Network]:
    """Return the networks of the runs.

    Raises: RunError if one has no weights; BpnetError if memory cannot hold all at once.
    """
    _refuse_too_many(chosen, "these networks at once")
    return [load_network(run) for run in chosen]


def _refuse_too_many(chosen: Sequence[Run], what: str) -> None:
    memory.refuse_more(sum(network.memory(run.config) for run in chosen), what)


def _images(run: Run, dataset: Dataset, split: str) -> Split:
    images: Split = getattr(dataset, split)
    if not len(images):
        raise UsageError(f"{run.folder}: has no {split} images: its data.validation is 0")
    return images


def _refuse_other_classes(run: Run, other: DataConfig) -> None:
    """Raise UsageError unless the other dataset has the classes of the run, in the same order."""
    pairs = zip_longest(run.config.data.names, other.names)
    different = next((label for label, (ours, theirs) in enumerate(pairs) if ours != theirs), None)
    if different is not None:
        ours, theirs = (_classes(data, different) for data in (run.config.data, other))
        raise UsageError(
            f"{run.folder}: has {ours}, but {other.dataset} {theirs}: they must be the same, in "
            "the same order"
        )


def _classes(data: DataConfig, first: int) -> str:
    """Say what the classes are, from the first one that matters.

    >>> _classes(DataConfig(), 7)
    '10 classes (..., 7, 8, 9)'
    """
    names = ["..."] * (first > 0) + list(data.names[first:])
    return f"{len(data.names)} classes ({short(', '.join(names))})"
