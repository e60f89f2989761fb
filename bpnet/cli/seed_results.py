"""What the seeds of a folder have come to: a row each, and what they come to together."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bpnet.cli.console import echo, echo_all, percent, spread, table
from bpnet.runs import metadata
from bpnet.runs.metadata import Result, Status

HEADING = ["seed", "test accuracy", "wrong", "loss", "epoch", "validation"]


def show(folder: Path, seeds: Sequence[Path]) -> None:
    """Print the table of the seeds that have finished, what they come to together, and the path."""
    finished = [seed for seed in seeds if metadata.status(seed) == Status.FINISHED]
    found = [metadata.result(seed) for seed in finished]
    if not found:
        return
    rows = [HEADING, *map(_cells, finished, found)]
    width = len(HEADING) if any(result.best_epoch for result in found) else 4
    echo_all(table([row[:width] for row in rows]))
    if len(found) > 1:
        echo(f"mean of {len(found)} seeds: {', '.join(_means(found))}")
    echo(folder)


def _cells(seed: Path, result: Result) -> list[str]:
    correct, total, loss = result.test_correct, result.test_images, result.test_loss
    return [
        seed.name.removeprefix("seed-"),
        percent(result.test_accuracy),
        "-" if correct is None or total is None else str(total - correct),
        "-" if loss is None else f"{loss:.4f}",
        "-" if result.best_epoch is None else str(result.best_epoch),
        percent(result.validation_accuracy),
    ]


def _means(results: Sequence[Result]) -> Iterator[str]:
    for name, found in (
        ("test accuracy", [result.test_accuracy for result in results]),
        ("validation", [result.validation_accuracy for result in results]),
    ):
        shares = [share for share in found if share is not None]
        if len(shares) == len(results):
            yield f"{name} {spread(shares)}"
