"""`bpnet eval`: the scores of runs, for people or as JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, echo_all, echo_json, percent, spread, table, tell
from bpnet.cli.options import JSON, RUN_DATA_DIR, SPLIT, with_options
from bpnet.system import threads

if TYPE_CHECKING:
    from bpnet.evaluation import Scores
    from bpnet.network import Network
    from bpnet.runs.loading import Fingerprint, LoadedRun


class Scored(NamedTuple):
    """A run, its network, what it was scored on, and its scores."""

    folder: Path
    network: "Network"
    fingerprint: "Fingerprint"
    scores: "Scores"


@click.command("eval", cls=Command)
@click.argument("folders", metavar="[RUN]...", nargs=-1, type=Path, shell_complete=completion.runs)
@SPLIT
@RUN_DATA_DIR
@JSON
def evaluate(folders: tuple[Path, ...], split: str, data_dir: str | None, as_json: bool) -> None:
    """Score runs, by default the newest finished one.

    \b
    bpnet eval
    bpnet eval runs/2026-01-31_142530_mnist-s0 --split validation
    bpnet eval runs/2026-01-31_142530_mnist-5-seeds

    Several runs are also scored together, as a committee.

    --json: runs, for each: run, split, correct, total, accuracy, interval, loss, per_class
    (accuracies), confusion (rows: the digit; columns: the answer). Of several runs also mean,
    standard_deviation, and committee (the same keys, or null).
    """
    from bpnet.runs import finding, seed_folders

    settings = with_options((), data_dir)
    chosen = folders or [finding.newest(tell)]
    runs = [run for folder in chosen for run in seed_folders.open_members(folder, settings, tell)]
    threads.fix()
    from bpnet.runs import loading

    _score(loading.load(runs, split, byte_bar, tell), split, as_json)


def _score(chosen: "Iterator[LoadedRun]", split: str, as_json: bool) -> None:
    """Print the scores of each run; of several also what they come to together."""
    from bpnet import evaluation

    results = []
    for one in chosen:
        scores = evaluation.evaluate(one.network, one.images)
        results.append(Scored(one.run.folder, one.network, one.fingerprint, scores))
    committee = None
    if len(results) > 1 and _have_the_same_images(results):
        networks = [result.network for result in results]
        committee = evaluation.evaluate_committee(networks, one.images)
    if as_json:
        echo_json(_as_json(results, committee, split))
    elif len(results) == 1:
        echo_all([str(results[0].folder), *_report(results[0].scores, f"{split} accuracy")])
    else:
        echo_all(_reports(results, committee, split))


def _have_the_same_images(results: Sequence[Scored]) -> bool:
    """Whether there can be a committee: all were scored on the same images."""
    first = results[0]
    for result in results:
        if result.fingerprint != first.fingerprint:
            tell(f"no committee: {result.folder} has other images than {first.folder}")
            return False
    return True


def _as_json(results: Sequence[Scored], committee: "Scores | None", split: str) -> dict[str, Any]:
    import statistics

    from bpnet.evaluation import as_json

    report: dict[str, Any] = {
        "runs": [
            {"run": str(result.folder), "split": split, **as_json(result.scores)}
            for result in results
        ]
    }
    if len(results) > 1:
        accuracies = [result.scores.accuracy for result in results]
        report["mean"] = statistics.mean(accuracies)
        report["standard_deviation"] = statistics.stdev(accuracies)
        report["committee"] = committee and {"split": split, **as_json(committee)}
    return report


def _reports(results: Sequence[Scored], committee: "Scores | None", split: str) -> Iterator[str]:
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


def _interval(scores: "Scores") -> str:
    from bpnet.evaluation import interval

    low, high = interval(scores.correct, scores.total)
    return f"{percent(low)} to {percent(high)}"


def _report(scores: "Scores", name: str) -> Iterator[str]:
    yield (
        f"{name} {percent(scores.accuracy)} ({scores.correct}/{scores.total}), "
        f"95 % interval {_interval(scores)}, loss {scores.loss:.4f}"
    )
    yield ""
    yield "Rows: the digit; columns: what it was taken for."
    yield from table(list(_confusion(scores)))


def _confusion(scores: "Scores") -> Iterator[list[str]]:
    counts = scores.confusion.tolist()
    yield ["", *map(str, range(len(counts))), "accuracy"]
    for digit, (row, share) in enumerate(zip(counts, scores.per_class, strict=True)):
        cells = [str(count) if count else "." for count in row]
        yield [str(digit), *cells, "-" if share is None else percent(share)]
