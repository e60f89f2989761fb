"""The files of a run come home: checked as files of strangers are, then put into its folder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bpnet import config
from bpnet.cli.cluster import carrying
from bpnet.cli.cluster.carrying import Files
from bpnet.errors import BpnetError, RunError
from bpnet.network import parameters, widths
from bpnet.runs import directory, mending, metadata, results
from bpnet.runs.checkpoints import METADATA_LIMIT, RECORD_LIMIT
from bpnet.runs.directory import Run
from bpnet.runs.identity import EPOCHS, other_settings
from bpnet.runs.kinds import CONFIG
from bpnet.runs.metadata import Status
from bpnet.system import storage

MOST_COPIES = 4  # of the parameters, in a checkpoint: with velocity, average and the best
ROOM = 2**20  # bytes: what a file has beside its numbers


@dataclass(frozen=True)
class Sent:
    """A run as it has left, with the number of epochs that it is to have in the end."""

    run: Run
    files: Files
    epochs: int | None

    @property
    def goal(self) -> Run:
        """The run as it will be."""
        if self.epochs is None:
            return self.run
        train = replace(self.run.config.train, epochs=self.epochs)
        return replace(self.run, config=replace(self.run.config, train=train))

    @property
    def largest(self) -> int:
        """How many bytes a file of the run can have at most."""
        train = self.goal.config.train
        arrays = MOST_COPIES * np.dtype(train.dtype).itemsize * parameters(widths(self.run.config))
        return arrays + METADATA_LIMIT + RECORD_LIMIT * train.epochs + ROOM


def receive(sent: Sent, files: Files, status: int) -> None:
    """Put the files of a run, whose job has ended with this status, in the place of its own.

    Raises: RunError if they are not as bpnet writes them, or another has trained it meanwhile;
    StorageError.
    """
    files = {name: content for name, content in files.items() if name != CONFIG}
    carrying.refuse_strange(sent.run, files, sent.largest)
    epochs = _refuse_unreadable(sent.goal, files, status)
    folder = sent.run.folder
    with directory.locked(folder):
        _refuse_trained(sent)
        if epochs is not None and epochs == sent.epochs:
            chosen, _ = config.read(folder / CONFIG, [f"train.epochs={epochs}"], environment={})
            storage.write(folder / CONFIG, config.dump(chosen).encode())
        carrying.unpack(files, folder)


def _refuse_unreadable(run: Run, files: Files, status: int) -> object:
    """Raise RunError if a file cannot be read, or a run that should have finished has not.

    Return how many epochs its config has, if run.json says it.
    """
    try:
        with carrying.unpacked(files) as folder:
            _refuse_damaged(replace(run, folder=folder), status)
            return metadata.read(folder).get("config", {}).get(EPOCHS)
    except BpnetError as error:
        raise RunError(f"{run.folder}: what came back is no run of it: {error}") from error
    except OSError as error:
        raise RunError(f"{error.filename}: cannot be written: {error.strerror}") from error


def _refuse_damaged(arrived: Run, status: int) -> None:
    facts = metadata.read(arrived.folder)
    found = facts.get("status")
    if set(other_settings(facts, arrived.config)) - {EPOCHS}:
        raise RunError(f"{arrived.folder}: has other settings: it is another run")
    if status == 0 and found != Status.FINISHED:
        raise RunError(f"{arrived.folder}: has not finished")
    if found == Status.FINISHED:
        metadata.result(arrived.folder)
        for path in mending.spoilt(arrived):
            raise RunError(f"{path}: not as bpnet writes it")
    results.read_log(arrived)
    if storage.exists(arrived.weights):
        results.load_network(arrived)


def _refuse_trained(sent: Sent) -> None:
    """Raise RunError if the run is no longer as it has left."""
    path = sent.run.folder / metadata.NAME
    there = storage.read(path, metadata.LIMIT) if storage.exists(path) else None
    if there != sent.files.get(metadata.NAME):
        raise RunError(
            f"{sent.run.folder}: another process has trained it meanwhile; what came back is not "
            "put over it"
        )


def epochs(options: Sequence[str]) -> int | None:
    """Return the number of epochs that a job with these options is to reach, if they say one."""
    return int(options[options.index("--epochs") + 1]) if "--epochs" in options else None
