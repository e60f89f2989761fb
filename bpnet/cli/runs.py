"""`bpnet runs`: a table of all runs, from their files."""

from collections.abc import Iterable, Sequence
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.console import echo_all, echo_json, percent, table, tell
from bpnet.cli.options import JSON

if TYPE_CHECKING:
    from bpnet.runs.listing import Listed

LEFT = ("run", "status", "data", "hidden", "seed", "epochs")  # of what a run differs in
RIGHT = ("best", "validation", "test", "s")
SHOWN = ("data.dataset", "network.hidden", "seed", "train.epochs")  # in columns of their own


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

    They are looked for in the folder, one level below, and in sweeps, most of whose runs have
    no test score. Damaged ones are listed as such. Each key of the config in which they differ has
    a column.

    --json: an array with an object for each run: run, status, dataset, hidden, seed, epochs,
    best_epoch, validation_accuracy, test_accuracy, seconds, started, settings (KEY: its value, of
    every key, by its full name); null is not known.
    """
    from dataclasses import asdict

    from bpnet.runs import listing

    chosen = places or (Path("runs"),)
    found = listing.list_runs(chosen, sort, tell)
    if as_json:
        echo_json([asdict(listed) for listed in found])
    elif found:
        echo_all(table(_rows(found)))
    else:
        tell(f"{', '.join(map(str, chosen))}: no runs")


def _rows(found: "Sequence[Listed]") -> list[list[str]]:
    """Return the heading, and a row for each run."""
    differing = _differing(found)
    headings = [_heading(key, differing) for key in differing]
    rows = [[*LEFT, *headings, *RIGHT]]
    for listed, *values in zip(found, *differing.values(), strict=True):
        rows.append([*_left(listed), *values, *_right(listed)])
    return rows


def _differing(found: "Sequence[Listed]") -> dict[str, list[str]]:
    """Return the keys that do not look the same for all runs that are known, and how they look."""
    keys = dict.fromkeys(key for listed in found for key in listed.settings or {})
    columns = {key: [_value(listed, key) for listed in found] for key in keys if key not in SHOWN}
    known = [listed.settings is not None for listed in found]
    return {key: cells for key, cells in columns.items() if len(set(compress(cells, known))) > 1}


def _value(listed: "Listed", key: str) -> str:
    """Return the value of a key as it is shown: of classes their number."""
    value = (listed.settings or {}).get(key)
    if isinstance(value, list):
        value = len(value) or None
    return "-" if value is None else str(value)


def _heading(key: str, differing: Iterable[str]) -> str:
    """Return the last part of a key, or all of it if another column would be called so too.

    >>> [_heading(key, ["a.floor", "b.floor"]) for key in ("train.mix", "a.floor", "data.test")]
    ['mix', 'a.floor', 'data.test']
    """
    others = [*LEFT, *RIGHT, *(_last(other) for other in differing if other != key)]
    return key if _last(key) in others else _last(key)


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _left(listed: "Listed") -> list[str]:
    hidden = "-" if listed.hidden is None else "-".join(map(str, listed.hidden)) or "none"
    numbers = [_number(n) for n in (listed.seed, listed.epochs)]
    return [listed.run, listed.status, listed.dataset or "-", hidden, *numbers]


def _right(listed: "Listed") -> list[str]:
    shares = (listed.validation_accuracy, listed.test_accuracy)
    return [
        _number(listed.best_epoch),
        *map(percent, shares),
        "-" if listed.seconds is None else f"{listed.seconds:.1f}",
    ]


def _number(number: int | None) -> str:
    return "-" if number is None else str(number)
