"""log.csv and weights.npz: what has come out of a run so far, made from its checkpoint."""

import csv
import hashlib
import io
import re
from dataclasses import asdict, fields

import numpy as np

from bpnet import network
from bpnet.errors import RunError
from bpnet.network import Network, shapes, views, widths
from bpnet.runs import metadata, npz, resume_point
from bpnet.runs.directory import Run
from bpnet.system import memory, storage, strict_json
from bpnet.training.state import EpochRecord, TrainingState, final_parameters

COLUMNS = [field.name for field in fields(EpochRecord)]
NUMBERS = re.compile(rb"[-+.,e0-9]*\n")
ROW_LIMIT = 24 * len(COLUMNS)  # bytes: a number has 23 at most, and one is behind it


def write(run: Run, state: TrainingState) -> str:
    """Write the log and the weights, and return the SHA-256 of the weights."""
    weights = pack_weights(run, state)
    storage.write(run.log, log(state.records).encode())
    storage.write(run.weights, weights)
    return sha256(weights)


def pack_weights(run: Run, state: TrainingState) -> bytes:
    """Return what weights.npz holds in this state."""
    return npz.pack(views(final_parameters(state), widths(run.config)))


def log(records: list[EpochRecord]) -> str:
    """Return the records as CSV; a column without a value is empty.

    >>> log([]).startswith("epoch,step,learning_rate,train_loss,")
    True
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(asdict(record).values() for record in records)
    return text.getvalue()


def log_limit(epochs: int) -> int:
    """Return how many bytes the log of so many epochs can have at most."""
    return (1 + epochs) * ROW_LIMIT


def read_log(run: Run) -> list[EpochRecord]:
    """Return the records in the run's log; none if there is no log.

    Raises: RunError unless it is, byte for byte, what bpnet writes of a run of this config.
    """
    if not storage.exists(run.log):
        return []
    epochs, validated = run.config.train.epochs, bool(run.config.data.validation)
    content = storage.read(run.log, log_limit(epochs))
    try:
        records = _records(content, epochs)
        resume_point.refuse_impossible(records, epochs, validated)
        if log(records).encode() != content:
            raise ValueError("its numbers are written in another way")
    except ValueError as error:
        raise RunError(f"{run.log}: not as bpnet has written it: {error}") from error
    return records


def _records(content: bytes, epochs: int) -> list[EpochRecord]:
    if content.count(b"\n") > 1 + epochs:
        raise ValueError(f"it has more rows than its run has epochs, {epochs}")
    heading, *rows = io.BytesIO(content).readlines() or [b""]
    if heading != log([]).encode():
        raise ValueError("its columns are others")
    return [_record(row, number) for number, row in enumerate(rows, start=1)]


def _record(row: bytes, number: int) -> EpochRecord:
    """Read a row of the log; its numbers are those of JSON."""
    if len(row) > ROW_LIMIT or not NUMBERS.fullmatch(row):
        raise ValueError(f"row {number}: expected numbers, with commas between them")
    cells = b",".join(cell or b"null" for cell in row.rstrip(b"\n").split(b","))
    try:
        values = strict_json.parse(b"[" + cells + b"]")
        return strict_json.decode(EpochRecord, dict(zip(COLUMNS, values, strict=True)))
    except ValueError as error:
        raise ValueError(f"row {number}: {error}") from error


def load_network(run: Run) -> Network:
    """Return the network of the run, with the weights of its result so far.

    Raises: RunError if there are none, or they are not those that the run has written.
    """
    path = run.weights
    recorded = metadata.read(run.folder).get("weights_sha256")  # read first: the run may end now
    way_back = f"get it back by: {metadata.resuming(run.folder)}"
    if not storage.exists(path):
        reason = way_back if run.was_saved else "the run has not finished an epoch"
        raise RunError(f"{path}: is missing; {reason}")
    dtype = np.dtype(run.config.train.dtype).str
    forms = {name: (dtype, shape) for name, shape in shapes(widths(run.config)).items()}
    needed = network.memory(run.config) + npz.size_limit(forms)
    memory.refuse_more(needed, f"{run.folder}: this network")
    try:
        content = npz.read(path, forms, npz.size_limit(forms))
        if recorded not in (None, sha256(content)):
            raise ValueError("not the weights that the run ended with: its SHA-256 differs")
        arrays = npz.unpack(content, forms)
    except ValueError as error:
        hint = f"; {way_back}" if recorded else ""
        raise RunError(f"{path}: {error}{hint}") from error
    loaded = network.build(run.config)
    for name, array in loaded.params.items():
        array[:] = arrays[name]
    if not np.isfinite(loaded.flat).all():
        raise RunError(f"{path}: holds weights that are not finite numbers")
    return loaded


def sha256(content: bytes) -> str:
    """Return the hash by which bytes are known."""
    return hashlib.sha256(content).hexdigest()
