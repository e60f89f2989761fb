"""The folders of runs: made anew, never over another, and held by one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from bpnet import config
from bpnet.config import Config
from bpnet.errors import RunError, UsageError
from bpnet.runs import metadata
from bpnet.runs.metadata import Run
from bpnet.system import locks, storage


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let no other process train in the folder meanwhile.

    Raises: RunError if one does, naming it.
    """
    with locks.hold(folder / locks.NAME) as holder:
        if holder:
            raise RunError(f"{folder}: {holder} is training it; wait for its end, or stop it")
        storage.sweep(folder)
        yield


def new(name: str, folder: Path | None = None) -> Path:
    """Return the given folder, which must be empty, or a new one in runs/, of time and name.

    Raises: UsageError if the given one is not empty; what is in it is never overwritten.
    """
    if folder is None:
        stem = f"{datetime.now():%Y-%m-%d_%H%M%S}_{name}"
        return next(path for path in _numbered(stem) if storage.make_new_folder(path))
    if not storage.make_new_folder(folder):
        _refuse_taken(folder)
    return folder


def _numbered(stem: str) -> Iterator[Path]:
    runs = Path("runs")
    return chain([runs / stem], (runs / f"{stem}-{number}" for number in count(2)))


def _refuse_taken(folder: Path) -> None:
    """Raise UsageError if there is more in the folder than a process leaves that dies in here."""
    if any(name != locks.NAME and not storage.TEMPORARY.fullmatch(name) for name in _names(folder)):
        is_run = storage.exists(folder / "config.yaml") or metadata.seeds(folder)
        hint = f", or go on with it by --resume {folder}" if is_run else ""
        raise UsageError(f"{folder}: is there already; give another --run-dir{hint}")


def _names(folder: Path) -> list[str]:
    return storage.names(folder) if folder.is_dir() else [folder.name]


def create(settings: Config, folder: Path) -> Run:
    """Write the config of a new run into its folder.

    Raises: UsageError if another process has made a run there meanwhile.
    """
    _refuse_taken(folder)
    storage.write(folder / "config.yaml", config.dump(settings).encode())
    return Run(folder, settings)


def create_seeds(settings: Config, count: int, folder: Path) -> None:
    """Make a run directory seed-K in the folder for each seed from the config's on.

    Until all of them are there a file says so: `facts.seeds`. To make them elsewhere and to rename
    the whole would not do: the folder may be the current one, or a disk of its own.
    """
    _refuse_taken(folder)
    storage.write(folder / metadata.MAKING, b"")
    for seed in range(settings.seed, settings.seed + count):
        storage.make_folder(folder / f"seed-{seed}")
        create(replace(settings, seed=seed), folder / f"seed-{seed}")
    storage.remove(folder / metadata.MAKING)
