"""`bpnet compare`: runs, or committees: their configs, and whether one is better."""

from collections.abc import Iterator, Sequence
from itertools import chain, count, islice, product
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, echo_all, echo_json, percent, table, tell
from bpnet.cli.options import FITTING_SPLIT, JSON, RUN_DATA_DIR, with_options
from bpnet.errors import UsageError
from bpnet.system import threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bpnet.datasets import Split
    from bpnet.runs.directory import Run


VARIES = "varies"  # a key, among the runs of a committee


@click.command(cls=Command)
@click.argument(
    "folders", metavar="RUN RUN...", nargs=-1, type=Path, shell_complete=completion.runs
)
@FITTING_SPLIT
@RUN_DATA_DIR
@JSON
def compare(
    folders: tuple[Path, ...], asked_split: str | None, data_dir: str | None, as_json: bool
) -> None:
    """Compare runs, by their configs and by McNemar's test.

    \b
    bpnet compare runs/2026-01-31_142530_mnist-s0 runs/2026-01-31_143012_mnist-s1

    A folder of seeds, or of a sweep, stands for its committee. What its configs do not have in
    common, but for the seed, varies.

    Of more than two, each is compared with the first: so name first what they have to beat. To
    choose the best by these images, and then to compare with it on them, would favour it. p is
    corrected for the number of comparisons (Holm). "right alone" counts the images that it has
    right and a has wrong, "a alone" those that a has right and it has wrong.

    --json: split, total; runs (a, b, ...) and correct, a number for each; only (the images that a
    alone has right, and b alone), p, differences (KEY: the values of a, b, ...). Of more than two
    runs, against_first stands for only and p: for each but a its run, only, p, holm (p, corrected).
    """
    from bpnet.runs import sweeps

    if len(folders) < 2:
        raise UsageError(f"compare: expected at least two runs, got {len(folders)}")
    settings = with_options((), data_dir)
    sides = [sweeps.open_members(folder, settings, tell) for folder in folders]
    for number, folder in enumerate(folders):
        if folder.resolve() in map(Path.resolve, folders[:number]):
            tell(f"{folder}: is given more than once, and is compared with itself")
    threads.fix()
    from bpnet.runs import loading

    split = loading.split_of([run for side in sides for run in side], asked_split, tell)
    report = _compared(list(map(str, folders)), sides, split)
    if as_json:
        echo_json(report)
    else:
        echo_all(_lines(report, sides))


def _compared(names: Sequence[str], sides: "Sequence[Sequence[Run]]", split: str) -> dict[str, Any]:
    """Return where the configs differ, what each side has right, and what McNemar's test says."""
    found, images = _answers(sides, split)
    return {
        "split": split,
        "total": len(images),
        "correct": [int((answer == images.labels).sum()) for answer in found],
        **_tested(names, found, images.labels),
        "differences": _differences(list(map(_settings, sides))),
        "runs": names,
    }


def _answers(sides: "Sequence[Sequence[Run]]", split: str) -> "tuple[list[NDArray[Any]], Split]":
    """Return what each side takes each image for, and the images.

    Raises: UsageError if a run has other images than the first.
    """
    from bpnet.evaluation import answers
    from bpnet.runs import loading

    loaded = list(loading.load([run for side in sides for run in side], split, byte_bar, tell))
    for one in loaded:
        if what := loaded[0].fingerprint.difference(one.fingerprint):
            others = f"{split} images" if what == "images" else what
            raise UsageError(
                f"{one.run.folder}: has other {others} than {loaded[0].run.folder}: no comparison"
            )
    networks, images = iter(loaded), loaded[0].images
    groups = [[one.network for one in islice(networks, len(side))] for side in sides]
    return [answers(group, images) for group in groups], images


