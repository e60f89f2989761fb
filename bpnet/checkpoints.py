"""A `TrainingState` <-> the bytes of a checkpoint.

A checkpoint holds the state's arrays, its numbers as JSON, the identity of the run that it belongs
to, and a SHA-256 over all of these. It is checked whole before any of it is used.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from bpnet import npz
from bpnet.array import Array
from bpnet.errors import RunError
from bpnet.trainer import EpochRecord, TrainingState

FORMAT = 3
NUMBERS = ("step", "loss_sum", "correct", "seconds")  # of the state, beside arrays and records
METADATA_LIMIT = 16 * 2**20  # the records of 10,000 epochs take 4 MB


def pack(state: TrainingState, identity: Mapping[str, Any]) -> bytes:
    """Return the checkpoint of the state."""
    metadata = {
        "format": FORMAT,
        "identity": identity,
        **{name: getattr(state, name) for name in NUMBERS},
        "records": [asdict(record) for record in state.records],
    }
    text = json.dumps(metadata, allow_nan=False).encode()
    arrays = {"metadata": np.frombuffer(text, np.uint8), **state.arrays()}
    return npz.pack({"sha256": _digest(arrays), **arrays})


def unpack(content: bytes, state: TrainingState, identity: Mapping[str, Any]) -> None:
    """Bring `state` to where the checkpoint is; if that is impossible, it is left as it was.

    Raises: ValueError if the checkpoint is damaged, RunError if it is whole but not of this run.
    """
    arrays = npz.unpack(content, _forms(state))
    if not np.array_equal(arrays.pop("sha256"), _digest(arrays)):
        raise ValueError("damaged: its SHA-256 differs")
    metadata = json.loads(arrays.pop("metadata").tobytes())
    try:
        if metadata["format"] != FORMAT:
            raise RunError(f"format {metadata['format']}, while this bpnet reads {FORMAT}")
        if metadata["identity"] != identity:
            raise RunError("of another run: its config or data differ")
        records = [EpochRecord(**record) for record in metadata["records"]]
        numbers = {name: metadata[name] for name in NUMBERS}
    except (KeyError, TypeError) as error:
        raise ValueError(f"not as bpnet writes it: {error!r}") from error
    for name, array in state.arrays().items():
        array[:] = arrays[name]
    state.records[:] = records
    vars(state).update(numbers)


def size_limit(state: TrainingState) -> int:
    """Return how many bytes a checkpoint of this state can have at most."""
    return npz.size_limit(_forms(state), free=METADATA_LIMIT)


def _forms(state: TrainingState) -> dict[str, npz.Form]:
    arrays = {name: npz.form(array) for name, array in state.arrays().items()}
    return {"sha256": ("|u1", (32,)), "metadata": ("|u1", None), **arrays}


def _digest(arrays: Mapping[str, Array]) -> Array:
    sha256 = hashlib.sha256()
    for array in arrays.values():
        sha256.update(array.tobytes())
    return np.frombuffer(sha256.digest(), np.uint8)
