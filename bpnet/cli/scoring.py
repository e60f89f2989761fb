"""`bpnet eval`: the scores of runs, for people or as JSON."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from bpnet import datasets, evaluation, facts, runs
from bpnet.cli.terminal import byte_bar, echo_all, percent, table, tell
from bpnet.config import DataConfig
from bpnet.datasets import Dataset
from bpnet.errors import UsageError
from bpnet.evaluation import Scores
from bpnet.facts import Run


def score(chosen: Sequence[Run], split: str, as_json: bool) -> None:
    """Print the scores of each run on the split."""
    loaded: dict[DataConfig, Dataset] = {}
    results = []
    for run in chosen:
        folder = run.folder
        _tell_of_other_threads(run, chosen[0])
        network = runs.load_weights(run)
        if facts.read(folder).get("status") != "finished":
            tell(f"{folder}: has not finished: these are its weights so far")
        data = run.config.data
        if data not in loaded:
            loaded[data] = datasets.load(data, byte_bar, tell)
        runs.refuse_changes(run, loaded[data].sha256)
        images = getattr(loaded[data], split)
        if not len(images):
            raise UsageError(f"{folder}: has no {split} images: its data.validation is 0")
        results.append((folder, evaluation.evaluate(network, images)))
    if as_json:
        click.echo(json.dumps({"runs": [_as_json(*result, split) for result in results]}))
        return
    for folder, scores in results:
        echo_all(_report(folder, scores, split))


def _tell_of_other_threads(run: Run, first: Run) -> None:
    """A process has one number of threads: the first run's."""
    own, used = run.config.train.threads, first.config.train.threads
    if own != used:
        tell(
            f"{run.folder}: its train.threads is {own}, but it is scored on the {used} of "
            f"{first.folder}: the last bits of its loss may differ from those of its own scoring"
        )


def _as_json(folder: Path, scores: Scores, split: str) -> dict[str, Any]:
    return {
        "run": str(folder),
        "split": split,
        "correct": scores.correct,
        "total": scores.total,
        "accuracy": scores.accuracy,
        "interval": evaluation.interval(scores.correct, scores.total),
        "loss": scores.loss,
        "per_class": scores.per_class,
        "confusion": scores.confusion.tolist(),
    }


def _report(folder: Path, scores: Scores, split: str) -> Iterator[str]:
    low, high = evaluation.interval(scores.correct, scores.total)
    yield str(folder)
    yield (
        f"{split} accuracy {percent(scores.accuracy)} ({scores.correct}/{scores.total}), "
        f"95 % interval {percent(low)} to {percent(high)}, loss {scores.loss:.4f}"
    )
    yield ""
    yield "Rows: the digit; columns: what it was taken for."
    yield from table(list(_confusion(scores)))


def _confusion(scores: Scores) -> Iterator[list[str]]:
    counts = scores.confusion.tolist()
    yield ["", *map(str, range(len(counts))), "accuracy"]
    for digit, (row, share) in enumerate(zip(counts, scores.per_class, strict=True)):
        cells = [str(count) if count else "." for count in row]
        yield [str(digit), *cells, "-" if share is None else percent(share)]
