"""`bpnet train --seeds`: a process for each seed, some at a time; one display, and one table."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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
from bpnet.errors import BpnetError, RunError, UsageError
from bpnet.runs import anew, directory, mending, metadata, results, seed_folders
from bpnet.runs.directory import Run
from bpnet.runs.metadata import Result, Status
from bpnet.system import held, processors
from bpnet.training.need import refuse_too_large

HEADING = ["seed", "test accuracy", "wrong", "loss", "epoch", "validation"]


def start(
    config: Config, name: str, folder: Path | None, count: int, parallel: int, quiet: bool
) -> None:
    """Train as many seeds, from the config's on, in new run directories."""
    if config.seed + count - 1 > LARGEST_SEED:
        raise UsageError(f"--seeds: {count} from {config.seed} on go above {LARGEST_SEED}")
    config = datasets.completed(config)
    refuse_too_large(config, min(parallel, count))
    processors.warn_of_more(min(parallel, count), config.train.workers, tell)
    datasets.load(config.data, byte_bar, tell)  # once before all do: what is wrong is told once
    folder = directory.new(f"{name}-{count}-seeds", folder)
    with directory.locked(folder):
        seed_folders.create(config, count, folder)
        _train(folder, seed_folders.seeds(folder), config, parallel, (), quiet)


def resume(
    folder: Path, parallel: int, data_dir: str | None, other_arithmetic: bool, quiet: bool
) -> None:
    """Train on the seeds in the folder that have not finished, and bring back what others lost."""
    seeds = seed_folders.seeds(folder)
    unfinished = _unfinished(seeds)
    left = unfinished + [seed for seed in seeds if seed not in unfinished and not _is_whole(seed)]
    if not left:
        tell(f"{folder}: all its seeds have finished: nothing to do")
        _print_results(folder, seeds)
        return
    anew.refuse_threads(*_opened(unfinished))
    config = directory.open_run(left[0], with_options((), data_dir)).config
    refuse_too_large(config, min(parallel, len(left)))
    processors.warn_of_more(min(parallel, len(left)), config.train.workers, tell)
    if unfinished:
        datasets.load(config.data, byte_bar, tell)
    options = [] if data_dir is None else ["--data-dir", data_dir]
    options += ["--other-arithmetic"] if other_arithmetic else []
    with directory.locked(folder):
        _train(folder, left, config, parallel, options, quiet)


def _train(
    folder: Path,
    left: Sequence[Path],
    config: Config,
    parallel: int,
    options: Sequence[str],
    quiet: bool,
) -> None:
    """Train those that are left to the end, and print the table, unless a signal comes first.

    The options are those that each job gets, and whoever resumes what is left.
    """
    seeds = seed_folders.seeds(folder)
    with display(seeds, config, quiet) as watch:
        statuses, number = jobs.train(left, parallel, options, watch)
    held.refuse_another(folder)
    command = shlex.join(_resuming(folder, parallel, options))
    if number and _unfinished(seeds):
        tell(f"interrupted; go on with: {command}")
        raise click.exceptions.Exit(128 + number)
    _print_results(folder, seeds)
    failed = [f"{seed}: {_failure(status)}" for seed, status in statuses.items() if status]
    if failed:
        raise RunError(*failed, f"try again with: {command}")


def _resuming(folder: Path, parallel: int, options: Sequence[str]) -> list[str]:
    command = ["bpnet", "train", "--resume", str(folder), *options]
    return command + (["--jobs", str(parallel)] if parallel > 1 else [])


def _unfinished(seeds: Sequence[Path]) -> list[Path]:
    return [seed for seed in seeds if metadata.status(seed) != Status.FINISHED]


def _opened(seeds: Sequence[Path]) -> Iterator[Run]:
    """Yield those that can be opened; what is wrong with the others their processes will say."""
    for seed in seeds:
        with suppress(BpnetError):
            yield directory.open_run(seed)


def _is_whole(seed: Path) -> bool:
    """Whether a finished seed is as it was left."""
    try:
        return not mending.spoilt(directory.open_run(seed))
    except BpnetError:  # its process will say it
        return False


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
    """Return how many epochs the log has; a damaged one is written anew with the next epoch."""
    try:
        return len(results.read_log(run))
    except BpnetError:
        return 0


def _print_results(folder: Path, seeds: Sequence[Path]) -> None:
    """Print the table of the seeds that have finished, what they come to together, and the path."""
    unfinished = _unfinished(seeds)
    finished = [seed for seed in seeds if seed not in unfinished]
    found = [metadata.result(seed) for seed in finished]
    if not found:
        return
    rows = [HEADING, *map(_cells, finished, found)]
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
