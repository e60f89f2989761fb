"""`bpnet train`: a run from its start, or from its checkpoint, to its end or the next signal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpnet.cli import completion, signals
from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, echo, epoch_line, percent, stderr_is_a_terminal, tell
from bpnet.cli.options import (
    CONFIG,
    DATA_DIR,
    JOBS,
    OTHER_ARITHMETIC,
    SEEDS,
    SET,
    WORKERS,
    with_options,
)
from bpnet.errors import UsageError
from bpnet.system import processors, threads

if TYPE_CHECKING:
    from bpnet.runs.directory import Run
    from bpnet.runs.session import Session
    from bpnet.system.progress import Advance
    from bpnet.training.trainer import Training


@click.command(cls=Command)
@CONFIG
@SET
@click.option(
    "--run-dir",
    metavar="DIR",
    type=Path,
    shell_complete=completion.folders,
    help="Write here. [default: new in runs/]",
)
@click.option(
    "--resume",
    metavar="RUN",
    type=Path,
    shell_complete=completion.runs,
    help="Go on with this run, or its seeds.",
)
@SEEDS
@JOBS
@WORKERS
@DATA_DIR
@OTHER_ARITHMETIC
@click.option("--quiet", is_flag=True, help="No progress: only the result, warnings and errors.")
def train(
    config_file: Path | None,
    settings: tuple[str, ...],
    run_dir: Path | None,
    resume: Path | None,
    count: int | None,
    jobs: int | None,
    workers: str | None,
    data_dir: str | None,
    other_arithmetic: bool,
    quiet: bool,
) -> None:
    """Train a network, and score it on the test images at the end.

    \b
    bpnet train
    bpnet train --config mnist --set network.hidden=300 --set seed=1
    bpnet train --config ./mine.yaml --seeds 5 --jobs 2
    bpnet train --resume runs/2026-01-31_142530_mnist-s0

    Without --config it is --config mnist. Ctrl-C finishes the batch and saves; the run, resumed,
    ends as if it had not been stopped.
    """
    if resume:
        if config_file or settings or run_dir or count or workers is not None:
            raise UsageError(
                "--resume takes no --config, --set, --run-dir, --seeds or --workers: the run has "
                "its own"
            )
        _resume(resume, jobs, data_dir, other_arithmetic, quiet)
        return
    if other_arithmetic:
        raise UsageError("--other-arithmetic goes with --resume")
    if jobs and not count:
        raise UsageError("--jobs goes with --seeds")
    chosen = with_options(settings, data_dir, workers)
    _start(config_file, chosen, run_dir, count, jobs or 1, quiet)


def _start(
    config_file: Path | None,
    settings: list[str],
    run_dir: Path | None,
    count: int | None,
    jobs: int,
    quiet: bool,
) -> None:
    """Train a new run, or one for each of `count` seeds."""
    from bpnet.config import shipped
    from bpnet.runs import anew

    path = config_file or shipped.find(shipped.DEFAULT)
    loaded = anew.load(path, settings)
    threads.fix()
    if count:
        from bpnet.cli import seeds

        seeds.start(loaded, path.stem, run_dir, count, jobs, quiet)
    else:
        from bpnet.runs import session

        with session.started(loaded, path.stem, run_dir, byte_bar, tell) as begun:
            _train(begun, quiet)


def _resume(
    folder: Path, jobs: int | None, data_dir: str | None, other_arithmetic: bool, quiet: bool
) -> None:
    """Go on with a run, or with those of the seeds in the folder that have not finished."""
    from bpnet.runs import directory, seed_folders
    from bpnet.runs.metadata import Status

    if seed_folders.seeds(folder):
        threads.fix()
        from bpnet.cli import seeds

        seeds.resume(folder, jobs or 1, data_dir, other_arithmetic, quiet)
        return
    if jobs:
        raise UsageError(f"--jobs: {folder} is not a folder of seeds")
    run = directory.open_run(folder, with_options((), data_dir))
    threads.fix()
    if run.status == Status.FINISHED:
        from bpnet.runs import mending

        if not mending.mend(run, tell):
            tell(f"{folder}: has finished all its epochs: nothing to do")
        _print_result(run)
        return
    from bpnet.runs import session

    with session.resumed(run, byte_bar, tell, other_arithmetic) as begun:
        _train(begun, quiet, data_dir)


def _train(begun: "Session", quiet: bool, data_dir: str | None = None) -> None:
    """Show the training to its end, and print the result, unless a signal comes first."""
    from bpnet.runs import session

    training = begun.training
    processors.warn_of_more(1, training.config.train.workers, tell)
    with signals.collected() as received:
        with bar(training, quiet) as advance:
            for record in session.train(begun, lambda: bool(received), advance, tell):
                if not quiet:
                    tell(epoch_line(record, training.config.train.epochs))
        if not training.is_finished:
            _leave(begun, received[0], data_dir)
    _print_result(begun.run)


@contextmanager
def bar(training: "Training", quiet: bool) -> "Iterator[Advance]":
    """Show the images of the whole run, with loss and accuracy of the running epoch."""
    from bpnet.cli.bars import tqdm

    state, epochs = training.state, training.config.train.epochs

    def seen() -> int:
        return min(training.batches_done * training.config.train.batch_size, training.images)

    with tqdm(
        total=epochs * training.images,
        initial=len(state.records) * training.images + seen(),
        unit=" images",
        unit_scale=True,
        leave=False,
        disable=quiet or not stderr_is_a_terminal(),
    ) as shown:

        def advance(count: int) -> None:
            if shown.update(count):  # now and then: the text is shown with the next update
                loss, accuracy = state.loss_sum / seen(), percent(state.correct / seen())
                shown.set_description_str(f"epoch {len(state.records) + 1}/{epochs}", refresh=False)
                shown.set_postfix_str(f"loss {loss:.4f}, accuracy {accuracy}", refresh=False)

        yield advance


def _leave(begun: "Session", number: int, data_dir: str | None) -> None:
    """Say how to go on, and leave with the exit status of the signal."""
    import shlex

    run, state = begun.run, begun.training.state
    command = ["bpnet", "train", "--resume", str(run.folder)]
    command += [] if data_dir is None else ["--data-dir", data_dir]
    tell(
        f"interrupted in epoch {len(state.records) + 1}, after step {state.step}; go on with: "
        f"{shlex.join(command)}"
    )
    raise click.exceptions.Exit(128 + number)


def _print_result(run: "Run") -> None:
    """Print the scores of a finished run and, last, its path."""
    result = run.result
    line = (
        f"test accuracy {percent(result.test_accuracy)} "
        f"({result.test_correct}/{result.test_images}), loss {result.test_loss:.4f}"
    )
    if result.validation_accuracy is not None:
        line += (
            f", weights of epoch {result.best_epoch}: "
            f"{percent(result.validation_accuracy)} on validation"
        )
    echo(line)
    echo(run.folder)