def _tested(
    names: Sequence[str], found: "Sequence[NDArray[Any]]", t: "NDArray[Any]"
) -> dict[str, Any]:
    """Return what McNemar's test says of each against the first."""
    from bpnet.evaluation import holm, mcnemar, only_right

    only = [list(only_right(found[0], other, t)) for other in found[1:]]
    ps = [mcnemar(*numbers) for numbers in only]
    if len(ps) == 1:
        return {"only": only[0], "p": ps[0]}
    tested = zip(names[1:], only, ps, holm(ps), strict=True)
    keys = ("run", "only", "p", "holm")
    return {"against_first": [dict(zip(keys, test, strict=True)) for test in tested]}


def _lines(report: dict[str, Any], sides: "Sequence[Sequence[Run]]") -> Iterator[str]:
    """Yield where the configs differ, and which is better."""
    letters = _letters(len(sides))
    rows = [[key, *map(str, values)] for key, values in report["differences"].items()]
    yield from table([["", *letters], *rows])
    names = [
        f"{letter}: {name}: committee of {len(runs)}" if len(runs) > 1 else f"{letter}: {name}"
        for letter, name, runs in zip(letters, report["runs"], sides, strict=True)
    ]
    shares = [percent(correct / report["total"]) for correct in report["correct"]]
    if len(sides) > 2:
        yield ""
        yield from _against_first(report, names, shares)
        return
    for name, share in zip(names, shares, strict=True):
        yield f"{name}: {report['split']} accuracy {share}"
    yield verdict(report["only"], report["p"])


def _against_first(
    report: dict[str, Any], names: Sequence[str], shares: Sequence[str]
) -> Iterator[str]:
    """Yield a row for each, with what the test says of it."""
    from bpnet.evaluation import SIGNIFICANT

    heading = [
        "",
        f"{report['split']} accuracy",
        "right alone",
        "a alone",
        "p",
        "corrected p",
        "against a",
    ]
    rows = [heading, [names[0], shares[0], "-", "-", "-", "-", "-"]]
    for name, share, test in zip(names[1:], shares[1:], report["against_first"], strict=True):
        only_a, only_it = test["only"]
        ps = (f"{test['p']:.2g}", f"{test['holm']:.2g}")
        better = "better" if only_it > only_a else "worse"
        told = better if test["holm"] < SIGNIFICANT else "no significant difference"
        rows.append([name, share, str(only_it), str(only_a), *ps, told])
    yield from table(rows)


def _letters(number: int) -> list[str]:
    """Return a letter for each of so many.

    >>> _letters(28)[:2], _letters(28)[-3:]
    (['a', 'b'], ['z', 'aa', 'ab'])
    """
    words = (product(ascii_lowercase, repeat=length) for length in count(1))
    return list(map("".join, islice(chain.from_iterable(words), number)))


def verdict(only: Sequence[int], p: float) -> str:
    """Say in words what has come out.

    >>> verdict([34, 61], p=0.0073)
    'b is better: 61 images against 34, p = 0.0073'
    """
    from bpnet.evaluation import SIGNIFICANT

    only_a, only_b = only
    numbers = f"{max(only_a, only_b)} images against {min(only_a, only_b)}, p = {p:.2g}"
    if p >= SIGNIFICANT:
        return f"no significant difference: {numbers}"
    return f"{'a' if only_a > only_b else 'b'} is better: {numbers}"


def _settings(runs: "Sequence[Run]") -> dict[str, Any]:
    """Return the config of the runs: of several, also that a key varies, and no seed."""
    from bpnet.runs.identity import settings_of_run

    first, *others = (settings_of_run(run) for run in runs)
    if others:
        del first["seed"]
    return {
        key: value if all(one[key] == value for one in others) else VARIES
        for key, value in first.items()
    }


def _differences(sides: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return the values of each key in which they differ or vary, of those that all have."""
    keys = [key for key in sides[0] if all(key in side for side in sides)]
    values = {key: [side[key] for side in sides] for key in keys}
    return {
        key: some
        for key, some in values.items()
        if VARIES in some or any(one != some[0] for one in some)
    }
