"""A `TrainingState` <-> the bytes of a checkpoint.

A checkpoint holds the state's arrays, its numbers as JSON, the identity of the run that it belongs
to, and a SHA-256 over all of these. It is checked whole before any of it is used.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from bpnet.array import Array
from bpnet.errors import RunError
from bpnet.runs import npz, resume_point
from bpnet.system import strict_json
from bpnet.training.trainer import TrainingState

FORMAT = 3
METADATA: npz.Form = ("|u1", None)
METADATA_LIMIT = 4096  # of bytes: the format, the sums and the identity
RECORD_LIMIT = 450  # the record of an epoch


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
    metadata = _metadata(content)
    arrays = npz.unpack(content, _forms(state))
    if not np.array_equal(arrays.pop("sha256"), _digest(arrays)):
        raise ValueError("damaged: its SHA-256 differs")
    if metadata.get("identity") != identity:
        raise RunError("of another run: its config or data differ")
    position = resume_point.decode(metadata, epochs, validated=bool(len(state.best_parameters)))
    for name in state.arrays():
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"holds {name} that are not finite numbers")
    for name, array in state.arrays().items():
        array[:] = arrays[name]
    vars(state).update(vars(position))


def size_limit(state: TrainingState, epochs: int) -> int:
    """Return how many bytes a checkpoint of this state can have at most, after so many epochs."""
    return npz.size_limit(_forms(state), free=METADATA_LIMIT + RECORD_LIMIT * epochs)


def _metadata(content: bytes) -> dict[str, Any]:
    """Return the metadata of a checkpoint, which may have other arrays if its format is another."""
    text = npz.unpack_one(content, "metadata", METADATA).tobytes()
    try:
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


def _forms(state: TrainingState) -> dict[str, npz.Form]:
    arrays = {name: npz.form(array) for name, array in state.arrays().items()}
    return {"sha256": ("|u1", (32,)), "metadata": METADATA, **arrays}


def _digest(arrays: Mapping[str, Array]) -> Array:
    sha256 = hashlib.sha256()
    for array in arrays.values():
        sha256.update(array.tobytes())
    return np.frombuffer(sha256.digest(), np.uint8)
