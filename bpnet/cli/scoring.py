"""`bpnet eval`: the scores of runs, for people or as JSON."""

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import click

from bpnet import datasets, evaluation
from bpnet.cli.console import byte_bar, echo_all, percent, spread, table, tell
from bpnet.config import DataConfig
from bpnet.datasets import Dataset, Split
from bpnet.errors import UsageError
from bpnet.evaluation import Scores
from bpnet.network import Network
from bpnet.runs import metadata, results
from bpnet.runs.metadata import Run

Images: TypeAlias = tuple[Mapping[str, str], int]  # the files they come from, and their number


@dataclass(frozen=True)
class Examined:
    """A run, its network, the images of its split, and by what these are known."""

    folder: Path
    network: Network
    images: Split
    known_by: Images


@dataclass(frozen=True)
class Scored:
    """A run, its network, what it was scored on, and its scores."""

    folder: Path
    network: Network
    images: Images
    scores: Scores


def score(chosen: Sequence[Run], split: str, as_json: bool) -> None:
    """Print the scores of each run on the split; of several also what they come to together."""
    results = []
    for one in examined(chosen, split):
        scores = evaluation.evaluate(one.network, one.images)
        results.append(Scored(one.folder, one.network, one.known_by, scores))
    committee = _committee(results, one.images) if len(results) > 1 else None
    if as_json:
        click.echo(json.dumps(_as_json(results, committee, split)))
    elif len(results) == 1:
        echo_all([str(results[0].folder), *_report(results[0].scores, f"{split} accuracy")])
    else:
        echo_all(_reports(results, committee, split))


def examined(chosen: Sequence[Run], split: str) -> Iterator[Examined]:
    """Yield what there is to score of each run.

    Raises: RunError, UsageError if a run has no weights or no such images.
    """
    load = lru_cache(maxsize=1)(_load)  # the images of one dataset are enough to have in memory
    for run in chosen:
        _tell_of_other_threads(run, chosen[0])
        network = results.load_weights(run)
        if metadata.read(run.folder).get("status") != "finished":
            tell(f"{run.folder}: has not finished: these are its weights so far")
        dataset = load(run.config.data)
        results.refuse_changes(run, dataset.sha256)
        images = _images(run, dataset, split)
        yield Examined(run.folder, network, images, (dataset.sha256, len(images)))


def _load(data: DataConfig) -> Dataset:
    return datasets.load(data, byte_bar, tell)


def _images(run: Run, dataset: Dataset, split: str) -> Split:
    images: Split = getattr(dataset, split)
    if not len(images):
        raise UsageError(f"{run.folder}: has no {split} images: its data.validation is 0")
    return images


def _committee(results: Sequence[Scored], images: Split) -> Scores | None:
    """Return the scores of all networks together, if all were scored on these same images."""
    first = results[0]
    for result in results:
        if result.images != first.images:
            tell(f"no committee: {result.folder} has other images than {first.folder}")
            return None
    return evaluation.evaluate_committee([result.network for result in results], images)


def _tell_of_other_threads(run: Run, first: Run) -> None:
    """A process has one number of threads: the first run's."""
    own, used = run.config.train.threads, first.config.train.threads
    if own != used:
        tell(
            f"{run.folder}: its train.threads is {own}, but it is scored on the {used} of "
            f"{first.folder}: the last bits of its loss may differ from those of its own scoring"
        )


def _as_json(results: Sequence[Scored], committee: Scores | None, split: str) -> dict[str, Any]:
    report: dict[str, Any] = {
        "runs": [
            {"run": str(result.folder), "split": split, **evaluation.figures(result.scores)}
            for result in results
        ]
    }
    if len(results) > 1:
        accuracies = [result.scores.accuracy for result in results]
        report["mean"] = statistics.mean(accuracies)
        report["standard_deviation"] = statistics.stdev(accuracies)
        report["committee"] = committee and {"split": split, **evaluation.figures(committee)}
    return report


def _reports(results: Sequence[Scored], committee: Scores | None, split: str) -> Iterator[str]:
    heading = ["run", f"{split} accuracy", "wrong", "95 % interval", "loss"]
    yield from table([heading, *map(_cells, results)])
    yield f"mean of {len(results)} runs: {spread([result.scores.accuracy for result in results])}"
    if committee:
        yield from _report(committee, f"committee of {len(results)}: {split} accuracy")


def _cells(result: Scored) -> list[str]:
    scores = result.scores
    wrong = str(scores.total - scores.correct)
    loss = f"{scores.loss:.4f}"
    return [str(result.folder), percent(scores.accuracy), wrong, _interval(scores), loss]


def _interval(scores: Scores) -> str:
    low, high = evaluation.interval(scores.correct, scores.total)
    return f"{percent(low)} to {percent(high)}"


def _report(scores: Scores, name: str) -> Iterator[str]:
    yield (
        f"{name} {percent(scores.accuracy)} ({scores.correct}/{scores.total}), "
        f"95 % interval {_interval(scores)}, loss {scores.loss:.4f}"
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
