"""`bpnet train`: a run from its start, or from its checkpoint, to its end or the next signal."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bpnet.cli import one_run
from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, tell
from bpnet.cli.options import (
    CONFIG,
    DATA_DIR,
    EPOCHS,
    JOBS,
    OTHER_ARITHMETIC,
    RESUME,
    RUN_DIR,
    SCHEDULER,
    SCHEDULER_FILE,
    SEEDS,
    SET,
    WORKERS,
    with_options,
)
from bpnet.errors import UsageError
from bpnet.system import threads

if TYPE_CHECKING:
    from bpnet.runs.directory import Run

OF_A_NEW_RUN = "--config, --set, --run-dir, --seeds or --workers"


@click.command(cls=Command)
@CONFIG
@SET
@RUN_DIR
@RESUME
@EPOCHS
@SEEDS
@JOBS
@SCHEDULER
@SCHEDULER_FILE
@WORKERS
@DATA_DIR
@OTHER_ARITHMETIC
@click.option("--quiet", is_flag=True, help="No progress: only the result, warnings and errors.")
def train(
    config_file: Path | None,
    settings: tuple[str, ...],
    run_dir: Path | None,
    resume: Path | None,
    epochs: int | None,
    count: int | None,
    workers: str | None,
    data_dir: str | None,
    other_arithmetic: bool,
    quiet: bool,
    **where: Any,
) -> None:
    """Train a network, and score it on the test images at the end.

    \b
    bpnet train
    bpnet train --config mnist --set network.hidden=300 --set seed=1
    bpnet train --config ./mine.yaml --seeds 5 --jobs 2
    bpnet train --resume runs/2026-01-31_142530_mnist-s0
    bpnet train --resume runs/2026-01-31_142530_mnist-s0 --epochs 40

    Without --config it is --config mnist. Ctrl-C finishes the batch and saves; the run, resumed,
    ends as if it had not been stopped, and with --epochs as if so many had been asked for.
    """
    if resume:
        if config_file or settings or run_dir or count or workers is not None:
            raise UsageError(f"--resume takes no {OF_A_NEW_RUN}: the run has its own")
        _resume(resume, epochs, where, data_dir, other_arithmetic, quiet)
        return
    if epochs:
        raise UsageError(f"--epochs goes with --resume; of a new run: --set train.epochs={epochs}")
    if other_arithmetic:
        raise UsageError("--other-arithmetic goes with --resume")
    if not count and (given := _given(where)):
        raise UsageError(f"{given[0]} goes with --seeds")
    chosen = with_options(settings, data_dir, workers)
    _start(config_file, chosen, run_dir, count, where, quiet)


def _given(where: Mapping[str, Any]) -> list[str]:
    """Return which of the options are given that say where several runs are trained."""
    return [f"--{name.replace('_', '-')}" for name, value in where.items() if value is not None]


def _start(
    config_file: Path | None,
    settings: list[str],
    run_dir: Path | None,
    count: int | None,
    where: Mapping[str, Any],
    quiet: bool,
) -> None:
    """Train a new run, or one for each of `count` seeds."""
    from bpnet.config import shipped
    from bpnet.runs import anew

    path = config_file or shipped.find(shipped.DEFAULT)
    loaded = anew.load(path, settings)
    threads.fix()
    if count:
        from bpnet.cli import places, seeds

        seeds.start(loaded, path.stem, run_dir, count, places.chosen(**where), quiet)
    else:
        from bpnet.runs import session

        with session.started(loaded, path.stem, run_dir, byte_bar, tell) as begun:
            one_run.train(begun, quiet)


def _resume(
    folder: Path,
    epochs: int | None,
    where: Mapping[str, Any],
    data_dir: str | None,
    other_arithmetic: bool,
    quiet: bool,
) -> None:
    """Go on with a run, or with those of the seeds in the folder that have not finished.

    With a number of epochs, go on to as many, also with what has finished.
    """
    from bpnet.runs import directory, seed_folders
    from bpnet.runs.metadata import Status

    if seed_folders.seeds(folder):
        threads.fix()
        from bpnet.cli import places, seeds

        place = places.chosen(**where)
        seeds.resume(folder, epochs, place, data_dir, other_arithmetic, quiet)
        return
    if given := _given(where):
        raise UsageError(f"{given[0]}: {folder} is not a folder of seeds")
    run = directory.open_run(folder, with_options((), data_dir))
    threads.fix()
    if run.status == Status.FINISHED and epochs is None:
        _mend(run)
        one_run.print_result(run)
        return
    from bpnet.runs import session

    with session.resumed(run, byte_bar, tell, other_arithmetic, epochs) as begun:
        one_run.train(begun, quiet, data_dir)


def _mend(run: "Run") -> None:
    """Bring back what a finished run has lost, or say that nothing is left to do."""
    from bpnet.runs import mending, new_length

    if mending.mend(run, tell):
        return
    end = ": nothing to do"
    if run.is_without_test:
        end = f", without a test score; {shlex.join(['bpnet', 'eval', str(run.folder)])} scores it"
    longer = "; more epochs: --epochs N" if new_length.is_possible(run) else ""
    tell(f"{run.folder}: has finished all its epochs{end}{longer}")
