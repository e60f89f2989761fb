"""What is printed of scores: each run, the committee, and which classes are taken for which."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bpnet.cli.console import percent, spread, table, width
from bpnet.registry import DIGITS

if TYPE_CHECKING:
    from bpnet.evaluation import Scores
    from bpnet.network import Network
    from bpnet.runs.loading import Fingerprint

MOST_IN_A_TABLE = 20  # classes: a table of more would be wider than any terminal
MOST_MISTAKES = 20
USUAL_WIDTH = 80  # of a terminal


class Scored(NamedTuple):
    """A run, its network, what it was scored on, and its scores."""

    folder: Path
    network: "Network"
    fingerprint: "Fingerprint"
    scores: "Scores"

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.fingerprint.classes


def in_json(results: Sequence[Scored], committee: "Scores | None", split: str) -> dict[str, Any]:
    """Return what --json prints."""
    import statistics

    from bpnet.evaluation import as_json

    def shown(classes: Sequence[str], scores: "Scores") -> dict[str, Any]:
        return {"split": split, "classes": list(classes), **as_json(scores)}

    runs = [{"run": str(one.folder), **shown(one.classes, one.scores)} for one in results]
    found: dict[str, Any] = {"runs": runs}
    if len(results) > 1:
        accuracies = [result.scores.accuracy for result in results]
        found["mean"] = statistics.mean(accuracies)
        found["standard_deviation"] = statistics.stdev(accuracies)
        found["committee"] = committee and shown(results[0].classes, committee)
    return found


def lines(results: Sequence[Scored], committee: "Scores | None", name: str) -> Iterator[str]:
    """Yield the report of one run; of several a row for each, and the report of the committee."""
    first = results[0]
    if len(results) == 1:
        yield str(first.folder)
        yield from _report(first.scores, first.classes, f"{name} accuracy")
        return
    heading = ["run", f"{name} accuracy", "wrong", "95 % interval", "loss"]
    yield from table([heading, *map(_cells, results)])
    yield f"mean of {len(results)} runs: {spread([result.scores.accuracy for result in results])}"
    if committee:
        who = f"committee of {len(results)}"
        yield from _report(committee, first.classes, f"{who}: {name} accuracy")


def _cells(result: Scored) -> list[str]:
    scores = result.scores
    wrong = str(scores.total - scores.correct)
    loss = f"{scores.loss:.4f}"
    return [str(result.folder), percent(scores.accuracy), wrong, _interval(scores), loss]


def _report(scores: "Scores", classes: Sequence[str], name: str) -> Iterator[str]:
    """Yield the accuracy under this name, and the mistakes by the names of the classes."""
    yield (
        f"{name} {percent(scores.accuracy)} ({scores.correct}/{scores.total}), "
        f"95 % interval {_interval(scores)}, loss {scores.loss:.4f}"
    )
    yield ""
    few = len(classes) <= MOST_IN_A_TABLE
    yield from (_confusion if few else _lists)(scores, classes)


def _interval(scores: "Scores") -> str:
    from bpnet.evaluation import interval

    low, high = interval(scores.correct, scores.total)
    return f"{percent(low)} to {percent(high)}"


def _confusion(scores: "Scores", classes: Sequence[str]) -> Iterator[str]:
    """Yield the whole table; long names have numbers at the head of the columns."""
    numbers = list(map(str, range(len(classes))))
    numbered = [f"{number:>2} {name}" for number, name in zip(numbers, classes, strict=True)]
    named = list(table(list(_counts(scores, classes, classes))))
    short = list(table(list(_counts(scores, numbered, numbers))))
    fits = width(named[0]) <= max(USUAL_WIDTH, width(short[0]))
    row = "digit" if tuple(classes) == DIGITS else "class"
    yield f"Rows: the {row}; columns: what it was taken for{'' if fits else ', by its number'}."
    yield from named if fits else short


def _counts(
    scores: "Scores", rows: Sequence[str], columns: Sequence[str]
) -> Iterator[Sequence[str]]:
    yield ["", *columns, "accuracy"]
    for name, row, share in zip(rows, scores.confusion.tolist(), scores.per_class, strict=True):
        yield [name, *(str(count) if count else "." for count in row), percent(share)]


def _lists(scores: "Scores", classes: Sequence[str]) -> Iterator[str]:
    """Yield what stands for a table that would be too wide: its largest numbers, and its shares."""
    if mistakes := scores.mistakes(MOST_MISTAKES):
        yield "The commonest confusions:"
        rows = [[classes[truth], classes[answer], str(count)] for truth, answer, count in mistakes]
        yield from table([["class", "taken for", "images"], *rows])
        yield ""
    yield "Each class, the worst first:"
    yield from table([["class", "images", "right", "accuracy"], *_worst_first(scores, classes)])


def _worst_first(scores: "Scores", classes: Sequence[str]) -> list[list[str]]:
    """Return a row for each class; those without images come last."""
    totals, right = scores.confusion.sum(axis=1).tolist(), scores.confusion.diagonal().tolist()
    rows = list(zip(scores.per_class, classes, totals, right, strict=True))
    rows.sort(key=lambda row: (row[0] is None, row[0]))
    return [[name, str(total), str(known), percent(share)] for share, name, total, known in rows]
