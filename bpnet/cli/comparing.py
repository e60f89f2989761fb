"""`bpnet compare`: how two runs differ in their configs, and whether in what they can."""

import json
from collections.abc import Iterator
from typing import Any

import click

from bpnet.cli.console import echo_all, percent, table
from bpnet.cli.scoring import examined
from bpnet.comparison import Comparison
from bpnet.comparison import compare as compared
from bpnet.errors import UsageError
from bpnet.evaluation import probabilities
from bpnet.runs import results
from bpnet.runs.metadata import Run

CHANCE = 0.05  # by which a difference as large may come about and still be told as one


def compare(a: Run, b: Run, split: str, as_json: bool) -> None:
    """Print where the configs differ, both accuracies, and what McNemar's test says of them."""
    both = list(examined([a, b], split))
    if both[0].known_by != both[1].known_by:
        raise UsageError(f"{b.folder}: has other {split} images than {a.folder}: no comparison")
    answers = [probabilities(one.network, one.images).argmax(axis=1) for one in both]
    t = both[0].images.labels
    result = compared(answers[0], answers[1], t)
    report = {
        "split": split,
        "total": len(t),
        "runs": [str(run.folder) for run in (a, b)],
        "correct": [int((answer == t).sum()) for answer in answers],
        "only": [result.only_a, result.only_b],
        "p": result.p,
        "differences": _differences(a, b),
    }
    if as_json:
        click.echo(json.dumps(report))
    else:
        echo_all([*_lines(report), verdict(result)])


def _lines(report: dict[str, Any]) -> Iterator[str]:
    rows = [[key, *map(str, values)] for key, values in report["differences"].items()]
    yield from table([["", "a", "b"], *rows])
    for letter, run, correct in zip("ab", report["runs"], report["correct"], strict=True):
        accuracy = percent(correct / report["total"])
        yield f"{letter}: {run}: {report['split']} accuracy {accuracy}"


def verdict(result: Comparison) -> str:
    """Say in words what has come out.

    >>> verdict(Comparison(34, 61))
    'b is better: 61 images against 34, p = 0.0073'
    """
    a, b = result.only_a, result.only_b
    numbers = f"{max(a, b)} images against {min(a, b)}, p = {result.p:.2g}"
    if result.p >= CHANCE:
        return f"no difference that chance would not make: {numbers}"
    return f"{'a' if a > b else 'b'} is better: {numbers}"


def _differences(a: Run, b: Run) -> dict[str, list[Any]]:
    """Return both values of each key in which the configs differ."""
    left, right = results.settings_of(a.config), results.settings_of(b.config)
    return {key: [left[key], right[key]] for key in left if left[key] != right[key]}
