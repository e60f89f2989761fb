"""`bpnet train --seeds`: a process for each seed, some at a time; one display, and one table."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from bpnet import datasets
from bpnet.cli import jobs
from bpnet.cli.bars import tqdm
from bpnet.cli.console import (
    byte_bar,
    echo,
    echo_all,
    epoch_line,
    epoch_number,
    percent,
    spread,
    stderr_is_a_terminal,
    table,
    tell,
)
from bpnet.cli.jobs import Message, Watch
from bpnet.cli.options import with_options
from bpnet.config import Config
from bpnet.config.schema import LARGEST_SEED
from bpnet.errors import RunError, UsageError
from bpnet.runs import directory, metadata, results
from bpnet.runs.directory import Run
from bpnet.runs.metadata import Result, Status
from bpnet.system import storage
from bpnet.training.trainer import refuse_too_large

HEADING = ["seed", "test accuracy", "wrong", "loss", "epoch", "validation"]


def start(
    config: Config, name: str, folder: Path | None, count: int, parallel: int, quiet: bool
) -> None:
    """Train as many seeds, from the config's on, in new run directories."""
    if config.seed + count - 1 > LARGEST_SEED:
        raise UsageError(f"--seeds: {count} from {config.seed} on go above {LARGEST_SEED}")
    refuse_too_large(config, min(parallel, count))
    datasets.load(config.data, byte_bar, tell)  # once before all do: what is wrong is told once
    folder = directory.new(f"{name}-{count}-seeds", folder)
    with directory.locked(folder):
        directory.create_seeds(config, count, folder)
        _train(folder, config, parallel, None, quiet)


def resume(folder: Path, parallel: int, data_dir: str | None, quiet: bool) -> None:
    """Train on the seeds in the folder that have not finished."""
    unfinished = _unfinished(folder)
    if not unfinished:
        tell(f"{folder}: all its seeds have finished: nothing to do")
        _print_results(folder)
        return
    config = directory.open_run(unfinished[0], with_options((), data_dir)).config
    refuse_too_large(config, min(parallel, len(unfinished)))
    datasets.load(config.data, byte_bar, tell)
    with directory.locked(folder):
        _train(folder, config, parallel, data_dir, quiet)


def _train(folder: Path, config: Config, parallel: int, data_dir: str | None, quiet: bool) -> None:
    """Train to the end and print the table, unless a signal comes first."""
    with display(directory.seeds(folder), config, quiet) as watch:
        statuses, number = jobs.train(_unfinished(folder), parallel, data_dir, watch)
    command = shlex.join(_resuming(folder, parallel, data_dir))
    if number and _unfinished(folder):
        tell(f"interrupted; go on with: {command}")
        raise click.exceptions.Exit(128 + number)
    _print_results(folder)
    failed = [f"{seed}: {_failure(status)}" for seed, status in statuses.items() if status]
    if failed:
        raise RunError(*failed, f"try again with: {command}")


def _resuming(folder: Path, parallel: int, data_dir: str | None) -> list[str]:
    command = ["bpnet", "train", "--resume", str(folder)]
    command += [] if data_dir is None else ["--data-dir", data_dir]
    return command + (["--jobs", str(parallel)] if parallel > 1 else [])


def _unfinished(folder: Path) -> list[Path]:
    return [seed for seed in directory.seeds(folder) if metadata.status(seed) != Status.FINISHED]


def _failure(status: int) -> str:
    """Say how a process has failed.

    >>> _failure(1), _failure(-9), _failure(143)
    ('failed with exit status 1', 'was killed by signal 9', 'was ended by signal 15')
    """
    if status < 0:
        return f"was killed by signal {-status}"
    if status > 128:
        return f"was ended by signal {status - 128}"
    return f"failed with exit status {status}"


@contextmanager
def display(seeds: Sequence[Path], config: Config, quiet: bool) -> Iterator[Watch]:
    """Show the epochs of all seeds: as one bar, or line by line where there is no terminal."""
    with tqdm(
        total=len(seeds) * config.train.epochs,
        initial=sum(_epochs_done(Run(seed, config)) for seed in seeds),
        unit=" epochs",
        leave=False,
        disable=quiet or not stderr_is_a_terminal(),
    ) as bar:

        def watch(seed: Path, message: Message) -> None:
            if isinstance(message, str):
                tell(f"{seed.name}: {message}")
            elif not bar.disable:
                epoch = epoch_number(message, config.train.epochs)
                bar.set_postfix_str(f"{seed.name}: {epoch}", refresh=False)
                bar.update()
            elif not quiet:
                tell(f"{seed.name}: {epoch_line(message, config.train.epochs)}")

        yield watch


def _epochs_done(run: Run) -> int:
    if not storage.exists(run.log):
        return 0
    return storage.read(run.log, results.log_limit(run.config.train.epochs)).count(b"\n") - 1


def _print_results(folder: Path) -> None:
    """Print the table of the seeds that have finished, what they come to together, and the path."""
    unfinished = _unfinished(folder)
    seeds = [seed for seed in directory.seeds(folder) if seed not in unfinished]
    found = [metadata.result(seed) for seed in seeds]
    if not found:
        return
    rows = [HEADING, *map(_cells, seeds, found)]
    width = len(HEADING) if any(result.best_epoch for result in found) else 4
    echo_all(table([row[:width] for row in rows]))
    if len(found) > 1:
        echo(f"mean of {len(found)} seeds: {', '.join(_means(found))}")
    echo(folder)


def _cells(seed: Path, result: Result) -> list[str]:
    accuracy = result.validation_accuracy
    return [
        seed.name.removeprefix("seed-"),
        percent(result.test_accuracy),
        str(result.test_images - result.test_correct),
        f"{result.test_loss:.4f}",
        *(["-", "-"] if accuracy is None else [str(result.best_epoch), percent(accuracy)]),
    ]


def _means(results: Sequence[Result]) -> Iterator[str]:
    yield f"test accuracy {spread([result.test_accuracy for result in results])}"
    chosen_by = [result.validation_accuracy for result in results]
    shares = [share for share in chosen_by if share is not None]
    if len(shares) == len(results):
        yield f"validation {spread(shares)}"
