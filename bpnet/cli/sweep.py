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

OF_A_NEW_SWEEP = "--config, --set, --grid, --trials, --seeds, --run-dir or --dry-run"


@click.command(cls=Command)
@CONFIG
@click.option(
    "--set",
    "settings",
    metavar="KEY=V1,V2...",
    shell_complete=completion.settings,
    multiple=True,
    help="The values of a key, such as train.learning_rate=0.1,0.3; repeatable.",
)
@click.option(
    "--grid",
    metavar="FILE",
    type=Path,
    shell_complete=completion.files,
    help="The values of several keys: YAML, such as train.learning_rate: [0.1, 0.3].",
)
@click.option(
    "--trials",
    "listed",
    metavar="FILE",
    type=Path,
    shell_complete=completion.files,
    help="A list of settings that belong together: YAML, such as - {train.epochs: 5}; or a .csv "
    "with keys as its heading.",
)
@click.option(
    "--seeds",
    "count",
    metavar="N",
    type=Number(1, 1000),
    help="Train each combination with N seeds, from the config's on. [default: 1]",
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
    """Train every combination of some settings, with the same seeds, and find the best.

    \b
    bpnet sweep --set train.learning_rate=0.1,0.3 --set "network.hidden=[100],[300]" --seeds 3
    bpnet sweep --resume runs/2026-01-31_142530_mnist-sweep
    """
    threads.fix()
    from bpnet.cli import sweeps

    if resume:
        if config_file or settings or grid or listed or count or run_dir or dry_run:
            raise UsageError(f"--resume takes no {OF_A_NEW_SWEEP}: the sweep has its own")
        sweeps.resume(resume, _manner(data_dir, other_arithmetic, **how))
        return
    if other_arithmetic:
        raise UsageError("--other-arithmetic goes with --resume")
    from bpnet.config import shipped

    path, number = config_file or shipped.find(shipped.DEFAULT), count or 1
    trials = _trials(path, settings, grid, listed, data_dir)
    manner = _manner(None, other_arithmetic, **how)  # where the data lie is in their configs
    if dry_run:
        from bpnet.cli.dry_run import show

        show(trials, number, how["jobs"] or 1, manner.as_json)
    else:
        sweeps.start(trials, path.stem, number, run_dir, manner)


def _trials(
    path: Path,
    settings: Sequence[str],
    grid: Path | None,
    listed: Path | None,
    data_dir: str | None,
) -> "list[Trial]":
    """Return the trials; --data-dir is one more setting: whatever is in it, it is one value."""
    from bpnet.config.settings import quoted
    from bpnet.runs import anew

    chosen = [*settings, *([] if data_dir is None else [quoted("data.dir", data_dir)])]
    return anew.trials(path, chosen, grid, listed)


def _manner(
    data_dir: str | None,
    other_arithmetic: bool,
    stop_on_error: bool,
    as_json: bool,
    quiet: bool,
    **where: Any,
) -> "Manner":
    """Return how the runs are trained, and what is shown of them."""
    from bpnet.cli import places
    from bpnet.cli.sweeps import Manner

    options = ["--other-arithmetic"] if other_arithmetic else []
    return Manner(places.chosen(**where), stop_on_error, quiet, as_json, data_dir, options)
