"""`bpnet compare`: two runs: their configs, and whether one is better."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, echo_all, echo_json, percent, table, tell
from bpnet.cli.options import JSON, RUN_DATA_DIR, SPLIT, with_options
from bpnet.errors import UsageError
from bpnet.system import threads

if TYPE_CHECKING:
    from bpnet.runs.directory import Run

SIGNIFICANT = 0.05  # a smaller p is called a difference


@click.command(cls=Command)
@click.argument("a", type=Path)
@click.argument("b", type=Path)
@SPLIT
@RUN_DATA_DIR
@JSON
def compare(a: Path, b: Path, split: str, data_dir: str | None, as_json: bool) -> None:
    """Compare two runs, by their configs and by McNemar's test.

    \b
    bpnet compare runs/2026-01-31_142530_mnist-s0 runs/2026-01-31_143012_mnist-s1

    --json: split, total; runs (a, b) and correct, a number for each; only (the images that a alone
    has right, and b alone), p, differences (KEY: the values of a and b).
    """
    from bpnet.runs import directory

    runs = [directory.open_run(folder, with_options((), data_dir)) for folder in (a, b)]
    threads.fix(runs[0].config.train.threads)
    report = _compared(runs, split)
    if as_json:
        echo_json(report)
    else:
        echo_all([*_lines(report), verdict(report["only"], report["p"])])


def _compared(runs: "list[Run]", split: str) -> dict[str, Any]:
    """Return where the configs differ, what each run has right, and what McNemar's test says."""
    from bpnet.evaluation import mcnemar, only_right
    from bpnet.runs import loading

    both = list(loading.load(runs, split, byte_bar, tell))
    if both[0].fingerprint != both[1].fingerprint:
        raise UsageError(
            f"{runs[1].folder}: has other {split} images than {runs[0].folder}: no comparison"
        )
    t = both[0].images.labels
    answers = [one.network.classify(one.images.images).argmax(axis=1) for one in both]
    only = only_right(answers[0], answers[1], t)
    return {
        "split": split,
        "total": len(t),
        "runs": [str(run.folder) for run in runs],
        "correct": [int((answer == t).sum()) for answer in answers],
        "only": list(only),
        "p": mcnemar(*only),
        "differences": _differences(*runs),
    }


def _lines(report: dict[str, Any]) -> Iterator[str]:
    rows = [[key, *map(str, values)] for key, values in report["differences"].items()]
    yield from table([["", "a", "b"], *rows])
    for letter, run, correct in zip("ab", report["runs"], report["correct"], strict=True):
        accuracy = percent(correct / report["total"])
        yield f"{letter}: {run}: {report['split']} accuracy {accuracy}"


def verdict(only: Sequence[int], p: float) -> str:
    """Say in words what has come out.

    >>> verdict([34, 61], p=0.0073)
    'b is better: 61 images against 34, p = 0.0073'
    """
    only_a, only_b = only
    numbers = f"{max(only_a, only_b)} images against {min(only_a, only_b)}, p = {p:.2g}"
    if p >= SIGNIFICANT:
        return f"no significant difference: {numbers}"
    return f"{'a' if only_a > only_b else 'b'} is better: {numbers}"


def _differences(a: "Run", b: "Run") -> dict[str, list[Any]]:
    """Return both values of each key in which the configs differ."""
    from bpnet.runs.identity import settings_of

    left, right = settings_of(a.config), settings_of(b.config)
    return {key: [left[key], right[key]] for key in left if left[key] != right[key]}
