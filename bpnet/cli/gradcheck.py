"""`bpnet gradcheck`: the table of gradients, and the verdict."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpnet.cli.advice import Command
from bpnet.cli.console import echo, echo_json, table
from bpnet.cli.options import CONFIG, JSON, SET
from bpnet.system import threads

if TYPE_CHECKING:
    from bpnet.config import Config
    from bpnet.gradcheck import Row


@click.command(cls=Command)
@CONFIG
@SET
@JSON
def gradcheck(config_file: Path | None, settings: tuple[str, ...], as_json: bool) -> None:
    """Check every gradient against a numeric one.

    \b
    bpnet gradcheck
    bpnet gradcheck --config book --set network.activation=sigmoid

    First of each layer, then of the configured network. Exit status 1 if a gradient is wrong.

    --json: passed, tolerance; rows, for each: passed, name, checked, left_out (at a kink), error,
    analytic, numeric, reason (of a failure, or null).
    """
    from bpnet.runs import anew

    loaded = anew.load(config_file, settings)
    threads.fix()
    _check(loaded, as_json)


def _check(config: "Config", as_json: bool) -> None:
    """Print a row for each array of gradients; leave with exit status 1 if one is wrong."""
    import numpy as np

    from bpnet import datasets, gradcheck, network
    from bpnet.gradcheck import TOLERANCE
    from bpnet.system import memory

    widths, rng = network.widths(datasets.completed(config)), np.random.default_rng(config.seed)
    memory.refuse_more(gradcheck.memory(widths), "the check of this network")
    rows = list(gradcheck.check(widths, config.network.activation, rng))
    passed = all(row.passed for row in rows)
    if as_json:
        report = {"passed": passed, "tolerance": TOLERANCE, "rows": [_as_json(row) for row in rows]}
        echo_json(report)
    else:
        _print_table(rows)
        worst = np.max([row.error for row in rows])  # a NaN counts as the largest
        verdict = "right" if passed else "WRONG"
        echo(f"gradients {verdict}: worst error {worst:.1e}, allowed {TOLERANCE:.0e}")
    if not passed:
        raise click.exceptions.Exit(1)


def _print_table(rows: "list[Row]") -> None:
    """Print the rows; the reason of one that failed stands behind it, as long as it is."""
    heading = ["gradient", "checked", "at a kink", "worst error", "analytic", "numeric", ""]
    reasons = ["", *(row.reason or "" for row in rows)]
    for line, reason in zip(table([heading, *map(_cells, rows)]), reasons, strict=True):
        echo(f"{line}  {reason}".rstrip())


def _cells(row: "Row") -> list[str]:
    counts = [row.name, str(row.checked), str(row.left_out)]
    if row.reason:
        return [*counts, "-", "-", "-", "FAILED"]
    verdict = "ok" if row.passed else "WRONG"
    return [*counts, f"{row.error:.1e}", f"{row.analytic:+.6e}", f"{row.numeric:+.6e}", verdict]


def _as_json(row: "Row") -> dict[str, object]:
    """Return the row; JSON has no word for a number that is not finite."""
    from dataclasses import asdict

    facts = {"passed": row.passed, **asdict(row)}
    return {
        name: None if isinstance(fact, float) and not math.isfinite(fact) else fact
        for name, fact in facts.items()
    }
