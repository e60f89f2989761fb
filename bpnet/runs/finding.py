"""Runs that are found by looking: all of a place, and the newest. Without NumPy, as `directory`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bpnet import config
from bpnet.errors import BpnetError, RunError
from bpnet.runs import metadata
from bpnet.runs.kinds import CONFIG, SWEEP
from bpnet.runs.metadata import WITHOUT_TEST, Status
from bpnet.system import storage
from bpnet.system.held import as_storage_error
from bpnet.system.progress import Tell, silent


def every(place: Path, tell: Tell) -> list[Path]:
    """Return every run directory: the place itself, those in it, and one level below, as seeds are.

    In a sweep they are one level deeper. What cannot be looked into is told.
    """
    is_run = _holds(place, CONFIG, tell)
    found = [place] if is_run else []
    for outer in [] if is_run is None else _inside(place, tell):
        found += _runs(outer, 2 if _holds(outer, SWEEP, silent) else 1, tell)
    return found


def _runs(folder: Path, levels: int, tell: Tell) -> list[Path]:
    """Return the folder if it is a run, and the runs that are at most so many levels below it."""
    is_run = _holds(folder, CONFIG, tell)
    found = [folder] if is_run else []
    for inner in _inside(folder, tell) if levels and is_run is not None else []:
        found += _runs(inner, levels - 1, tell)
    return found


def newest(tell: Tell) -> Path:
    """Return the folder of the finished run that was started last, of all in runs/.

    What is damaged is passed over, and told; so are runs without a test score, which are trials.
    Raises: RunError if there is none.
    """
    starts, trials = {}, 0
    for folder in every(Path("runs"), tell):
        with _passing_over(tell):
            found = metadata.read(folder)
            if found.get(WITHOUT_TEST):
                trials += 1
            elif found.get("status") == Status.FINISHED:
                starts[folder] = str(found.get("started", ""))
    now = metadata.now()
    for folder in sorted(starts, key=lambda folder: _past(starts[folder], now), reverse=True):
        with _passing_over(tell):
            config.read(folder / CONFIG, environment={})
            return folder
    but = " but trials of a sweep, without a test score" if trials else ""
    raise RunError(f"runs: holds no finished run{but}; name a run directory, or train first")


def _past(time: str, now: str) -> str:
    """Return the time, or the earliest for one that a wrong clock has given: it is yet to come."""
    return time if time <= now else ""


def _inside(folder: Path, tell: Tell) -> list[Path]:
    with _passing_over(tell), as_storage_error(folder, "cannot be looked into"):
        return [folder / name for name in storage.names(folder)] if folder.is_dir() else []
    return []


def _holds(folder: Path, name: str, tell: Tell) -> bool | None:
    """Whether a file of this name is in the folder; None if that cannot be told."""
    with _passing_over(tell):
        return storage.exists(folder / name)
    return None


@contextmanager
def _passing_over(tell: Tell) -> Iterator[None]:
    """Tell of an error, and go on."""
    try:
        yield
    except BpnetError as error:
        tell(f"{error.lines[0]}; passed over")
