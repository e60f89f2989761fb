"""`bpnet eval`: the scores of runs, for people or as JSON."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpnet.cli import completion, scored_pictures
from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, echo_all, echo_json, tell
from bpnet.cli.options import JSON, RUN_DATA_DIR, SPLIT, with_options
from bpnet.cli.scores import Scored, in_json, lines
from bpnet.errors import DataError, UsageError
from bpnet.registry import DATASETS
from bpnet.system import memory, storage, threads

if TYPE_CHECKING:
    from bpnet.config import Config
    from bpnet.datasets import Split
    from bpnet.evaluation import Scores
    from bpnet.network import Network
    from bpnet.runs.directory import Run
    from bpnet.runs.loading import LoadedRun


@click.command("eval", cls=Command)
@click.argument("folders", metavar="[RUN]...", nargs=-1, type=Path, shell_complete=completion.runs)
@SPLIT
@click.option(
    "--dataset",
    type=click.Choice(tuple(DATASETS)),
    help="Score on another dataset, in --data-dir, BPNET_DATA_DIR or data/; its classes must be "
    "those of the run. [default: the run's own]",
)
@click.option(
    "--pictures",
    metavar="FOLDER",
    type=Path,
    shell_complete=completion.folders,
    help="Score on your own pictures, in folders named as the classes; exit status 1 if one cannot "
    "be used.",
)
@RUN_DATA_DIR
@click.option(
    "--predictions",
    metavar="FILE.csv",
    type=Path,
    shell_complete=completion.files,
    help="Write the answer to each image, and the probability of each class.",
)
@JSON
def evaluate(
    folders: tuple[Path, ...],
    split: str,
    dataset: str | None,
    pictures: Path | None,
    data_dir: str | None,
    predictions: Path | None,
    as_json: bool,
) -> None:
    """Score runs, by default the newest finished one.

    \b
    bpnet eval
    bpnet eval runs/2026-01-31_142530_mnist-s0 --split validation
    bpnet eval runs/2026-01-31_142530_drawn-s0 --dataset mnist
    bpnet eval runs/2026-01-31_142530_mnist-s0 --pictures digits
    bpnet eval runs/2026-01-31_142530_mnist-5-seeds --predictions answers.csv

    Several runs, those of a folder of seeds or of a sweep too, are also scored together, as a
    committee. Predictions are then those of it.

    --json: runs, for each: run, split, classes (names), correct, total, accuracy, interval, loss,
    per_class (accuracies), confusion (rows: the class; columns: the answer). Of several runs also
    mean, standard_deviation, and committee (split and the keys after it, or null).
    """
    settings = with_options((), data_dir)
    other = _another(dataset, split, settings)
    if pictures:
        split = scored_pictures.refuse_others(dataset, split)
    if predictions and storage.is_taken(predictions):
        raise UsageError(f"{predictions}: is there already; give another --predictions")
    runs = _opened(folders, settings)
    threads.fix()
    problems: list[str] = []
    of_pictures = pictures and scored_pictures.loaded(pictures, runs, problems)
    results, committee = _score(of_pictures or _loaded(runs, split, other), predictions)
    _print(results, committee, split, dataset, as_json)
    if problems:
        raise DataError(*problems)


def _print(
    results: Sequence[Scored],
    committee: "Scores | None",
    split: str,
    dataset: str | None,
    as_json: bool,
) -> None:
    if as_json:
        echo_json(in_json(results, committee, split))
    else:
        echo_all(lines(results, committee, f"{dataset} {split}" if dataset else split))


def _another(dataset: str | None, split: str, settings: Sequence[str]) -> "Config | None":
    """Return a config of all the images of the other dataset."""
    from bpnet import config

    if dataset is None:
        return None
    if split == "validation":
        raise UsageError(
            "--split validation: expected test or train with --dataset: a run holds out images of "
            "its own dataset only"
        )
    if dataset == "files" and not settings:
        raise UsageError(
            "--dataset files: expected --data-dir DIR as well, the folder of its files"
        )
    return config.load(None, [f"data.dataset={dataset}", "data.validation=0", *settings])


def _opened(folders: Sequence[Path], settings: Sequence[str]) -> "list[Run]":
    """Return the runs in the folders, or the newest one."""
    from bpnet.runs import finding, sweeps

    chosen = folders or [finding.newest(tell)]
    return [run for folder in chosen for run in sweeps.open_members(folder, settings, tell)]


def _loaded(runs: "Sequence[Run]", split: str, other: "Config | None") -> "Iterator[LoadedRun]":
    """Return the runs with what they are scored on."""
    from bpnet import datasets
    from bpnet.runs import loading

    data = datasets.completed(other).data if other else None
    return loading.load(runs, split, byte_bar, tell, data)


def _score(
    chosen: "Iterator[LoadedRun]", predictions: Path | None
) -> "tuple[list[Scored], Scores | None]":
    """Return the scores of each run, and of several those of their committee.

    The answers are written down if that is asked for.
    """
    from bpnet import evaluation

    results = []
    for one in chosen:
        scores = evaluation.evaluate(one.network, one.images)
        results.append(Scored(one.run.folder, one.network, one.fingerprint, scores))
    odd = _odd_one(results)
    if odd and predictions:
        raise UsageError(f"--predictions: {odd}")
    if odd:
        tell(odd)
        return results, None
    networks = [result.network for result in results]
    if predictions:
        _write(predictions, networks, one.images, one.fingerprint.classes)
    several = len(results) > 1
    return results, evaluation.evaluate_committee(networks, one.images) if several else None


def _odd_one(results: Sequence[Scored]) -> str:
    """Say which run was scored on other images than the first: then there is no committee."""
    first = results[0]
    for result in results:
        if what := first.fingerprint.difference(result.fingerprint):
            return f"no committee: {result.folder} has other {what} than {first.folder}"
    return ""


def _write(
    path: Path, networks: "Sequence[Network]", images: "Split", classes: Sequence[str]
) -> None:
    """Write the answer of the networks to each image."""
    from bpnet.evaluation import predictions

    memory.refuse_more(
        predictions.size_limit(len(images), classes),
        f"{path}: the table of {len(images)} images and {len(classes)} classes",
        "it is written whole, or not at all",
    )
    storage.write(path, predictions.as_csv(networks, images, classes))
