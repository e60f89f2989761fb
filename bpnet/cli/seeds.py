"""`bpnet train --seeds`: a process for each seed, some at a time; one display, and one table."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from bpnet import datasets
from bpnet.cli import jobs, places, seed_results
from bpnet.cli.bars import tqdm
from bpnet.cli.console import (
    byte_bar,
    epoch_line,
    epoch_number,
    stderr_is_a_terminal,
    tell,
)
from bpnet.cli.jobs import Engine, Message, Watch
from bpnet.cli.options import with_options
from bpnet.cli.places import Place
from bpnet.config import Config, contradictions
from bpnet.errors import BpnetError, RunError, UsageError
from bpnet.runs import anew, directory, mending, new_length, results, seed_folders
from bpnet.runs.directory import Run
from bpnet.runs.metadata import Status
from bpnet.system import held


def start(
    config: Config, name: str, folder: Path | None, count: int, place: Place, quiet: bool
) -> None:
    """Train as many seeds, from the config's on, in new run directories."""
    refuse_too_many(config.seed, count)
    if folder:
        directory.refuse_taken(folder)  # before a download
    places.settle_data()
    config = datasets.completed(config)
    place.refuse_too_much([config] * count)
    datasets.load(config.data, byte_bar, tell)  # once before all do: what is wrong is told once
    with place.engine(None, ()) as engine:
        folder = directory.new(f"{name}-{count}-seeds", folder)
        with directory.locked(folder):
            seed_folders.create(config, count, folder)
            seeds = seed_folders.seeds(folder)
            shown = [Run(seed, config) for seed in seeds]
            _train(folder, seeds, shown, engine, _again(folder, place.options()), quiet)


def refuse_too_many(first: int, count: int) -> None:
    """Raise UsageError if there are not so many seeds from the first on."""
    for problem in contradictions.of_seeds(first, count):
        raise UsageError(f"--seeds: {problem}")


def resume(
    folder: Path,
    epochs: int | None,
    place: Place,
    data_dir: str | None,
    other_arithmetic: bool,
    quiet: bool,
) -> None:
    """Train on the seeds in the folder that have not finished, and bring back what others lost.

    With a number of epochs, those that have finished fewer are trained on too.
    """
    seeds = seed_folders.seeds(folder)
    runs = {run.folder: run for run in _opened(seeds)}
    finished = [seed for seed, run in runs.items() if _has_finished(run, epochs)]
    unfinished = [seed for seed in seeds if seed not in finished]
    if epochs is None:
        _tell_of_different_lengths(folder, runs.values())
    else:
        changing = [runs[seed] for seed in unfinished or seeds if seed in runs]
        runs |= {run.folder: new_length.planned(run, epochs) for run in changing}
    left = unfinished + [seed for seed in finished if not mending.is_whole(seed)]
    if not left:
        tell(f"{folder}: all its seeds have finished: nothing to do")
        seed_results.show(folder, seeds)
        return
    anew.refuse_threads(*(runs[seed] for seed in unfinished if seed in runs))
    config = directory.open_run(left[0], with_options((), data_dir)).config
    place.refuse_too_much([config] * len(left))
    if unfinished:
        datasets.load(config.data, byte_bar, tell)
    options = ["--other-arithmetic"] if other_arithmetic else []
    options += [] if epochs is None else ["--epochs", str(epochs)]
    moved = [] if data_dir is None else ["--data-dir", data_dir]
    again = _again(folder, [*moved, *options, *place.options()])
    with place.engine(data_dir, options) as engine, directory.locked(folder):
        _train(folder, left, list(runs.values()), engine, again, quiet)


def _again(folder: Path, options: Sequence[str]) -> str:
    """Return the command that goes on with the seeds in the folder."""
    return shlex.join(["bpnet", "train", "--resume", str(folder), *options])


def _train(
    folder: Path,
    left: Sequence[Path],
    shown: Sequence[Run],
    engine: Engine,
    again: str,
    quiet: bool,
) -> None:
    """Train those that are left to the end, and print the table, unless a signal comes first."""
    seeds = seed_folders.seeds(folder)
    with display(shown, quiet) as watch, places.telling(again):
        statuses, number = jobs.train(left, engine, watch)
    held.refuse_another(folder)
    if number and any(statuses.get(seed) != 0 for seed in left):
        tell(f"interrupted; go on with: {again}")
        raise click.exceptions.Exit(128 + number)
    seed_results.show(folder, seeds)
    failed = [f"{seed}: {failure(status)}" for seed, status in statuses.items() if status]
    if failed:
        raise RunError(*failed, f"try again with: {again}")


def _opened(seeds: Sequence[Path]) -> list[Run]:
    """Return those that can be opened; what is wrong with the others their processes will say."""
    runs = []
    for seed in seeds:
        with suppress(BpnetError):
            runs.append(directory.open_run(seed))
    return runs


def _has_finished(run: Run, epochs: int | None) -> bool:
    """Whether a run has finished: these epochs, if they are given."""
    return run.status == Status.FINISHED and epochs in (None, run.config.train.epochs)


def _tell_of_different_lengths(folder: Path, runs: Iterable[Run]) -> None:
    """Tell of seeds that another number of epochs has not reached: it was stopped before them."""
    lengths = {run.config.train.epochs for run in runs}
    if len(lengths) > 1:
        tell(
            f"{folder}: some of its seeds have {min(lengths)} epochs, some {max(lengths)}; "
            f"--epochs {max(lengths)} makes them alike"
        )


def failure(status: int) -> str:
    """Say how a process has failed.

    >>> failure(1), failure(-9), failure(143)
    ('failed with exit status 1', 'was killed by signal 9', 'was ended by signal 15')
    """
    if status < 0:
        return f"was killed by signal {-status}"
    if status > 128:
        return f"was ended by signal {status - 128}"
    return f"failed with exit status {status}"


@contextmanager
def display(shown: Sequence[Run], quiet: bool) -> Iterator[Watch]:
    """Show the epochs of all seeds: as one bar, or line by line where there is no terminal."""
    lengths = {run.folder: run.config.train.epochs for run in shown}
    with tqdm(
        total=sum(lengths.values()),
        initial=sum(map(_epochs_done, shown)),
        unit=" epochs",
        leave=False,
        disable=quiet or not stderr_is_a_terminal(),
    ) as bar:

        def watch(seed: Path, message: Message) -> None:
            if isinstance(message, str):
                tell(f"{seed.name}: {message}")
            elif not bar.disable:
                epoch = epoch_number(message, lengths[seed])
                bar.set_postfix_str(f"{seed.name}: {epoch}", refresh=False)
                bar.update()
            elif not quiet:
                tell(f"{seed.name}: {epoch_line(message, lengths[seed])}")

        yield watch


def _epochs_done(run: Run) -> int:
    """Return how many epochs the log has; a damaged one is written anew with the next epoch."""
    try:
        return len(results.read_log(run))
    except BpnetError:
        return 0
