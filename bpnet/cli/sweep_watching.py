"""The runs of a sweep while they are trained: what is shown of them, and kept in results.csv."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bpnet.cli.bars import tqdm
from bpnet.cli.console import epoch_number, percent, stderr_is_a_terminal, tell
from bpnet.cli.jobs import Message
from bpnet.cli.seeds import failure
from bpnet.config import flatten
from bpnet.config.settings import as_text
from bpnet.runs import sweep_rows
from bpnet.runs.metadata import Status
from bpnet.runs.sweep_rows import Results, Row
from bpnet.runs.sweeps import Planned, Sweep

OFTEN = 1.0  # seconds between two writings of results.csv


@contextmanager
def watching(sweep: Sweep, left: Sequence[Planned], quiet: bool) -> Iterator["Watching"]:
    """Show the epochs of all runs as one bar; where there is no terminal, a line for each run."""
    results = Results(sweep, sweep_rows.rows(sweep))
    lengths = {run.folder: sweep.config(run).train.epochs for run in sweep.runs()}
    with tqdm(
        total=sum(lengths.values()),
        initial=sum(row.epochs or 0 for row in results.rows.values()),
        unit=" epochs",
        leave=False,
        disable=quiet or not stderr_is_a_terminal(),
    ) as bar:
        watch = Watching(results, left, bar, quiet)
        watch.save()
        yield watch


class Watching:
    """The runs that are left to train: what they say, and what becomes of them."""

    def __init__(
        self, results: Results, left: Sequence[Planned], bar: "tqdm[Any]", quiet: bool
    ) -> None:
        self.results = results
        self.left = {run.folder: run for run in left}
        self.bar = bar
        self.quiet = quiet
        self.done = 0
        self.failed: dict[Path, str] = {}
        self._last_words: dict[Path, str] = {}
        self._is_changed = self._is_refused = False
        self._written = time.monotonic()

    def hear(self, folder: Path, message: Message) -> None:
        """Show a line; the end of an epoch moves the bar."""
        if self.results.rows[folder].status != Status.RUNNING:
            self._take(replace(self.results.rows[folder], status=Status.RUNNING))
        if isinstance(message, str):
            if not message.startswith(" "):  # more of an error, or of a traceback
                self._last_words[folder] = message
            tell(f"{self._name(folder)}: {message}")
        else:
            epoch = epoch_number(message, self._epochs(folder))
            self.bar.set_postfix_str(f"{self._name(folder)}: {epoch}", refresh=False)
            self.bar.update()

    def ended(self, folder: Path, status: int) -> None:
        """Take in that a run has ended, and with which exit status."""
        row = sweep_rows.row(self.results.sweep, self.left[folder])
        self._take(row)
        self.done += 1
        last = self._last_words.pop(folder, "")
        if status:
            self.failed[folder] = f"{failure(status)}{last and f': {last}'}"
            if status < 128:  # else a signal has ended it, as it may have all others
                self._tell(row, failure(status))
            self.bar.update(self._epochs(folder) - (row.epochs or 0))
        elif self.bar.disable and not self.quiet:
            self._tell(row, f"{_score(row)}  {row.seconds or 0:.1f} s")

    def has_diverged(self, folder: Path) -> bool:
        """Whether a run has failed as it would again."""
        return self.results.rows[folder].status == Status.DIVERGED

    def keep(self) -> None:
        """Write results.csv where something has changed, but not all the time."""
        if self._is_changed and time.monotonic() > self._written + OFTEN:
            self.save()

    def save(self) -> None:
        """Write results.csv.

        Whoever looks at it just now may keep it from being written: it is tried again.
        """
        self._written = time.monotonic()
        self._is_changed = not self.results.keep(self._tell_once)

    def _tell_once(self, warning: str) -> None:
        if not self._is_refused:
            tell(f"{warning}; it is tried again")
        self._is_refused = True

    def _take(self, row: Row) -> None:
        self.results.take(row)
        self._is_changed = True

    def _tell(self, row: Row, what: str) -> None:
        """Tell what has become of a run, and how many of those that were left have ended."""
        place = f"{self.done:{len(str(len(self.left)))}}/{len(self.left)}"
        settings = flatten(self.results.sweep.config(row.run))
        chosen = " ".join(f"{key}={as_text(settings[key])}" for key in self.results.keys)
        tell("  ".join(filter(None, [place, self._name(row.run.folder), chosen, what])))

    def _name(self, folder: Path) -> str:
        return folder.relative_to(self.results.sweep.folder).as_posix()

    def _epochs(self, folder: Path) -> int:
        return self.results.sweep.config(self.left[folder]).train.epochs


def _score(row: Row) -> str:
    """Return by what the run is judged."""
    if row.validation_accuracy is not None:
        return f"validation {percent(row.validation_accuracy)}"
    return "-" if row.test_accuracy is None else f"test {percent(row.test_accuracy)}"
