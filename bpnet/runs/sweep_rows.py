"""results.csv: a row for each run of a sweep, read from the runs' own files."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bpnet.config import combinations, flatten
from bpnet.errors import BpnetError
from bpnet.runs import directory, listing
from bpnet.runs.metadata import Status
from bpnet.runs.sweeps import Planned, Sweep
from bpnet.system import storage
from bpnet.system.progress import silent

NAME = "results.csv"
BEFORE, AFTER = (
    ("trial", "seed"),
    ("status", "best_epoch", "validation_accuracy", "test_accuracy", "epochs", "seconds", "run"),
)


@dataclass(frozen=True)
class Row:
    """A run of a sweep: how far it is, and what has come out; None is not known."""

    run: Planned
    status: str
    best_epoch: int | None = None
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    epochs: int | None = None
    seconds: float | None = None


def row(run: Planned) -> Row:
    """Return the row of a run, by what its folder holds now."""
    try:
        if not directory.is_one(run.folder):
            return Row(run, Status.NOT_BEGUN)
        found = listing.listed(run.folder, silent)
    except BpnetError:
        return Row(run, Status.DAMAGED)
    return Row(
        run,
        found.status,
        found.best_epoch,
        found.validation_accuracy,
        found.test_accuracy,
        found.epochs,
        found.seconds,
    )


def rows(sweep: Sweep) -> Iterator[Row]:
    """Yield the row of every run."""
    return map(row, sweep.runs())


def write(sweep: Sweep, found: Sequence[Row]) -> None:
    """Write results.csv: the keys that vary have a column each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    keys = combinations.varying(sweep.trials)
    writer.writerow([*BEFORE, *keys, *AFTER])
    writer.writerows(_cells(sweep, one, keys) for one in found)
    storage.write(sweep.folder / NAME, text.getvalue().encode())


def _cells(sweep: Sweep, one: Row, keys: Sequence[str]) -> list[Any]:
    settings = flatten(sweep.trials[one.run.trial - 1].config)
    values = [settings[key] for key in keys]
    return [
        one.run.trial,
        one.run.seed,
        *(list(value) if isinstance(value, tuple) else value for value in values),
        one.status,
        one.best_epoch,
        one.validation_accuracy,
        one.test_accuracy,
        one.epochs,
        one.seconds,
        one.run.folder.relative_to(sweep.folder).as_posix(),
    ]
