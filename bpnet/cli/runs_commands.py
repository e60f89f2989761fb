"""The commands `bpnet runs` and `bpnet compare`; as in `commands`, NumPy comes late."""

from pathlib import Path

import click

from bpnet.cli.options import DATA_DIR, JSON, SPLIT, with_options
from bpnet.system import threads


@click.command("runs")
@click.argument("places", metavar="[DIR]...", nargs=-1, type=Path)
@click.option(
    "--sort",
    type=click.Choice(["start", "name", "seed", "seconds", "validation", "test"]),
    default="start",
    show_default=True,
    help="By what; accuracies from the best down.",
)
@JSON
def list_runs(places: tuple[Path, ...], sort: str, as_json: bool) -> None:
    """List the runs in runs/, or in other folders, and one level below.

    \b
    bpnet runs
    bpnet runs --sort test

    A damaged run is a row too, and its damage is told of.
    """
    from bpnet.cli import listing

    listing.show(places or [Path("runs")], sort, as_json)


@click.command()
@click.argument("a", type=Path)
@click.argument("b", type=Path)
@SPLIT
@DATA_DIR
@JSON
def compare(a: Path, b: Path, split: str, data_dir: str | None, as_json: bool) -> None:
    """Compare two runs: their configs, and by McNemar's test their answers to the same images.

    bpnet compare runs/2026-01-31_142530_mnist-s0 runs/2026-01-31_143012_mnist-s1
    """
    from bpnet.runs import metadata

    first, second = (metadata.open_run(folder, with_options((), data_dir)) for folder in (a, b))
    threads.fix(first.config.train.threads)
    from bpnet.cli import comparing

    comparing.compare(first, second, split, as_json)
