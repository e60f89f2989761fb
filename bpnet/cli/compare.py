"""`bpnet compare`: two runs, or committees: their configs, and whether one is better."""

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

    A folder of seeds stands for its committee, and for what its configs have in common.

    --json: split, total; runs (a, b) and correct, a number for each; only (the images that a alone
    has right, and b alone), p, differences (KEY: the values of a and b).
    """
    from bpnet.runs import seed_folders

    settings = with_options((), data_dir)
    both = [seed_folders.open_members(folder, settings, tell) for folder in (a, b)]
    threads.fix()
    report = {**_compared(both, split), "runs": [str(a), str(b)]}
    if as_json:
        echo_json(report)
    else:
        echo_all([*_lines(report, both), verdict(report["only"], report["p"])])


def _compared(both: "Sequence[Sequence[Run]]", split: str) -> dict[str, Any]:
    """Return where the configs differ, what each side has right, and what McNemar's test says."""
    from bpnet.evaluation import answers, mcnemar, only_right
    from bpnet.runs import loading

    loaded = list(loading.load([*both[0], *both[1]], split, byte_bar, tell))
    for one in loaded:
        if what := loaded[0].fingerprint.difference(one.fingerprint):
            raise UsageError(
                f"{one.run.folder}: has other {split} {what} than {loaded[0].run.folder}: "
                "no comparison"
            )
    networks, images = [one.network for one in loaded], loaded[0].images
    count = len(both[0])
    found = [answers(some, images) for some in (networks[:count], networks[count:])]
    only = only_right(found[0], found[1], images.labels)
    return {
        "split": split,
        "total": len(images),
        "correct": [int((answer == images.labels).sum()) for answer in found],
        "only": list(only),
        "p": mcnemar(*only),
        "differences": _differences(*map(_common, both)),
    }


def _lines(report: dict[str, Any], both: "Sequence[Sequence[Run]]") -> Iterator[str]:
    rows = [[key, *map(str, values)] for key, values in report["differences"].items()]
    yield from table([["", "a", "b"], *rows])
    for letter, name, runs, correct in zip(
        "ab", report["runs"], both, report["correct"], strict=True
    ):
        who = f"{name}: committee of {len(runs)}" if len(runs) > 1 else name
        yield f"{letter}: {who}: {report['split']} accuracy {percent(correct / report['total'])}"


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


def _common(runs: "Sequence[Run]") -> dict[str, Any]:
    """Return what the configs of the runs have in common: of seeds, all but the seed."""
    from bpnet.runs.identity import settings_of_run

    first, *others = (settings_of_run(run) for run in runs)
    return {key: first[key] for key in first if all(one[key] == first[key] for one in others)}


def _differences(left: dict[str, Any], right: dict[str, Any]) -> dict[str, list[Any]]:
    """Return both values of each key in which they differ."""
    both = left.keys() & right.keys()
    return {key: [left[key], right[key]] for key in left if key in both and left[key] != right[key]}
