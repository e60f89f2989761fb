"""The folder of a run: made anew, never over another, found again, held by one process at a time.

    config.yaml               the resolved config, written before anything else
    run.json                  what the run is, how far it is, and what came out (`metadata`)
    checkpoint.npz            a `TrainingState`: the one truth, from which the next two are made
    checkpoint.previous.npz   the one before
    log.csv                   a row for each epoch
    weights.npz               W1, b1, W2, b2, ...: the result so far
    doubt.npz                 by what answers are doubted, once the run has finished (`doubts`)

Every file is put in place whole: from the end of the first epoch on there is always a checkpoint.
All here is read without NumPy.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from bpnet import config
from bpnet.config import Config
from bpnet.errors import ConfigError, RunError, StorageError, UsageError
from bpnet.runs import kinds, metadata
from bpnet.runs.folder_names import as_folder_name
from bpnet.runs.kinds import CONFIG
from bpnet.runs.metadata import WITHOUT_TEST, Result, Status
from bpnet.system import locks, storage
from bpnet.system.held import as_storage_error, held
from bpnet.system.progress import Tell

PREVIOUS_CHECKPOINT = "checkpoint.previous.npz"
ACTIVATION = " network.activation: expected"  # in what is wrong with a config


@dataclass(frozen=True)
class Run:
    """A run directory and its config.

    What is missing of the data may be put into their folder if the user has named it, or nobody
    has; a run's own config may come from anywhere. An earlier bpnet may have computed it on several
    threads.
    """

    folder: Path
    config: Config
    may_fill: bool = False
    threads: int = 1

    @property
    def checkpoint(self) -> Path:
        """The state of the training at its last save."""
        return self.folder / "checkpoint.npz"

    @property
    def previous_checkpoint(self) -> Path:
        """The state at the save before."""
        return self.folder / PREVIOUS_CHECKPOINT

    @property
    def log(self) -> Path:
        """A row for each epoch."""
        return self.folder / "log.csv"

    @property
    def weights(self) -> Path:
        """The weights of the result so far."""
        return self.folder / "weights.npz"

    @property
    def doubt(self) -> Path:
        """By what the answers of the result are doubted."""
        return self.folder / "doubt.npz"

    @property
    def status(self) -> str:
        """How far it is, as its run.json says."""
        return metadata.status(self.folder)

    @property
    def result(self) -> Result:
        """What came out of it. Raises: RunError if it has not finished."""
        if metadata.read(self.folder).get("status") != Status.FINISHED:
            raise RunError(f"{self.folder}: has not finished: there is no result yet")
        return metadata.result(self.folder)

    @property
    def is_without_test(self) -> bool:
        """Whether it has no score on the test images, and gets none when it finishes."""
        fact = metadata.read(self.folder).get(WITHOUT_TEST, False)
        return bool(fact and self.config.data.validation)  # without these each epoch is scored

    @property
    def was_saved(self) -> bool:
        """Whether it has had weights, by what is left of it."""
        left = (self.weights, self.checkpoint, self.previous_checkpoint)
        return self.status == Status.FINISHED or any(map(storage.exists, left))


def open_run(folder: Path, settings: Sequence[str] = ()) -> Run:
    """Return the run in this directory; settings and BPNET_DATA_DIR say where its data lie now.

    Raises: RunError if there is none.
    """
    path = folder / CONFIG
    if not storage.exists(folder):
        raise RunError(kinds.missing(folder))
    if not storage.exists(path):
        raise RunError(kinds.instead_of_a_run(folder))
    environment = {"BPNET_DATA_DIR": os.environ.get("BPNET_DATA_DIR", "")}
    try:
        found, count = config.read(path, settings, environment)
    except ConfigError as error:
        lost = "; if it is one of your own, its line in bpnet/registry.py is missing"
        lines = [line + (lost if ACTIVATION in line else "") for line in error.lines]
        raise RunError(*lines) from error
    named = bool(settings or environment["BPNET_DATA_DIR"])
    may_fill = named or found.data.dir == Config().data.dir
    return Run(folder, _with_new_length(folder, found), may_fill, threads=count)


def _with_new_length(folder: Path, found: Config) -> Config:
    """Return the config with as many epochs as the run has now, which its file may not say yet."""
    length = metadata.new_length(folder)
    if length is None or length.before != found.train.epochs:
        return found
    return replace(found, train=replace(found.train, epochs=length.after))


def new(name: str, folder: Path | None = None) -> Path:
    """Return the given folder, which must be empty, or a new one in runs/, of time and name.

    Raises: UsageError if the given one is taken; what is in it is never overwritten.
    """
    if folder is None:
        stem = f"{datetime.now():%Y-%m-%d_%H%M%S}_{as_folder_name(name)}"
        try:
            return next(path for path in _numbered(stem) if storage.make_new_folder(path))
        except StorageError as error:
            raise StorageError(f"{error}; give another place with --run-dir") from error
    refuse_taken(folder)
    storage.make_new_folder(folder)
    return folder


def _numbered(stem: str) -> Iterator[Path]:
    runs = Path("runs")
    return chain([runs / stem], (runs / f"{stem}-{number}" for number in count(2)))


def refuse_taken(folder: Path) -> None:
    """Raise UsageError if there is more in the folder than a process leaves that dies in here.

    A folder that is not there yet may be made.
    """
    storage.exists(folder / PREVIOUS_CHECKPOINT)  # the longest name: what is too long fails now
    if not storage.is_taken(folder):
        return
    names = storage.names(folder) if folder.is_dir() else [folder.name]
    if any(name != locks.NAME and not storage.TEMPORARY.fullmatch(name) for name in names):
        known = kinds.is_one(folder)
        hint = f", or go on with it: {kinds.resuming(folder)}" if known else ""
        raise UsageError(f"{folder}: is there already; give another --run-dir{hint}")


def create(settings: Config, folder: Path) -> Run:
    """Write the config of a new run into its folder.

    Raises: UsageError if another process has made a run there meanwhile.
    """
    refuse_taken(folder)
    storage.write(folder / CONFIG, config.dump(settings).encode())
    return Run(folder, settings)


def recover(run: Run, tell: Tell) -> None:
    """Move the run.json aside if it is damaged; the run began when its config was written.

    If it is lost, a run of a sweep is known all the same to be one without a test score.
    """
    folder = run.folder
    if metadata.status(folder) == Status.DAMAGED:
        with as_storage_error(folder / CONFIG, "cannot be looked for"):
            written = (folder / CONFIG).stat().st_mtime
        with locked(folder):
            metadata.recover(folder, min(max(0, written), time.time()), tell)
    known = metadata.read(folder).keys() & {"status", WITHOUT_TEST}
    if not known and run.config.data.validation and kinds.sweep_of(folder.resolve().parent):
        with locked(folder):
            metadata.write(folder, **{WITHOUT_TEST: True})


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let no other process train in the folder meanwhile.

    What is then read and written is in this very folder, whatever comes to its path: `held`.
    Raises: RunError if one does, naming it.
    """
    with held(folder, locks.NAME), locks.hold(folder / locks.NAME) as holder:
        if holder:
            raise RunError(f"{folder}: {holder} is training it; wait for its end, or stop it")
        storage.sweep(folder)
        yield
