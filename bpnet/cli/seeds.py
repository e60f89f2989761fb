"""`bpnet train --seeds`: a process for each seed, some at a time; one display, and one table."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from bpnet import datasets
from bpnet.cli import jobs as processes
from bpnet.cli.console import (
    byte_bar,
    echo_all,
    percent,
    spread,
    stderr_is_a_terminal,
    table,
    tell,
)
from bpnet.cli.jobs import Watch
from bpnet.cli.options import with_options
from bpnet.config import Config
from bpnet.config.schema import LARGEST_SEED
from bpnet.errors import RunError, UsageError
from bpnet.runs import directory, metadata, results
from bpnet.runs.metadata import Result
from bpnet.system import storage

HEADING = ["seed", "test accuracy", "wrong", "loss", "epoch", "validation"]


def start(
    config: Config, name: str, folder: Path | None, count: int, jobs: int, quiet: bool
) -> None:
    """Train as many seeds, from the config's on, in new run directories."""
    if config.seed + count - 1 > LARGEST_SEED:
        raise UsageError(f"--seeds: {count} from {config.seed} on go above {LARGEST_SEED}")
    datasets.load(config.data, byte_bar, tell)  # once before all do: what is wrong is told once
    folder = directory.new(f"{name}-{count}-seeds", folder)
    with directory.alone(folder):
        directory.create_seeds(config, count, folder)
        _train(folder, config.train.epochs, jobs, [], quiet)


def resume(folder: Path, jobs: int, data_dir: str | None, quiet: bool) -> None:
    """Train on the seeds in the folder that have not finished."""
    unfinished = _unfinished(folder)
    if not unfinished:
        tell(f"{folder}: all its seeds have finished: nothing to do")
        _print_results(folder)
        return
    config = metadata.open_run(unfinished[0], with_options((), data_dir)).config
    datasets.load(config.data, byte_bar, tell)
    options = ["--data-dir", data_dir] if data_dir is not None else []
    with directory.alone(folder):
        _train(folder, config.train.epochs, jobs, options, quiet)


def _train(folder: Path, epochs: int, jobs: int, options: list[str], quiet: bool) -> None:
    """Train to the end and print the table, unless a signal comes first."""
    with _display(metadata.seeds(folder), epochs, quiet) as watch:
        told = [*options, "--quiet"] if quiet else options
        statuses, number = processes.train(_unfinished(folder), jobs, told, watch)
    resume = ["bpnet", "train", "--resume", str(folder), *options]
    resume += ["--jobs", str(jobs)] if jobs > 1 else []
    if number and _unfinished(folder):
        tell(f"interrupted; go on with: {shlex.join(resume)}")
        raise click.exceptions.Exit(128 + number)
    _print_results(folder)
    failed = [f"{seed}: {_failure(status)}" for seed, status in statuses.items() if status]
    if failed:
        raise RunError(*failed, f"try again with: {shlex.join(resume)}")


def _unfinished(folder: Path) -> list[Path]:
    return [
        seed for seed in metadata.seeds(folder) if metadata.read(seed).get("status") != "finished"
    ]


def _failure(status: int) -> str:
    """Say how a process has failed.

    >>> _failure(1), _failure(-9)
    ('failed with exit status 1', 'was killed by signal 9')
    """
    return f"failed with exit status {status}" if status > 0 else f"was killed by signal {-status}"


@contextmanager
def _display(seeds: Sequence[Path], epochs: int, quiet: bool) -> Iterator[Watch]:
    """Show the epochs of all seeds: as one bar, or line by line where there is no terminal."""
    with tqdm(
        total=len(seeds) * epochs,
        initial=sum(map(_epochs_done, seeds)),
        unit=" epochs",
        leave=False,
        disable=quiet or not stderr_is_a_terminal(),
    ) as bar:

        def watch(seed: Path, line: str) -> None:
            if line.startswith("epoch ") and not bar.disable:
                bar.set_postfix_str(f"{seed.name}: {line.partition('  loss')[0]}", refresh=False)
                bar.update()
            else:
                tell(f"{seed.name}: {line}")

        yield watch


def _epochs_done(seed: Path) -> int:
    path = seed / "log.csv"
    return storage.read(path, results.LOG_LIMIT).count(b"\n") - 1 if storage.exists(path) else 0


def _print_results(folder: Path) -> None:
    """Print the table of the seeds that have finished, what they come to together, and the path."""
    unfinished = _unfinished(folder)
    seeds = [seed for seed in metadata.seeds(folder) if seed not in unfinished]
    results = [metadata.result(seed) for seed in seeds]
    if not results:
        return
    rows = [HEADING, *map(_cells, seeds, results)]
    width = len(HEADING) if any(result.best_epoch for result in results) else 4
    echo_all(table([row[:width] for row in rows]))
    if len(results) > 1:
        click.echo(f"mean of {len(results)} seeds: {', '.join(_means(results))}")
    click.echo(folder)


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
