"""`bpnet runs`: a table of all runs, from their files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.console import echo_all, echo_json, percent, table, tell
from bpnet.cli.options import JSON

if TYPE_CHECKING:
    from bpnet.runs.listing import Listed

HEADING = ["run", "status", "data", "hidden", "seed", "epochs", "best", "validation", "test", "s"]


@click.command("runs", cls=Command)
@click.argument(
    "places", metavar="[DIR]...", nargs=-1, type=Path, shell_complete=completion.folders
)
@click.option(
    "--sort",
    type=click.Choice(["start", "name", "seed", "seconds", "validation", "test"]),
    default="start",
    show_default=True,
    help="By what; accuracies from the best down.",
)
@JSON
def list_runs(places: tuple[Path, ...], sort: str, as_json: bool) -> None:
    """List all runs, in runs/ or in other folders.

    \b
    bpnet runs
    bpnet runs --sort test

    They are looked for in the folder, and one level below. Damaged ones are listed as such.

    --json: an array with an object for each run: run, status, dataset, hidden, seed, epochs,
    best_epoch, validation_accuracy, test_accuracy, seconds, started; null is not known.
    """
    from dataclasses import asdict

    from bpnet.runs import listing

    chosen = places or (Path("runs"),)
    found = listing.list_runs(chosen, sort, tell)
    if as_json:
        echo_json([asdict(listed) for listed in found])
    elif found:
        echo_all(table([HEADING, *map(_cells, found)]))
    else:
        tell(f"{', '.join(map(str, chosen))}: no runs")


def _cells(listed: "Listed") -> list[str]:
    hidden = "-" if listed.hidden is None else "-".join(map(str, listed.hidden)) or "none"
    shares = (listed.validation_accuracy, listed.test_accuracy)
    return [
        listed.run,
        listed.status,
        listed.dataset or "-",
        hidden,
        *("-" if n is None else str(n) for n in (listed.seed, listed.epochs, listed.best_epoch)),
        *("-" if share is None else percent(share) for share in shares),
        "-" if listed.seconds is None else f"{listed.seconds:.1f}",
    ]
