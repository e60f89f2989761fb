"""Good inputs of the readers, and what may come of bad ones: a refusal, or just what was packed.

Each `read_...` returns whether it was accepted. It raises AssertionError if that was wrong; every
exception that is not the reader's own goes through.
"""

import hashlib
import io
import math
import re
import struct
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from bpnet import config
from bpnet.array import Array
from bpnet.config import Config, flatten, rules
from bpnet.config.schema import rules as rules_of_all
from bpnet.datasets import class_names, idx
from bpnet.datasets.splits import split
from bpnet.errors import ConfigError, DataError, RunError, StorageError, printable
from bpnet.runs import checkpoints, npz, results
from bpnet.runs.directory import Run
from bpnet.training.state import EpochRecord, TrainingState

EPOCHS = 3
IDENTITY = {"config": {"network.hidden": [2]}, "data": {"train": "5" * 64}}
RECORD = EpochRecord(1, 7, 0.1, 0.5, 0.75, 0.25, 0.5, None, None, 2.5, 40.0)
ARRAYS = {
    "W1": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b1": np.array([0.5, -1, 2], np.float32),
}
OWN = re.compile("damaged: |does not hold |.* is not of type |not as bpnet writes it: |holds ")
FORMS = {name: npz.form(array) for name, array in ARRAYS.items()}
WEIGHTS = npz.pack(ARRAYS)
IMAGES = idx.encode((np.arange(3 * 28 * 28) % 251).astype(np.uint8).reshape(3, 28, 28))
DIGITS = range(10)
LABELS = idx.encode(np.array([7, 0, 9], np.uint8))
NAMES = "가\r\n나 다\r\nb\r\nT-shirt/top\r\n".encode("utf-8-sig")


def empty() -> TrainingState:
    """Return the state of a tiny training that has not begun."""
    zeros, none = np.zeros(3, np.float32), np.zeros(0, np.float32)
    return TrainingState(zeros, zeros.copy(), velocity=zeros.copy(), average=none)


def trained() -> TrainingState:
    """Return its state in the second epoch."""
    state = empty()
    for start, array in enumerate(state.arrays().values()):
        array[:] = np.arange(start, start + len(array))
    state.records[:] = [RECORD]
    state.step, state.loss_sum, state.correct, state.seconds = 9, 1.5, 60, 0.25
    return state


CHECKPOINT = checkpoints.pack(trained(), IDENTITY)


def members(checkpoint: bytes = CHECKPOINT) -> dict[str, Array]:
    """Return the arrays of a checkpoint, as NumPy itself reads them."""
    with np.load(io.BytesIO(checkpoint)) as file:
        return dict(file)


def seal(arrays: Mapping[str, Array]) -> bytes:
    """Return the checkpoint of these arrays, its SHA-256 right whatever is in them."""
    others = {name: array for name, array in arrays.items() if name != "sha256"}
    digest = hashlib.sha256(b"".join(array.tobytes() for array in others.values())).digest()
    return npz.pack({"sha256": np.frombuffer(digest, np.uint8), **others})


def seal_metadata(text: bytes) -> bytes:
    """Return a checkpoint with this text for metadata, and a right SHA-256."""
    return seal({"metadata": np.frombuffer(text, np.uint8), **trained().arrays()})


def refused(error: ValueError) -> bool:
    """Return False for a ValueError of bpnet's own; those of others are kinds of it, or unclear."""
    if type(error) is not ValueError or not OWN.match(str(error)) or len(str(error)) > 200:
        raise error
    return False


def read_weights(content: bytes) -> bool:
    """Read weights; those that are accepted must be `ARRAYS`."""
    try:
        arrays = npz.unpack(content, FORMS)
    except ValueError as error:
        return refused(error)
    for name, array in ARRAYS.items():
        assert npz.form(arrays[name]) == FORMS[name]
        assert arrays[name].tobytes() == array.tobytes(), f"{name} is {arrays[name]}"
    return True


def read_checkpoint(content: bytes) -> bool:
    """Read a checkpoint; one that is accepted must be `trained()`, no other changes the state."""
    state = empty()
    accepted = read_any_checkpoint(content, state)
    expected = trained() if accepted else empty()
    assert numbers(state) == numbers(expected), state
    for name, array in expected.arrays().items():
        assert state.arrays()[name].tobytes() == array.tobytes(), name
    return accepted


def read_any_checkpoint(content: bytes, state: TrainingState) -> bool:
    """Read a checkpoint; one that is accepted must be packed as it was read."""
    try:
        checkpoints.unpack(content, state, IDENTITY, EPOCHS)
    except RunError:
        return False
    except ValueError as error:
        return refused(error)
    again = empty()
    checkpoints.unpack(checkpoints.pack(state, IDENTITY), again, IDENTITY, EPOCHS)
    assert numbers(again) == numbers(state)
    return True


