"""`bpnet gradcheck`: the table of gradients, and the verdict."""

import json
import math
from dataclasses import asdict

import click
import numpy as np

from bpnet import gradcheck
from bpnet.cli.console import echo_all, table
from bpnet.config import Config
from bpnet.gradcheck import TOLERANCE, Row
from bpnet.training import trainer


def check(config: Config, as_json: bool) -> None:
    """Print a row for each array of gradients; leave with exit status 1 if one is wrong."""
    rng = np.random.default_rng(config.seed)
    rows = list(gradcheck.check(trainer.widths(config), config.network.activation, rng))
    passed = all(row.passed for row in rows)
    if as_json:
        report = {"passed": passed, "tolerance": TOLERANCE, "rows": [_as_json(row) for row in rows]}
        click.echo(json.dumps(report))
    else:
        heading = ["gradient", "checked", "at a kink", "worst error", "analytic", "numeric", ""]
        echo_all(table([heading, *map(_cells, rows)]))
        worst = np.max([row.error for row in rows])  # a NaN counts as the largest
        verdict = "right" if passed else "WRONG"
        click.echo(f"gradients {verdict}: worst error {worst:.1e}, allowed {TOLERANCE:.0e}")
    if not passed:
        raise click.exceptions.Exit(1)


def _cells(row: Row) -> list[str]:
    return [
        row.name,
        str(row.checked),
        str(row.left_out),
        f"{row.error:.1e}",
        f"{row.analytic:+.6e}",
        f"{row.numeric:+.6e}",
        "ok" if row.passed else "WRONG",
    ]


def _as_json(row: Row) -> dict[str, object]:
    """Return the row; JSON has no word for a number that is not finite."""
    facts = {"passed": row.passed, **asdict(row)}
    return {
        name: None if isinstance(fact, float) and not math.isfinite(fact) else fact
        for name, fact in facts.items()
    }
