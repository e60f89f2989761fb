"""log.csv and weights.npz: what has come out of a run so far, made from its checkpoint."""

import csv
import hashlib
import io
from dataclasses import asdict, fields

import numpy as np

from bpnet.errors import RunError
from bpnet.network import Network, build, shapes, views, widths
from bpnet.runs import metadata, npz
from bpnet.runs.directory import Run
from bpnet.system import storage
from bpnet.system.strict_json import finite
from bpnet.training.state import EpochRecord, TrainingState, final_parameters

LOG_LIMIT = 2**24  # bytes; 10,000 epochs have 2 MB


def write(run: Run, state: TrainingState) -> str:
    """Write the log and the weights, and return the SHA-256 of the weights."""
    weights = npz.pack(views(final_parameters(state), widths(run.config)))
    storage.write(run.log, log(state.records).encode())
    storage.write(run.weights, weights)
    return sha256(weights)


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
    """Return the rows of the run's log, by the names of their columns; none if there is no log.

    Raises: RunError if it is not as bpnet has written it.
    """
    if not storage.exists(run.log):
        return []
    text = storage.read(run.log, LOG_LIMIT).decode(errors="replace")
    reader = csv.DictReader(text.splitlines())
    try:
        rows = [
            {name: finite(value) if value else None for name, value in row.items()}
            for row in reader
        ]
    except (AttributeError, TypeError, ValueError, csv.Error) as error:
        raise RunError(f"{run.log}: not as bpnet has written it: {error}") from error
    if reader.fieldnames != [field.name for field in fields(EpochRecord)]:
        raise RunError(f"{run.log}: not as bpnet has written it: its columns")
    return rows


def load_network(run: Run) -> Network:
    """Return the network of the run, with the weights of its result so far.

    Raises: RunError if there are none, or they are not those that the run has written.
    """
    path = run.weights
    if not storage.exists(path):
        raise RunError(f"{path}: is missing: the run has not finished an epoch")
    dtype = np.dtype(run.config.train.dtype).str
    forms = {name: (dtype, shape) for name, shape in shapes(widths(run.config)).items()}
    try:
        content = npz.read(path, forms, npz.size_limit(forms))
        _refuse_other_weights(run, content)
        arrays = npz.unpack(content, forms)
    except ValueError as error:
        raise RunError(f"{path}: {error}") from error
    network = build(run.config)
    for name, array in network.params.items():
        array[:] = arrays[name]
    if not np.isfinite(network.flat).all():
        raise RunError(f"{path}: holds weights that are not finite numbers")
    return network


def _refuse_other_weights(run: Run, content: bytes) -> None:
    found = sha256(content)
    if metadata.read(run.folder).get("weights_sha256", found) != found:
        raise ValueError("not the weights that the run ended with: its SHA-256 differs")


def sha256(content: bytes) -> str:
    """Return the hash by which bytes are known."""
    return hashlib.sha256(content).hexdigest()
