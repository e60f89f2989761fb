"""`bpnet sweep`: a run for each combination of settings and each seed, and which is the best."""

from pathlib import Path
from typing import Any

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.options import CONFIG, DATA_DIR, JOBS, JSON, OTHER_ARITHMETIC, RUN_DIR
from bpnet.cli.options import Count as Number
from bpnet.errors import UsageError
from bpnet.system import threads

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
    stop_on_error: bool,
    data_dir: str | None,
    other_arithmetic: bool,
    as_json: bool,
    quiet: bool,
    **where: Any,
) -> None:
    """Train every combination of some settings, with the same seeds, and find the best.

    \b
    bpnet sweep --set train.learning_rate=0.1,0.3 --set "network.hidden=[100],[300]" --seeds 3
    bpnet sweep --resume runs/2026-01-31_142530_mnist-sweep
    """
    from bpnet.config import shipped
    from bpnet.config.settings import quoted
    from bpnet.runs import anew

    if resume and (config_file or settings or grid or listed or count or run_dir or dry_run):
        raise UsageError(f"--resume takes no {OF_A_NEW_SWEEP}: the sweep has its own")
    if other_arithmetic and not resume:
        raise UsageError("--other-arithmetic goes with --resume")
    threads.fix()
    from bpnet.cli import places, sweeps

    place = places.chosen(**where)
    options = ["--other-arithmetic"] if other_arithmetic else []
    moved = data_dir if resume else None  # of a new sweep it is in the configs
    manner = sweeps.Manner(place, stop_on_error, quiet, as_json, moved, options)
    if resume:
        sweeps.resume(resume, manner)
        return
    path = config_file or shipped.find(shipped.DEFAULT)
    chosen = [*settings, *([quoted("data.dir", data_dir)] if data_dir is not None else [])]
    trials = anew.trials(path, chosen, grid, listed)
    sweeps.start(trials, path.stem, count or 1, run_dir, manner)
