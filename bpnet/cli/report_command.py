"""The command `bpnet report`; as in `commands`, NumPy comes late."""

from pathlib import Path

import click

from bpnet.cli.options import DATA_DIR, SPLIT, with_options
from bpnet.system import threads


@click.command()
@click.argument("folder", metavar="[RUN]", required=False, type=Path)
@click.option("--output", metavar="FILE", type=Path, help="Write here. [default: RUN/report.html]")
@SPLIT
@DATA_DIR
def report(folder: Path | None, output: Path | None, split: str, data_dir: str | None) -> None:
    """Write a page about a run, the newest by default, with a canvas to draw digits on.

    \b
    bpnet report
    bpnet report runs/2026-01-31_142530_mnist-s0 --output mine.html

    The page is one file, needs no network, and runs the network of the run itself.
    """
    from bpnet.runs import metadata

    run = metadata.open_run(folder or metadata.newest(), with_options((), data_dir))
    threads.fix(run.config.train.threads)
    from bpnet.cli import reporting

    reporting.report(run, split, output or run.folder / "report.html")
