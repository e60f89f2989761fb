"""The run directory: what is written into it, and read from it.

    config.yaml               the resolved config, written before anything else
    run.json                  what the run is, how far it is, and what came out
    checkpoint.npz            a `TrainingState`: the one truth, from which the next two are made
    checkpoint.previous.npz   the one before
    log.csv                   a row for each epoch
    weights.npz               W1, b1, W2, b2, ...: the result so far

Every file is put in place whole: from the end of the first epoch on there is always a checkpoint.
"""

import csv
import hashlib
import io
import platform
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from bpnet import __version__, config
from bpnet.config import Config
from bpnet.errors import RunError, short
from bpnet.evaluation import Scores
from bpnet.network import Network, shapes, views
from bpnet.progress import Tell
from bpnet.runs import checkpoints, metadata, npz
from bpnet.runs.metadata import Run
from bpnet.system import storage
from bpnet.training import trainer
from bpnet.training.trainer import EpochRecord, TrainingState

LOG_LIMIT = 2**24  # bytes; 10,000 epochs have 2 MB
CHECKPOINT, PREVIOUS = "checkpoint.npz", "checkpoint.previous.npz"


def begin(run: Run, data: Mapping[str, str]) -> None:
    """Write down in run.json that the run is running, since when, and on what."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    metadata.write(
        run.folder,
        status="running",
        bpnet=__version__,
        python=platform.python_version(),
        numpy=np.__version__,
        blas=f"{blas.get('name')} {blas.get('version')}",
        threads=run.config.train.threads,
        platform=platform.platform(),
        seed=run.config.seed,
        config=settings_of(run.config),
        data=dict(data),
        started=metadata.read(run.folder).get("started", metadata.now()),
    )


def refuse_changes(run: Run, data: Mapping[str, str]) -> None:
    """Raise RunError if config or data are not those with which, by run.json, the run began."""
    began = metadata.read(run.folder)
    settings = settings_of(run.config)
    before = settings_of(Config()) | began.get("config", settings)  # later keys had their defaults
    problems = [
        f"{run.folder / 'config.yaml'}: {name} is {value}, but was "
        f"{short(str(before[name]))} when the run began; put it back, or start a new run"
        for name, value in settings.items()
        if before[name] != value
    ]
    if began.get("data", data) != data:
        problems.append(f"{run.folder}: began with other files of {run.config.data.dataset}")
    if problems:
        raise RunError(*problems)


def settings_of(chosen: Config) -> dict[str, Any]:
    """Return the config as JSON has it, but for where the data lie: that may change."""
    settings = config.flatten(chosen)
    del settings["data.dir"]
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()
    }


def _identity(run: Run, data: Mapping[str, str]) -> dict[str, Any]:
    """Return all that decides how a run goes on; a key that a later bpnet adds changes nothing."""
    defaults = settings_of(Config()).items()
    chosen = [setting for setting in settings_of(run.config).items() if setting not in defaults]
    return {"config": dict(chosen), "data": dict(data)}


def finish(run: Run, state: TrainingState, test: Scores) -> None:
    """Write the results once more, should the last save have been cut off, and what came out."""
    chosen = trainer.best(state.records)
    weights = _write_results(run, state)
    metadata.write(
        run.folder,
        status="finished",
        ended=metadata.now(),
        epochs=len(state.records),
        best_epoch=chosen and chosen.epoch,
        validation_accuracy=chosen and chosen.validation_accuracy,
        test_loss=test.loss,
        test_accuracy=test.accuracy,
        test_correct=test.correct,
        test_images=test.total,
        weights_sha256=_sha256(weights),
    )


def save(run: Run, state: TrainingState, data: Mapping[str, str]) -> None:
    """Write the checkpoint, keeping the one before, and what is made from it: log and weights."""
    path = run.folder / CHECKPOINT
    if storage.exists(path):
        storage.write(run.folder / PREVIOUS, _read(path, run, state))
    storage.write(path, checkpoints.pack(state, _identity(run, data)))
    _write_results(run, state)


def _write_results(run: Run, state: TrainingState) -> bytes:
    """Write the log and the weights, and return the bytes of the weights."""
    weights = npz.pack(views(trainer.result(state), trainer.widths(run.config)))
    storage.write(run.folder / "log.csv", log(state.records).encode())
    storage.write(run.folder / "weights.npz", weights)
    return weights


def _read(path: Path, run: Run, state: TrainingState) -> bytes:
    return storage.read(path, checkpoints.size_limit(state, run.config.train.epochs))


def restore(run: Run, state: TrainingState, data: Mapping[str, str], tell: Tell) -> None:
    """Bring `state` to where the run's checkpoint is; without any, it stays at the beginning.

    A damaged checkpoint is moved aside, and the one before takes its place.
    Raises: RunError if there are checkpoints and none can be used.
    """
    path, previous = run.folder / CHECKPOINT, run.folder / PREVIOUS
    problem = _unpack(path, run, state, data)
    if problem is None or not (storage.exists(path) or storage.exists(previous)):
        return
    second = _unpack(previous, run, state, data)
    if second is not None:
        raise RunError(problem, second)
    if storage.exists(path):
        storage.move_aside(path)
    storage.write(path, _read(previous, run, state))
    tell(f"{problem}; going on from the one before")


def _unpack(path: Path, run: Run, state: TrainingState, data: Mapping[str, str]) -> str | None:
    """Bring `state` to where the checkpoint is, or return what is wrong with it."""
    if not storage.exists(path):
        return f"{path}: is missing"
    content = _read(path, run, state)
    try:
        checkpoints.unpack(content, state, _identity(run, data), run.config.train.epochs)
    except ValueError as error:
        return f"{path}: {error}"
    except RunError as error:
        raise RunError(f"{path}: {error}") from error
    return None


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


def read_log(run: Run) -> list[dict[str, float | None]]:
    """Return the rows of the run's log, by the names of their columns.

    Raises: RunError if it is not as bpnet has written it.
    """
    path = run.folder / "log.csv"
    reader = csv.DictReader(storage.read(path, LOG_LIMIT).decode(errors="replace").splitlines())
    try:
        rows = [
            {name: float(value) if value else None for name, value in row.items()} for row in reader
        ]
    except (AttributeError, TypeError, ValueError, csv.Error) as error:
        raise RunError(f"{path}: not as bpnet has written it: {error}") from error
    if reader.fieldnames != [field.name for field in fields(EpochRecord)]:
        raise RunError(f"{path}: not as bpnet has written it: its columns")
    return rows


def load_weights(run: Run) -> Network:
    """Return the network of the run, with the weights of its result so far.

    Raises: RunError if there are none, or they are not those that the run has written.
    """
    path = run.folder / "weights.npz"
    if not storage.exists(path):
        raise RunError(f"{path}: is missing: the run has not finished an epoch")
    dtype = np.dtype(run.config.train.dtype).str
    forms = {name: (dtype, shape) for name, shape in shapes(trainer.widths(run.config)).items()}
    content = storage.read(path, npz.size_limit(forms))
    if metadata.read(run.folder).get("weights_sha256", _sha256(content)) != _sha256(content):
        raise RunError(f"{path}: not the weights that the run ended with: its SHA-256 differs")
    try:
        arrays = npz.unpack(content, forms)
    except ValueError as error:
        raise RunError(f"{path}: {error}") from error
    network = Network(
        trainer.widths(run.config), run.config.network.activation, run.config.train.dtype
    )
    for name, array in network.params.items():
        array[:] = arrays[name]
    if not np.isfinite(network.parameters).all():
        raise RunError(f"{path}: holds weights that are not finite numbers")
    return network


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
