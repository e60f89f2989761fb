"""Runs that are found by looking: all of a place, and the newest. Without NumPy, as `directory`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bpnet import config
from bpnet.errors import BpnetError, RunError
from bpnet.runs import metadata
from bpnet.runs.directory import CONFIG
from bpnet.runs.metadata import Status
from bpnet.system import storage
from bpnet.system.held import as_storage_error
from bpnet.system.progress import Tell


def every(place: Path, tell: Tell) -> list[Path]:
    """Return every run directory: the place itself, those in it, and one level below, as seeds are.

    What cannot be looked into is told.
    """
    is_run = _is_run(place, tell)
    if is_run is None:
        return []
    found = [place] if is_run else []
    for outer in _inside(place, tell):
        is_run = _is_run(outer, tell)
        inner = [] if is_run is None else _inside(outer, tell)
        found += [outer] if is_run else []
        found += [folder for folder in inner if _is_run(folder, tell)]
    return found


def newest(tell: Tell) -> Path:
    """Return the folder of the finished run that was started last, in runs/ or one level below.

    What is damaged is passed over, and told.
    Raises: RunError if there is none.
    """
    starts = {}
    for folder in every(Path("runs"), tell):
        with _passing_over(tell):
            found = metadata.read(folder)
            if found.get("status") == Status.FINISHED:
                starts[folder] = str(found.get("started", ""))
    now = metadata.now()
    for folder in sorted(starts, key=lambda folder: _past(starts[folder], now), reverse=True):
        with _passing_over(tell):
            config.read(folder / CONFIG, environment={})
            return folder
    raise RunError("runs: holds no finished run; name a run directory, or train first")


def _past(time: str, now: str) -> str:
    """Return the time, or the earliest for one that a wrong clock has given: it is yet to come."""
    return time if time <= now else ""


def _inside(folder: Path, tell: Tell) -> list[Path]:
    with _passing_over(tell), as_storage_error(folder, "cannot be looked into"):
        return [folder / name for name in storage.names(folder)] if folder.is_dir() else []
    return []


def _is_run(folder: Path, tell: Tell) -> bool | None:
    """Whether the folder is a run; None if that cannot be told."""
    with _passing_over(tell):
        return storage.exists(folder / CONFIG)
    return None


@contextmanager
def _passing_over(tell: Tell) -> Iterator[None]:
    """Tell of an error, and go on."""
    try:
        yield
    except BpnetError as error:
        tell(f"{error.lines[0]}; passed over")
