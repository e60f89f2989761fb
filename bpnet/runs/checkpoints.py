"""A `TrainingState` <-> a checkpoint: its bytes, and its two files in the run's folder.

A checkpoint holds the state's arrays, its numbers as JSON, the identity of the run that it belongs
to, and a SHA-256 over all of these. It is checked whole before any of it is used.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bpnet.array import Array
from bpnet.errors import RunError, StorageError
from bpnet.runs import anew, npz, resume_point
from bpnet.runs.directory import Run
from bpnet.runs.identity import identity_of, is_same
from bpnet.runs.npz_layout import Form
from bpnet.system import storage, strict_json
from bpnet.system.progress import Tell
from bpnet.training.state import TrainingState

FORMAT = 3
FIRST: dict[str, Form] = {"sha256": ("|u1", (32,)), "metadata": ("|u1", None)}  # in any format
METADATA_LIMIT = 2**17  # of bytes: the format, the sums, the identity with 256 names of classes
RECORD_LIMIT = 450  # the record of an epoch
MOST_VALUES, VALUES_OF_RECORD = 700, 16  # in metadata, more than there are


def pack(state: TrainingState, identity: Mapping[str, Any]) -> bytes:
    """Return the checkpoint of the state."""
    metadata = {"format": FORMAT, "identity": identity, **resume_point.encode(state)}
    text = json.dumps(metadata, allow_nan=False).encode()
    arrays = {"metadata": np.frombuffer(text, np.uint8), **state.arrays()}
    return npz.pack({"sha256": _digest(arrays), **arrays})


def unpack(content: bytes, state: TrainingState, identity: Mapping[str, Any], epochs: int) -> None:
    """Bring `state` to where the checkpoint is; if that is impossible, it is left as it was.

    Raises: ValueError if the checkpoint is damaged, RunError if it is whole but not of this run.
    """
    metadata = _metadata(content, epochs)
    arrays = npz.unpack(content, _forms(state))
    if not np.array_equal(arrays.pop("sha256"), _digest(arrays)):
        raise ValueError("damaged: its SHA-256 differs")
    if not is_same(metadata.get("identity"), identity):
        raise RunError("of another run: its config or data differ")
    point = resume_point.read(metadata, epochs, validated=bool(len(state.best_parameters)))
    for name in state.arrays():
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"holds {name} that are not finite numbers")
    for name, array in state.arrays().items():
        array[:] = arrays[name]
    vars(state).update(vars(point))


def size_limit(state: TrainingState, epochs: int) -> int:
    """Return how many bytes a checkpoint of this state can have at most, after so many epochs."""
    return npz.size_limit(_forms(state), free=METADATA_LIMIT + RECORD_LIMIT * epochs)


def _metadata(content: bytes, epochs: int) -> dict[str, Any]:
    """Return the metadata of a checkpoint, which may have other arrays if its format is another."""
    text = npz.unpack_first(content, FIRST)["metadata"].tobytes()
    try:
        _refuse_many(text, MOST_VALUES + VALUES_OF_RECORD * epochs)
        metadata = strict_json.parse(text)
    except ValueError as error:
        raise ValueError(f"not as bpnet writes it: {error}") from error
    if not isinstance(metadata, dict):
        raise ValueError("not as bpnet writes it: not a JSON object")
    number = metadata.get("format")
    if type(number) is not int or not 0 < number < 1000:
        raise ValueError("not as bpnet writes it: no format")
    if number != FORMAT:
        raise RunError(f"format {number}, while this bpnet reads {FORMAT}")
    return metadata


def _refuse_many(text: bytes, most: int) -> None:
    """Raise ValueError if the JSON has more values than that: each can take 100 bytes of memory."""
    if sum(map(text.count, (b",", b"[", b"{"))) > most:
        raise ValueError("more values than its epochs can have")


def _forms(state: TrainingState) -> dict[str, Form]:
    return FIRST | {name: npz.form(array) for name, array in state.arrays().items()}


def _digest(arrays: Mapping[str, Array]) -> Array:
    sha256 = hashlib.sha256()
    for array in arrays.values():
        sha256.update(np.ascontiguousarray(array).data)
    return np.frombuffer(sha256.digest(), np.uint8)


def save(run: Run, state: TrainingState, data: Mapping[str, str]) -> None:
    """Write the checkpoint, keeping the one before."""
    if storage.exists(run.checkpoint):
        storage.write(run.previous_checkpoint, _read(run.checkpoint, run, state))
    storage.write(run.checkpoint, pack(state, identity_of(run, data)))


def restore(run: Run, state: TrainingState, data: Mapping[str, str], tell: Tell) -> None:
    """Bring `state` to where the run's checkpoint is; without any, it stays at the beginning.

    One that cannot be used is moved aside, whatever it is: somebody may want it. The one before
    takes its place, which costs an epoch at most.
    Raises: RunError if there are checkpoints and none can be used. StorageError if the system
    refuses to read one, which it may not do the next time.
    """
    path, previous = run.checkpoint, run.previous_checkpoint
    try:
        problem = _unpack_file(path, run, state, data)
    except StorageError as error:
        hint = "; if it stays so, move it away: the one before will do"
        raise StorageError(f"{error}{hint if storage.is_taken(previous) else ''}") from error
    if problem is None or not (storage.is_taken(path) or storage.is_taken(previous)):
        return
    second = _unpack_file(previous, run, state, data)
    if second is not None:
        raise RunError(problem, f"{second}; to train it anew: {anew.command(run.folder)}")
    if storage.is_taken(path):
        problem += f"; kept as {storage.move_aside(path).name}"
    storage.write(path, _read(previous, run, state))
    tell(f"{problem}; going on from the one before")


def _read(path: Path, run: Run, state: TrainingState) -> bytes:
    return storage.read(path, size_limit(state, run.config.train.epochs))


def _unpack_file(path: Path, run: Run, state: TrainingState, data: Mapping[str, str]) -> str | None:
    """Bring `state` to where the checkpoint is, or return what is wrong with it."""
    epochs = run.config.train.epochs
    try:
        if not storage.exists(path):
            return f"{path}: {'leads nowhere' if storage.is_taken(path) else 'is missing'}"
        content = npz.read(path, _forms(state), size_limit(state, epochs))
        unpack(content, state, identity_of(run, data), epochs)
    except StorageError as error:
        if storage.is_lasting(error):
            return str(error)
        raise
    except (ValueError, RunError) as error:
        return f"{path}: {error}"
    return None
