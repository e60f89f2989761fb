"""The run directory: created, written, opened, resumed.

    config.yaml               the resolved config, written before anything else
    run.json                  what the run is, how far it is, and what came out
    checkpoint.npz            a `TrainingState`: the one truth, from which the next two are made
    checkpoint.previous.npz   the one before
    log.csv                   a row for each epoch
    weights.npz               W1, b1, W2, b2, ...: the result so far

Every file is put in place whole, so at any moment there is a checkpoint to go on from.
"""

import csv
import hashlib
import io
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np

from bpnet import __version__, checkpoints, config, facts, npz, storage, threads, trainer
from bpnet.array import Array
from bpnet.config import Config
from bpnet.datasets.published import Tell
from bpnet.errors import ConfigError, RunError, StorageError, UsageError
from bpnet.evaluation import Scores
from bpnet.network import Network, views
from bpnet.trainer import EpochRecord, TrainingState

CHECKPOINT, PREVIOUS = "checkpoint.npz", "checkpoint.previous.npz"


@dataclass(frozen=True)
class Run:
    """A run directory and its config."""

    folder: Path
    config: Config


def create(settings: Config, name: str, folder: Path | None = None) -> Run:
    """Make a run directory: the given one, else a new one in runs/, of time, name and seed.

    Raises: UsageError if the given one is not empty; what is in it is never overwritten.
    """
    if folder is None:
        stem = f"{datetime.now():%Y-%m-%d_%H%M%S}_{name}-s{settings.seed}"
        folder = next(path for path in _numbered(stem) if storage.make_new_folder(path))
    elif not storage.make_new_folder(folder) and not storage.is_empty_folder(folder):
        raise UsageError(
            f"{folder}: is there already; give another --run-dir, or go on with it by "
            f"--resume {folder}"
        )
    storage.write(folder / "config.yaml", config.dump(settings).encode())
    return Run(folder, settings)


def _numbered(stem: str) -> Iterator[Path]:
    runs = Path("runs")
    return chain([runs / stem], (runs / f"{stem}-{number}" for number in count(2)))


def open_run(folder: Path, settings: Iterable[str] = ()) -> Run:
    """Return the run in this directory; settings say where its data lie now.

    Raises: RunError if there is none.
    """
    path = folder / "config.yaml"
    if not storage.exists(path):
        raise RunError(f"{folder}: not a run directory: it has no config.yaml")
    try:
        return Run(folder, config.load(path, settings))
    except ConfigError as error:
        raise RunError(*error.lines) from error


def begin(run: Run, data: Mapping[str, str]) -> None:
    """Write down in run.json that the run is running, since when, and on what."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    facts.write(
        run.folder,
        status="running",
        bpnet=__version__,
        python=platform.python_version(),
        numpy=np.__version__,
        blas=f"{blas.get('name')} {blas.get('version')}",
        threads=threads.current(),
        platform=platform.platform(),
        seed=run.config.seed,
        data=dict(data),
        started=facts.read(run.folder).get("started", facts.now()),
    )


def finish(run: Run, state: TrainingState, test: Scores) -> None:
    """Write down in run.json what came out."""
    chosen = trainer.best(state.records)
    weights = storage.read(run.folder / "weights.npz", npz.size_limit(_weight_forms(run)))
    facts.write(
        run.folder,
        status="finished",
        ended=facts.now(),
        epochs=len(state.records),
        best_epoch=chosen and chosen.epoch,
        validation_accuracy=chosen and chosen.validation_accuracy,
        test_loss=test.loss,
        test_accuracy=test.accuracy,
        test_correct=test.correct,
        test_images=test.total,
        weights_sha256=_sha256(weights),
    )


def identity(run: Run, data: Mapping[str, str]) -> dict[str, Any]:
    """Return all that decides how a run goes on; where the data lie does not."""
    settings = json.loads(json.dumps(asdict(run.config)))
    del settings["data"]["dir"]
    return {**settings, "files": dict(data), "threads": threads.current()}


def save(run: Run, state: TrainingState, data: Mapping[str, str]) -> None:
    """Write the checkpoint, keeping the one before, and what is made from it: log and weights."""
    path = run.folder / CHECKPOINT
    if storage.exists(path):
        storage.write(run.folder / PREVIOUS, storage.read(path, checkpoints.size_limit(state)))
    storage.write(path, checkpoints.pack(state, identity(run, data)))
    storage.write(run.folder / "log.csv", log(state.records).encode())
    storage.write(run.folder / "weights.npz", npz.pack(_weights(run, trainer.result(state))))


def restore(run: Run, state: TrainingState, data: Mapping[str, str], tell: Tell) -> None:
    """Bring `state` to where the run's checkpoint is; without any, it stays at the beginning.

    Raises: RunError if there are checkpoints and none can be used.
    """
    problems: list[str] = []
    for path in (run.folder / CHECKPOINT, run.folder / PREVIOUS):
        if not storage.exists(path):
            continue
        try:
            content = storage.read(path, checkpoints.size_limit(state))
            checkpoints.unpack(content, state, identity(run, data))
        except (ValueError, StorageError) as error:
            problems.append(f"{path}: cannot be used: {error}")
            continue
        if problems:  # heal: the next save keeps what it finds under the first name
            tell(f"{problems[0]}; going on from the one before")
            storage.write(run.folder / CHECKPOINT, content)
        return
    if problems:
        raise RunError(*problems)


def _weights(run: Run, flat: Array) -> dict[str, Array]:
    return views(flat, trainer.widths(run.config))


def log(records: list[EpochRecord]) -> str:
    """Return the records as CSV; a column without a value is empty.

    >>> log([]).startswith("epoch,step,learning_rate,train_loss,")
    True
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(EpochRecord))
    writer.writerows(asdict(record).values() for record in records)
    return text.getvalue()


def load_weights(run: Run) -> Network:
    """Return the network of the run, with the weights of its result so far.

    Raises: RunError if there are none, or they are not those that the run has written.
    """
    path = run.folder / "weights.npz"
    if not storage.exists(path):
        raise RunError(f"{path}: is missing: the run has not finished an epoch")
    network = trainer.build(run.config)
    content = storage.read(path, npz.size_limit(_weight_forms(run)))
    if facts.read(run.folder).get("weights_sha256", _sha256(content)) != _sha256(content):
        raise RunError(f"{path}: not the weights that the run ended with: its SHA-256 differs")
    try:
        arrays = npz.unpack(content, _weight_forms(run))
    except ValueError as error:
        raise RunError(f"{path}: {error}") from error
    for name, array in network.params.items():
        array[:] = arrays[name]
    return network


def _weight_forms(run: Run) -> dict[str, npz.Form]:
    return {name: npz.form(array) for name, array in trainer.build(run.config).params.items()}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
