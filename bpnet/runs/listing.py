"""What runs there are, from their files."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bpnet.config import Config
from bpnet.errors import BpnetError, short
from bpnet.runs import directory, finding, metadata, results
from bpnet.runs.identity import edits, settings_of
from bpnet.runs.metadata import Status
from bpnet.system import locks
from bpnet.system.progress import Tell


@dataclass(frozen=True)
class Listed:
    """A run: what it is, how far it is, and what has come out; None is not known.

    The settings are the keys of its config by their full names, and where its own files lie.
    """

    run: str
    status: str
    dataset: str | None = None
    hidden: list[int] | None = None
    seed: int | None = None
    epochs: int | None = None
    best_epoch: int | None = None
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    seconds: float | None = None
    started: str | None = None
    settings: dict[str, Any] | None = None


SORTED_BY: dict[str, Callable[[Listed], Any]] = {  # None comes last
    "start": lambda listed: listed.started,
    "name": lambda listed: listed.run,
    "seed": lambda listed: listed.seed,
    "seconds": lambda listed: listed.seconds,
    "validation": lambda listed: _from_the_best(listed.validation_accuracy),
    "test": lambda listed: _from_the_best(listed.test_accuracy),
}


def _from_the_best(accuracy: float | None) -> float | None:
    return None if accuracy is None else -accuracy


def list_runs(places: Sequence[Path], sort: str, tell: Tell) -> list[Listed]:
    """Return every run in the places, in this order; damaged ones are listed as such."""
    found = [_listed(folder, tell) for place in places for folder in finding.every(place, tell)]
    key = SORTED_BY[sort]
    known = sorted((listed for listed in found if key(listed) is not None), key=key)
    return known + [listed for listed in found if key(listed) is None]


def _listed(folder: Path, tell: Tell) -> Listed:
    """Return what is known of a run; one that cannot be read is damaged, and that is told."""
    try:
        return _read(folder, tell)
    except BpnetError as error:
        tell(error.lines[0])
        return Listed(str(folder), Status.DAMAGED)


def _read(folder: Path, tell: Tell) -> Listed:
    held = locks.is_held(folder / locks.NAME)  # asked first: a run may end while it is looked at
    run, found = directory.open_run(folder), metadata.read(folder)
    for line in edits(run):
        tell(line)
    status = str(found.get("status", Status.NOT_BEGUN))
    result = asdict(run.result) if status == Status.FINISHED else {}
    log = results.read_log(run)
    return Listed(
        str(folder),
        Status.KILLED if status == Status.RUNNING and not held else short(status),
        run.config.data.dataset,
        list(run.config.network.hidden),
        run.config.seed,
        len(log),
        result.get("best_epoch"),
        result.get("validation_accuracy"),
        result.get("test_accuracy"),
        sum(record.seconds for record in log),
        found.get("started"),
        _settings(run.config),
    )


def _settings(config: Config) -> dict[str, Any]:
    where = {"data.dir": config.data.dir} if config.data.dataset == "files" else {}
    return settings_of(config) | where
