"""`bpnet eval --pictures`: runs, with pictures in folders named by class as what they see."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bpnet.cli import class_folders
from bpnet.errors import UsageError, short

if TYPE_CHECKING:
    from bpnet.runs.directory import Run
    from bpnet.runs.loading import LoadedRun


def refuse_others(dataset: str | None, split: str) -> str:
    """Return what stands for the split. Raises: UsageError if other images are asked for too."""
    if dataset or split != "test":
        raise UsageError("--pictures: goes without --dataset and --split")
    return "pictures"


def loaded(folder: Path, runs: "Sequence[Run]", problems: list[str]) -> "Iterator[LoadedRun]":
    """Yield each run with its network and the pictures; those that cannot be used are problems.

    Raises: UsageError if a picture's folder is named as no class of a run.
    """
    import numpy as np

    from bpnet.datasets import Split
    from bpnet.runs import loading

    pictures = class_folders.found(folder, problems)
    for run in runs:
        _refuse_unknown(folder, pictures, run)
    networks = loading.networks(runs)
    images, names = class_folders.read(pictures, as_is=False, problems=problems)
    for run, network in zip(runs, networks, strict=True):
        classes = run.config.data.names
        labels = np.array([classes.index(name) for name in names])
        known = loading.Fingerprint(classes, {str(folder): ""}, len(names))
        yield loading.LoadedRun(run, network, Split(images, labels), known)


def _refuse_unknown(folder: Path, pictures: "Sequence[class_folders.Picture]", run: "Run") -> None:
    classes = run.config.data.names
    for picture in pictures:
        if picture.name not in classes:
            raise UsageError(
                f"{Path(picture.path).parent}: {run.folder} has no class {picture.name}; its "
                f"classes are {short(', '.join(classes))}"
            )
