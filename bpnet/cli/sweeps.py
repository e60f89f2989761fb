"""The runs of a sweep: begun or resumed, watched, and told of when they fail."""

import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from bpnet import datasets
from bpnet.cli import jobs, sweep_results
from bpnet.cli.bars import tqdm
from bpnet.cli.console import byte_bar, percent, stderr_is_a_terminal, tell
from bpnet.cli.jobs import Here, Message
from bpnet.cli.seeds import failure
from bpnet.config import combinations
from bpnet.errors import RunError
from bpnet.runs import directory, metadata, sweep_rows, sweeps
from bpnet.runs.metadata import Status
from bpnet.runs.sweep_rows import Row
from bpnet.runs.sweeps import Planned, Sweep
from bpnet.system import held, processors
from bpnet.training import need

OFTEN = 1.0  # seconds between two writings of results.csv


def start(
    path: Path,
    settings: Sequence[str],
    count: int,
    parallel: int,
    folder: Path | None,
    stop_on_error: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train every combination with as many seeds, in a new folder."""
    trials = combinations.trials(path, settings)
    if folder:
        directory.refuse_taken(folder)  # before a download
    base = trials[0].config
    _make_ready(Sweep(Path(), trials, base.seed, count), parallel)
    folder = directory.new(f"{path.stem}-sweep", folder)
    with directory.locked(folder):
        sweep = sweeps.create(folder, base, trials, base.seed, count)
        _train(sweep, list(sweep.runs()), parallel, stop_on_error, quiet, as_json)


def resume(folder: Path, parallel: int, stop_on_error: bool, quiet: bool, as_json: bool) -> None:
    """Train what has not finished of the sweep in the folder."""
    sweep = sweeps.open_sweep(folder)
    left = [run for run in sweep.runs() if metadata.status(run.folder) != Status.FINISHED]
    if left:
        _make_ready(sweep, parallel)
    with directory.locked(folder):
        _train(sweep, left, parallel, stop_on_error, quiet, as_json)


def _make_ready(sweep: Sweep, parallel: int) -> None:
    """Have the data, and refuse what memory cannot hold; what is wrong is told once."""
    configs = [trial.config for trial in sweep.trials]
    at_once = min(parallel, len(configs) * sweep.count)
    need.refuse_too_large(max(configs, key=need.memory), at_once)
    processors.warn_of_more(at_once, max(one.train.workers for one in configs), tell)
    for data in dict.fromkeys(replace(one.data, train=0) for one in configs):
        datasets.load(data, byte_bar, tell)


def _train(
    sweep: Sweep,
    left: Sequence[Planned],
    parallel: int,
    stop_on_error: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Train what is left to the end, and print the table, unless a signal comes first."""
    watching = Watching(sweep, left, stop_on_error, quiet)
    with watching.bar:
        statuses, number = jobs.train(
            _made(sweep, left), Here(parallel, ()), watching.hear, watching.ended
        )
    held.refuse_another(sweep.folder)
    sweep_rows.write(sweep, watching.rows())
    command = shlex.join(_resuming(sweep.folder, parallel))
    if number and any(statuses.get(run.folder) != 0 for run in left):
        tell(f"interrupted; go on with: {command}")
        raise click.exceptions.Exit(128 + number)
    sweep_results.show(sweep, as_json)
    failed = [f"{run}: {failure(status)}" for run, status in statuses.items() if status]
    if failed:
        raise RunError(*failed, f"try again with: {command}")


def _made(sweep: Sweep, left: Sequence[Planned]) -> Iterator[Path]:
    """Yield the folder of each run; it is made when the run is to begin."""
    for run in left:
        held.refuse_another(sweep.folder)
        sweep.make(run)
        yield run.folder


def _resuming(folder: Path, parallel: int) -> list[str]:
    command = ["bpnet", "sweep", "--resume", str(folder)]
    return command + (["--jobs", str(parallel)] if parallel > 1 else [])


class Watching:
    """What is shown of the runs of a sweep, and kept in results.csv, while they are trained."""

    def __init__(
        self, sweep: Sweep, left: Sequence[Planned], stop_on_error: bool, quiet: bool
    ) -> None:
        self.sweep = sweep
        self.stop_on_error = stop_on_error
        self.quiet = quiet
        self.left = {run.folder: run for run in left}
        self.found: dict[Path, Row] = {
            run.folder: Row(run, Status.NOT_BEGUN)
            if run.folder in self.left
            else sweep_rows.row(run)
            for run in sweep.runs()
        }
        self.done = 0
        self.last_lines: dict[Path, str] = {}
        self.written = 0.0
        self.bar = tqdm(
            total=sum(sweep.trials[run.trial - 1].config.train.epochs for run in left),
            unit=" epochs",
            leave=False,
            disable=quiet or not stderr_is_a_terminal(),
        )

    def rows(self) -> list[Row]:
        """Return the row of every run of the sweep."""
        return list(self.found.values())

    def hear(self, folder: Path, message: Message) -> None:
        """Show a line; the end of an epoch moves the bar."""
        if isinstance(message, str):
            self.last_lines[folder] = message
            tell(f"{self._name(folder)}: {message}")
        else:
            self.bar.update()

    def ended(self, folder: Path, status: int) -> bool:
        """Take in that a run has ended; return whether more are to be begun."""
        row = sweep_rows.row(self.left[folder])
        self.found[folder] = row
        self.done += 1
        last = self.last_lines.pop(folder, "")
        if status:
            tell(f"{self._name(folder)}: {failure(status)}{last and f': {last}'}")
        elif not self.quiet:
            share = row.validation_accuracy or row.test_accuracy or 0.0
            place = f"{self.done:{len(str(len(self.left)))}}/{len(self.left)}"
            tell(f"{place}  {self._name(folder)}: {percent(share)}  {row.seconds or 0:.1f} s")
        if time.monotonic() > self.written + OFTEN:
            sweep_rows.write(self.sweep, self.rows())
            self.written = time.monotonic()
        return not (status and self.stop_on_error)

    def _name(self, folder: Path) -> str:
        return folder.relative_to(self.sweep.folder).as_posix()
