"""The commands and their options.

Each command fixes the number of threads before it imports what needs NumPy, and --help imports
neither. So the imports stand inside the commands.
"""

from pathlib import Path

import click

from bpnet import __version__
from bpnet.cli.data_commands import data
from bpnet.cli.options import (
    CONFIG,
    DATA_DIR,
    JOBS,
    JSON,
    SEEDS,
    SET,
    SPLIT,
    THREADS,
    with_options,
)
from bpnet.cli.predict_command import predict
from bpnet.cli.report_command import report
from bpnet.cli.runs_commands import compare, list_runs
from bpnet.errors import UsageError
from bpnet.system import threads


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="bpnet %(version)s")
def bpnet() -> None:
    """Train the book's network on MNIST, score it, and check its gradients.

    \b
    bpnet train --config configs/mnist.yaml
    bpnet eval
    bpnet gradcheck

    Results go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong command
    line or config, 130, 143 and 129 after SIGINT, SIGTERM and SIGHUP.
    """


@bpnet.command()
@CONFIG
@SET
@click.option("--run-dir", metavar="DIR", type=Path, help="Write here. [default: new in runs/]")
@click.option("--resume", metavar="DIR", type=Path, help="Go on with this run, or its seeds.")
@SEEDS
@JOBS
@THREADS
@DATA_DIR
@click.option("--quiet", is_flag=True, help="No progress: only the result, warnings and errors.")
def train(
    config_file: Path | None,
    settings: tuple[str, ...],
    run_dir: Path | None,
    resume: Path | None,
    count: int | None,
    jobs: int | None,
    thread_count: str | None,
    data_dir: str | None,
    quiet: bool,
) -> None:
    """Train a network, and score it on the test images at the end.

    \b
    bpnet train --config configs/mnist.yaml
    bpnet train --config configs/mnist.yaml --set 'network.hidden=[300]' --set seed=1
    bpnet train --config configs/mnist.yaml --seeds 5 --jobs 2
    bpnet train --resume runs/2026-01-31_142530_mnist-s0

    Ctrl-C finishes the batch and saves; the run, resumed, ends as if it had not been stopped.
    """
    if resume:
        if config_file or settings or run_dir or count or thread_count is not None:
            raise UsageError(
                "--resume takes no --config, --set, --run-dir, --seeds or --threads: the run has "
                "its own"
            )
        _resume(resume, jobs, data_dir, quiet)
        return
    if config_file is None:
        raise UsageError("train needs --config FILE, or --resume DIR")
    if jobs and not count:
        raise UsageError("--jobs goes with --seeds")
    chosen = with_options(settings, data_dir, thread_count)
    _start(config_file, chosen, run_dir, count, jobs or 1, quiet)


def _start(
    path: Path, settings: list[str], run_dir: Path | None, count: int | None, jobs: int, quiet: bool
) -> None:
    """Train a new run, or one for each of `count` seeds."""
    from bpnet import config

    loaded = config.load(path, settings)
    threads.fix(loaded.train.threads)
    if count:
        from bpnet.cli import seeds

        seeds.start(loaded, path.stem, run_dir, count, jobs, quiet)
    else:
        from bpnet.cli import training

        training.start(loaded, path.stem, run_dir, quiet)


def _resume(folder: Path, jobs: int | None, data_dir: str | None, quiet: bool) -> None:
    """Go on with a run, or with those of the seeds in the folder that have not finished."""
    from bpnet.runs import metadata

    if metadata.seeds(folder):
        threads.fix(1)
        from bpnet.cli import seeds

        seeds.resume(folder, jobs or 1, data_dir, quiet)
        return
    if jobs:
        raise UsageError(f"--jobs: {folder} is not a folder of seeds")
    run = metadata.open_run(folder, with_options((), data_dir))
    threads.fix(run.config.train.threads)
    from bpnet.cli import training

    training.resume(run, quiet)


@bpnet.command("eval")
@click.argument("folders", metavar="[RUN]...", nargs=-1, type=Path)
@SPLIT
@DATA_DIR
@JSON
def evaluate(folders: tuple[Path, ...], split: str, data_dir: str | None, as_json: bool) -> None:
    """Score runs: the given ones, or the newest that is finished; several also as a committee.

    \b
    bpnet eval
    bpnet eval runs/2026-01-31_142530_mnist-s0 --split validation
    bpnet eval runs/2026-01-31_142530_mnist-5-seeds
    """
    from bpnet.runs import metadata

    settings = with_options((), data_dir)
    given = [run for folder in folders for run in _meant_by(folder)]
    runs = [metadata.open_run(folder, settings) for folder in given or [metadata.newest()]]
    threads.fix(runs[0].config.train.threads)
    from bpnet.cli import scoring

    scoring.score(runs, split, as_json)


def _meant_by(folder: Path) -> list[Path]:
    """Return the run itself, or those of its seeds that there is something to score of."""
    from bpnet.runs import metadata
    from bpnet.system import storage

    seeds = metadata.seeds(folder)
    begun = [seed for seed in seeds if storage.exists(seed / "weights.npz")]
    for seed in seeds if begun else []:
        if seed not in begun:
            click.echo(f"{seed}: has not finished an epoch: left out", err=True)
    return begun or seeds or [folder]


@bpnet.command()
@CONFIG
@SET
@JSON
def gradcheck(config_file: Path | None, settings: tuple[str, ...], as_json: bool) -> None:
    """Check backward against numeric gradients: each layer, then the configured network.

    \b
    bpnet gradcheck
    bpnet gradcheck --config configs/book.yaml --set network.activation=sigmoid

    Exit status 1 if a gradient is wrong.
    """
    from bpnet import config

    loaded = config.load(config_file, settings)
    threads.fix(loaded.train.threads)
    from bpnet.cli import checking

    checking.check(loaded, as_json)


bpnet.add_command(data)
bpnet.add_command(predict)
bpnet.add_command(report)
bpnet.add_command(list_runs)
bpnet.add_command(compare)


@bpnet.group("config")
def config_group() -> None:
    """Look at a config, or check it.

    bpnet config check --config configs/mnist.yaml
    """


@config_group.command("show")
@CONFIG
@SET
def show_config(config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Print every key with its value: defaults < file < environment < --set.

    bpnet config show --config configs/mnist.yaml --set seed=1
    """
    from bpnet import config

    click.echo(config.dump(config.load(config_file, settings)), nl=False)


@config_group.command("check")
@CONFIG
@SET
def check_config(config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Tell everything that is wrong with a config; exit status 2 if there is something.

    bpnet config check --config configs/mnist.yaml
    """
    from bpnet import config

    config.load(config_file, settings)
    click.echo(f"{config_file or 'the defaults'}: no problems")
