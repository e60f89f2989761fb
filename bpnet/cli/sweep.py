"""`bpnet sweep`: a run for each combination of settings and each seed, and which is the best."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.options import (
    CONFIG,
    DATA_DIR,
    JOBS,
    JSON,
    OTHER_ARITHMETIC,
    RUN_DIR,
    SCHEDULER,
    SCHEDULER_FILE,
)
from bpnet.cli.options import Count as Number
from bpnet.errors import UsageError
from bpnet.system import threads

if TYPE_CHECKING:
    from bpnet.cli.sweeps import Manner
    from bpnet.config.combinations import Trial

OF_A_NEW_SWEEP = "--config, --set, --grid, --trials, --run-dir or --dry-run"


@click.command(cls=Command)
@CONFIG
@click.option(
    "--set",
    "settings",
    metavar="KEY=V1,V2...",
    shell_complete=completion.several_settings,
    multiple=True,
    help="The values of a key, such as train.learning_rate=0.1,0.3; repeatable. Brackets and "
    "quotes keep a comma in a value.",
)
@click.option(
    "--grid",
    metavar="FILE",
    type=Path,
    shell_complete=completion.files,
    help="The values of several keys: a YAML file, such as train.learning_rate: [0.1, 0.3].",
)
@click.option(
    "--trials",
    "listed",
    metavar="FILE",
    type=Path,
    shell_complete=completion.files,
    help="Values that belong together, row by row: a YAML file, such as - {train.epochs: 5}, or a "
    ".csv, whose heading is keys.",
)
@click.option(
    "--seeds",
    "count",
    metavar="N",
    type=Number(1, 1000),
    help="Train each combination with N seeds, from the config's on; with --resume, with more "
    "than before. [default: 1]",
)
@JOBS
@SCHEDULER
@SCHEDULER_FILE
@RUN_DIR
@click.option(
    "--resume",
    metavar="DIR",
    type=Path,
    shell_complete=completion.runs,
    help="Train what has not finished of this sweep.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be trained, and about how long.")
@click.option("--stop-on-error", is_flag=True, help="Begin no more runs once one has failed.")
@DATA_DIR
@OTHER_ARITHMETIC
@JSON
@click.option("--quiet", is_flag=True, help="No progress: only the result, warnings and errors.")
def sweep(
    config_file: Path | None,
    settings: tuple[str, ...],
    grid: Path | None,
    listed: Path | None,
    count: int | None,
    run_dir: Path | None,
    resume: Path | None,
    dry_run: bool,
    data_dir: str | None,
    other_arithmetic: bool,
    **how: Any,
) -> None:
    """Train every combination of settings, and find the best.

    \b
    bpnet sweep --set train.learning_rate=0.1,0.3 --set "network.hidden=[100],[300]" --seeds 3
    bpnet sweep --config mnist --grid grid.yaml --jobs 2 --dry-run
    bpnet sweep --resume runs/2026-01-31_142530_mnist-sweep
    bpnet sweep --resume runs/2026-01-31_142530_mnist-sweep --seeds 5

    Each row of --trials is trained with each combination of the values in --grid and --set; a
    --set with one value is for all. The seeds are the same for all combinations. Without --config
    it is --config mnist.

    The best is chosen by validation images, and it alone is scored on the test images.

    --json: sweep, ranked_by, not_ranked, trials, best, not_distinguishable, command.
    """
    new = config_file or settings or grid or listed or run_dir or dry_run
    _refuse_contradiction(resume, bool(new), other_arithmetic)
    if resume:
        _resume(resume, count, _manner(data_dir, other_arithmetic, **how))
        return
    manner = _manner(None, False, **how)
    name, trials = _trials(config_file, _with(settings, data_dir), grid, listed)
    if dry_run:
        _show_only(trials, count or 1, manner)
    else:
        _start(trials, name, count or 1, run_dir, manner)


def _refuse_contradiction(resume: Path | None, is_new: bool, other_arithmetic: bool) -> None:
    if resume and is_new:
        raise UsageError(f"--resume takes no {OF_A_NEW_SWEEP}: the sweep has its own")
    if other_arithmetic and not resume:
        raise UsageError("--other-arithmetic goes with --resume")


def _manner(
    data_dir: str | None,
    other_arithmetic: bool,
    stop_on_error: bool,
    as_json: bool,
    quiet: bool,
    **where: Any,
) -> "Manner":
    threads.fix()
    from bpnet.cli import places
    from bpnet.cli.sweeps import Manner

    options = ["--other-arithmetic"] if other_arithmetic else []
    return Manner(places.chosen(**where), stop_on_error, quiet, as_json, data_dir, options)


def _resume(folder: Path, count: int | None, manner: "Manner") -> None:
    from bpnet.cli import sweeps

    sweeps.resume(folder, count, manner)


def _trials(
    config_file: Path | None, settings: Sequence[str], grid: Path | None, listed: Path | None
) -> "tuple[str, list[Trial]]":
    """Return the name of the config, and the trials."""
    from bpnet.config import shipped
    from bpnet.runs import anew

    path = config_file or shipped.find(shipped.DEFAULT)
    return path.stem, anew.trials(path, settings, grid, listed)


def _show_only(trials: "Sequence[Trial]", count: int, manner: "Manner") -> None:
    from bpnet.cli import dry_run

    dry_run.show(trials, count, manner.place, manner.as_json)


def _start(
    trials: "Sequence[Trial]", name: str, count: int, folder: Path | None, manner: "Manner"
) -> None:
    from bpnet.cli import sweeps

    sweeps.start(trials, name, count, folder, manner)


def _with(settings: tuple[str, ...], data_dir: str | None) -> list[str]:
    """Return the settings, with --data-dir as one more: whatever is in it, it is one value."""
    from bpnet.config.settings import quoted

    return [*settings, *([quoted("data.dir", data_dir)] if data_dir is not None else [])]
