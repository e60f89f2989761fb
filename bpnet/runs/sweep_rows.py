"""results.csv: a row for each run of a sweep, read from the runs' own files."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpnet.config import Config, combinations, flatten
from bpnet.errors import BpnetError, StorageError, short
from bpnet.runs import metadata, results
from bpnet.runs.directory import Run
from bpnet.runs.identity import other_settings
from bpnet.runs.kinds import CONFIG
from bpnet.runs.metadata import Status
from bpnet.runs.sweeps import Planned, Sweep
from bpnet.system import locks, storage
from bpnet.system.progress import Tell

NAME = "results.csv"
LIMIT = 2**30  # bytes
CHANGED = "changed"  # the status of a run that was trained with other settings than the sweep's
BEFORE, AFTER = (
    ("trial", "seed"),
    ("status", "best_epoch", "validation_accuracy", "test_accuracy", "epochs", "seconds", "run"),
)


@dataclass(frozen=True)
class Row:
    """A run of the sweep: how far it is, and what has come out; None is not known."""

    run: Planned
    status: str
    best_epoch: int | None = None
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    epochs: int | None = None
    seconds: float | None = None


def rows(sweep: Sweep) -> Iterator[Row]:
    """Yield the row of every run."""
    return (row(sweep, run) for run in sweep.runs())


def row(sweep: Sweep, run: Planned) -> Row:
    """Return the row of a run, by what its folder holds now."""
    try:
        if not storage.exists(run.folder / CONFIG):
            return Row(run, Status.NOT_BEGUN)
        return _row(run, sweep.config(run))
    except BpnetError:
        return Row(run, Status.DAMAGED)


def _row(run: Planned, config: Config) -> Row:
    """Return the row of a run that is there; its config need not be read, which takes longest."""
    held = locks.is_held(run.folder / locks.NAME)  # asked first: it may end while it is looked at
    facts = metadata.read(run.folder)
    if other_settings(facts, config):
        return Row(run, CHANGED)
    status = str(facts.get("status", Status.NOT_BEGUN))
    status = Status.KILLED if status == Status.RUNNING and not held else short(status)
    log = results.read_log(Run(run.folder, config))
    epochs, seconds = len(log), sum(record.seconds for record in log)
    if status != Status.FINISHED:
        return Row(run, status, epochs=epochs, seconds=seconds)
    found = metadata.result(run.folder)
    scores = (found.best_epoch, found.validation_accuracy, found.test_accuracy)
    return Row(run, status, *scores, epochs, seconds)


class Results:
    """results.csv of a sweep: a line for each run, which is made once for each time it changes."""

    def __init__(self, sweep: Sweep, found: Iterable[Row]) -> None:
        self.sweep = sweep
        self.keys = combinations.varying(sweep.trials)
        self.rows: dict[Path, Row] = {}
        self.lines: dict[Path, str] = {}
        for row in found:
            self.take(row)

    def take(self, row: Row) -> None:
        """Put the row in the place of the one that its run had."""
        self.rows[row.run.folder] = row
        self.lines[row.run.folder] = _line(self._cells(row))

    def write(self) -> None:
        """Write results.csv, unless it says the same already."""
        path = self.sweep.folder / NAME
        heading = _line([*BEFORE, *self.keys, *AFTER])
        content = "".join([heading, *self.lines.values()]).encode()
        if not storage.exists(path) or storage.read(path, LIMIT) != content:
            storage.write(path, content)

    def keep(self, tell: Tell) -> bool:
        """Write it too, and return whether it is; if it cannot be, that is told, and no error."""
        try:
            self.write()
        except StorageError as error:
            tell(f"warning: {error}")
            return False
        return True

    def _cells(self, row: Row) -> Iterator[Any]:
        settings = flatten(self.sweep.trials[row.run.trial - 1].config)
        yield from (row.run.trial, row.run.seed)
        for value in (settings[key] for key in self.keys):
            yield list(value) if isinstance(value, tuple) else value
        yield from (row.status, row.best_epoch, row.validation_accuracy, row.test_accuracy)
        yield from (row.epochs, row.seconds)
        yield row.run.folder.relative_to(self.sweep.folder).as_posix()


def _line(cells: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
