"""The runs of a sweep: begun or resumed, and trained to the end, or to the next signal."""

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from bpnet import datasets
from bpnet.cli import jobs, places, sweep_results
from bpnet.cli.console import byte_bar, tell
from bpnet.cli.dry_run import amount, refuse_few_images
from bpnet.cli.jobs import Engine
from bpnet.cli.places import Place
from bpnet.cli.seeds import refuse_too_many
from bpnet.cli.sweep_watching import watching
from bpnet.config import DataConfig
from bpnet.config.combinations import Trial
from bpnet.errors import BpnetError, RunError, UsageError
from bpnet.runs import directory, mending, metadata, sweep_rows, sweeps
from bpnet.runs.identity import other_settings
from bpnet.runs.metadata import Status
from bpnet.runs.sweep_rows import CHANGED, Results, Row
from bpnet.runs.sweeps import Planned, Sweep
from bpnet.system import held

MOST_TOLD = 20  # runs of which something is said


@dataclass(frozen=True)
class Manner:
    """How a sweep is trained, and shown.

    The folder of the data is where they lie now; `options` are more of those of each job.
    """

    place: Place
    stop_on_error: bool = False
    quiet: bool = False
    as_json: bool = False
    data_dir: str | None = None
    options: Sequence[str] = ()

    def resuming(self, folder: Path) -> str:
        """Return the command that goes on with the sweep in the folder."""
        moved = [] if self.data_dir is None else ["--data-dir", self.data_dir]
        command = ["bpnet", "sweep", "--resume", str(folder), *moved, *self.options]
        return shlex.join([*command, *self.place.options()])


def start(
    trials: Sequence[Trial], name: str, count: int, folder: Path | None, manner: Manner
) -> None:
    """Train every trial with as many seeds, in a new folder."""
    base = trials[0].config
    refuse_too_many(base.seed, count)
    if folder:
        directory.refuse_taken(folder)  # before a download
    places.settle_data()
    planned = Sweep(Path(), trials, base.seed, count)
    planned = _made_ready(planned, list(planned.runs()), manner)
    with manner.place.engine(None, manner.options) as engine:
        folder = directory.new(f"{name}-sweep", folder)
        with directory.locked(folder):
            sweeps.create(folder, base, trials, base.seed, count)
            if not manner.quiet:
                tell(f"{amount(len(trials), count)}, in {folder}")
            sweep = replace(planned, folder=folder)
            _train(sweep, list(sweep.runs()), engine, manner)


def resume(folder: Path, count: int | None, manner: Manner) -> None:
    """Train the runs of the sweep in the folder that have not finished, and mend the others.

    With a number of seeds, each trial gets as many: those that it has, and more.
    """
    kept = sweeps.open_sweep(folder)
    sweep = kept if count is None else _with_seeds(kept, count)
    if manner.data_dir is not None and len({one.config.data.dir for one in sweep.trials}) > 1:
        raise UsageError(f"--data-dir: the trials of {folder} differ in data.dir")
    results = Results(sweep, sweep_rows.rows(sweep))
    _tell_of_others(results)
    left = [row.run for row in results.rows.values() if not _is_done(row)]
    if not left:
        tell(f"{folder}: all its runs have ended: nothing to do")
        _show(results, manner)
        return
    ready = _made_ready(sweep, left, manner)
    with manner.place.engine(manner.data_dir, manner.options) as engine, directory.locked(folder):
        if sweep.count > kept.count:
            sweeps.create(folder, sweep.trials[0].config, sweep.trials, sweep.first, sweep.count)
        _train(ready, left, engine, manner)


def _with_seeds(sweep: Sweep, count: int) -> Sweep:
    """Return the sweep with as many seeds. Raises: UsageError if it would lose some."""
    if count < sweep.count:
        raise UsageError(
            f"--seeds: expected at least the {sweep.count} of {sweep.folder}, got {count}"
        )
    refuse_too_many(sweep.first, count)
    return replace(sweep, count=count)