def numbers(state: TrainingState) -> tuple[object, ...]:
    """Return what is in the state beside its arrays."""
    return state.step, state.loss_sum, state.correct, state.seconds, state.records


def log_of_three_epochs() -> bytes:
    """Return a log with numbers of many forms."""
    rates = (0.1, 1e-05, 0.05)
    records = [
        replace(RECORD, epoch=n, step=7 * n, learning_rate=rates[n - 1], seconds=n / 3)
        for n in (1, 2, 3)
    ]
    return results.log(records).encode()


def read_log(run: Run, content: bytes) -> bool:
    """Read a log; one that is accepted must be rows of a training, and written as it is read."""
    run.log.write_bytes(content)
    try:
        records = results.read_log(run)
    except RunError as error:
        (line,) = error.lines
        assert line.startswith(f"{run.log}: "), line
        assert len(line) < 1000, line
        return False
    assert results.log(records).encode() == content
    assert [record.epoch for record in records] == list(range(1, len(records) + 1))
    assert [record.step for record in records] == [r.epoch * records[0].step for r in records]
    for record in records:
        numbers = [number for number in asdict(record).values() if number is not None]
        assert all(math.isfinite(number) and number >= 0 for number in numbers), record
        assert len(numbers) == 9, record
    return True


def read_idx(images: bytes, labels: bytes) -> bool:
    """Read images and labels; those that are accepted must be digits of 28 x 28 pixels."""
    try:
        found = split(
            idx.parse(images, 3, "images"), idx.parse(labels, 1, "labels"), DIGITS, "train"
        )
    except DataError:
        return False
    assert (images[:4], labels[:4]) == (IMAGES[:4], LABELS[:4])
    (count,) = struct.unpack(">I", images[4:8])
    assert count > 0
    assert npz.form(found.images) == ("|u1", (count, 784))
    assert npz.form(found.labels) == (np.dtype(np.intp).str, (count,))
    assert found.images.tobytes() == images[16:]
    assert bytes(found.labels.tolist()) == labels[8:]
    assert 0 <= found.labels.min() <= found.labels.max() <= 9
    return True


def read_class_names(path: Path, content: bytes) -> bool:
    """Read the names of classes by way of the file; those that are accepted must tell classes."""
    path.write_bytes(content)
    try:
        found = class_names.read(path)
    except (DataError, StorageError) as error:
        if not all(line.startswith(str(path)) for line in error.lines):
            raise AssertionError(f"told without the path: {error}") from error
        return False
    assert 2 <= len(set(found)) == len(found) <= 256
    assert all(0 < len(name) <= 32 and name.strip() == name == printable(name) for name in found)
    joined = content.replace(b"\r\n", b"\n").removeprefix(b"\xef\xbb\xbf").removesuffix(b"\n")
    assert "\n".join(found).encode() == joined.removesuffix(b"\r")
    return True


def read_config(path: Path, content: bytes) -> bool:
    """Read a config by way of the file; one that is accepted must be sound and load back."""
    path.write_bytes(content)
    try:
        found = config.load(path, environment={})
    except ConfigError as error:
        told = error.lines
    else:
        return is_sound(found, path)
    assert told
    assert all(line.startswith(f"{path}:") and len(line) < 1000 for line in told), told
    return False


def is_sound(found: Config, path: Path) -> bool:
    """Check that every value follows its rule, and that the config loads back."""
    for name, rule in rules_of_all().items():
        assert fits(flatten(found)[name], rule), f"{name} is {flatten(found)[name]!r}"
    assert found.train.warmup <= found.train.epochs
    path.write_text(config.dump(found), encoding="utf-8")
    assert config.load(path, environment={}) == found
    return True


def fits(value: Any, rule: rules.Rule) -> bool:
    """Whether the value is of the type, and in the range, of the rule."""
    match rule:
        case rules.Whole(low, high):
            return type(value) is int and low <= value <= high
        case rules.Real(low, high):
            return type(value) is float and math.isfinite(value) and low <= value <= high
        case rules.Positive(high):
            return type(value) is float and math.isfinite(value) and 0 < value <= high
        case rules.OneOf(words):
            return type(value) is str and value in words
        case rules.Folder():
            return type(value) is str and value != "" and value.isprintable()
        case rules.Name(longest):
            return type(value) is str and value.isprintable() and 0 < len(value) <= longest
        case rules.Either(first, second):
            return fits(value, first) or fits(value, second)
        case rules.ListOf(inner, longest):
            return (
                type(value) is tuple
                and len(value) <= longest
                and all(fits(entry, inner) for entry in value)
            )
    raise AssertionError(f"a rule that is not known here: {rule!r}")
