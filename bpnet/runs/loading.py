"""Runs -> their networks, and the images to score them on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from bpnet import datasets, network
from bpnet.config import DataConfig
from bpnet.datasets import Dataset, Split
from bpnet.errors import UsageError
from bpnet.network import Network
from bpnet.runs import metadata
from bpnet.runs.directory import Run
from bpnet.runs.identity import refuse_changes
from bpnet.runs.metadata import Status
from bpnet.runs.results import load_network
from bpnet.system import memory
from bpnet.system.progress import ByteProgress, Tell

Fingerprint: TypeAlias = tuple[Mapping[str, str], int]  # the files of images, and their number


@dataclass(frozen=True)
class LoadedRun:
    """A run, its network, the images of its split, and the fingerprint of these."""

    run: Run
    network: Network
    images: Split
    fingerprint: Fingerprint


def load(
    chosen: Sequence[Run], split: str, progress: ByteProgress, tell: Tell
) -> Iterator[LoadedRun]:
    """Yield each run with its network and the images of the split.

    Raises: RunError, UsageError if a run has no weights or no such images; BpnetError if memory
    cannot hold all networks at once.
    """
    _refuse_too_many(chosen, "scoring these networks at once")

    @lru_cache(maxsize=1)  # the images of one dataset are enough to have in memory
    def images_of(data: DataConfig, may_fill: bool) -> Dataset:
        return datasets.load(data, progress, tell) if may_fill else datasets.find(data, tell)

    for run in chosen:
        loaded = so_far(run, tell)
        dataset = images_of(run.config.data, run.may_fill)
        refuse_changes(run, dataset.files)
        images = _images(run, dataset, split)
        yield LoadedRun(run, loaded, images, (dataset.sha256, len(images)))


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