def _tell_of_others(results: Results) -> None:
    """Tell of runs that were trained with other settings than sweep.yaml has."""
    changed = [row.run for row in results.rows.values() if row.status == CHANGED]
    for run in changed[:MOST_TOLD]:
        keys = other_settings(metadata.read(run.folder), results.sweep.config(run))
        tell(f"{run.folder}: was trained with another {', '.join(keys)} than sweep.yaml has")
    if len(changed) > MOST_TOLD:
        tell(f"and {len(changed) - MOST_TOLD} more")


def _is_done(row: Row) -> bool:
    """Whether a run has ended by itself, which it would again, and is as it was left."""
    if row.status in (Status.DIVERGED, CHANGED):
        return True
    return row.status == Status.FINISHED and mending.is_whole(row.run.folder)


def _made_ready(sweep: Sweep, left: Sequence[Planned], manner: Manner) -> Sweep:
    """Have the data of all that is left, and refuse what is too much; what is wrong is told once.

    Return the sweep with the names of the classes, which own files bring with them.
    """
    numbers = list(dict.fromkeys(run.trial for run in left))
    configs = [sweep.trials[number - 1].config for number in numbers]
    located = [replace(config, data=_located(config.data, manner)) for config in configs]
    known = dict(zip(numbers, datasets.all_completed(located), strict=True))
    asked = [sweep.trials[number - 1] for number in numbers]
    refuse_few_images(asked, list(known.values()), len(sweep.trials))
    manner.place.refuse_too_much([known[run.trial] for run in left])
    datasets.have_all((config.data for config in known.values()), byte_bar, tell)
    trials = list(sweep.trials)
    for number, config in zip(numbers, configs, strict=True):
        data = replace(config.data, classes=known[number].data.classes)
        trials[number - 1] = replace(trials[number - 1], config=replace(config, data=data))
    return replace(sweep, trials=trials)


def _located(data: DataConfig, manner: Manner) -> DataConfig:
    """Return where a job looks for the data (`directory.open_run`)."""
    variable = "" if data.dataset == "files" else os.environ.get("BPNET_DATA_DIR", "")
    return replace(data, dir=manner.data_dir or variable or data.dir)


def _train(sweep: Sweep, left: Sequence[Planned], engine: Engine, manner: Manner) -> None:
    """Train what is left to the end, and print the table, unless a signal comes first."""
    again = manner.resuming(sweep.folder)

    def ended(run: Path, status: int) -> bool:
        watch.ended(run, status)
        return not (status and manner.stop_on_error)

    with watching(sweep, left, manner.quiet) as watch, places.telling(again):
        _, number = jobs.train(_made(sweep, left), engine, watch.hear, ended, watch.keep)
    held.refuse_another(sweep.folder)
    if number and watch.done - len(watch.failed) < len(left):
        watch.results.keep(tell)
        tell(f"interrupted; go on with: {again}")
        raise click.exceptions.Exit(128 + number)
    problems = [f"{run}: {what}" for run, what in watch.failed.items()]
    if len(problems) > MOST_TOLD:
        problems[MOST_TOLD:] = [f"and {len(problems) - MOST_TOLD} more"]
    if waiting := len(left) - watch.done:
        problems.append(f"{waiting} more have not begun")
    try:
        _show(watch.results, manner)
    except BpnetError as error:
        problems += error.lines
    if problems:
        may_do = waiting or not all(map(watch.has_diverged, watch.failed))
        raise RunError(*problems, *([f"try again with: {again}"] if may_do else []))


def _made(sweep: Sweep, left: Sequence[Planned]) -> Iterator[Path]:
    """Yield the folder of each run; it is made when the run is to begin."""
    for run in left:
        held.refuse_another(sweep.folder)
        sweep.make(run)
        yield run.folder


def _show(results: Results, manner: Manner) -> None:
    results.keep(tell)
    sweep_results.show(results, manner.as_json, manner.data_dir)
