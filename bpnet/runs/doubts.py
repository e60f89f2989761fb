"""doubt.npz: what the network of a finished run needs in order to doubt its answers."""

from pathlib import Path

import numpy as np

from bpnet.datasets import Dataset
from bpnet.errors import RunError
from bpnet.evaluation import doubt
from bpnet.evaluation.doubt import Measure
from bpnet.network import Network, widths
from bpnet.runs import metadata, npz
from bpnet.runs.directory import Run
from bpnet.runs.metadata import Status
from bpnet.runs.npz_layout import Form
from bpnet.system import storage

WEIGHTS = "weights_sha256"
FIRST: dict[str, Form] = {WEIGHTS: ("|u1", (32,))}


def path_of(run: Run) -> Path:
    """Return where the measure lies."""
    return run.folder / "doubt.npz"


def write(run: Run, network: Network, dataset: Dataset, weights_sha256: str) -> None:
    """Measure the network with the weights of this SHA-256, and write what comes out."""
    measure = doubt.measured(network, dataset.train, dataset.validation)
    bound = np.frombuffer(bytes.fromhex(weights_sha256), np.uint8)
    storage.write(path_of(run), npz.pack({WEIGHTS: bound, **measure.arrays()}))


def load(run: Run) -> Measure | None:
    """Return the measure of the run's network; None if it has none: an old or unfinished run.

    Raises: RunError if it is not what bpnet has written for these weights.
    """
    facts, path = metadata.read(run.folder), path_of(run)
    if facts.get("status") != Status.FINISHED or not storage.exists(path):
        return None
    shapes = doubt.shapes(widths(run.config))
    forms = FIRST | {name: ("<f4", shape) for name, shape in shapes.items()}
    try:
        content = npz.read(path, forms, npz.size_limit(forms))
        arrays = npz.unpack(content, forms)
        if arrays.pop(WEIGHTS).tobytes().hex() != facts.get("weights_sha256"):
            raise ValueError("of other weights than those of the run")
        return doubt.measure(arrays)
    except ValueError as error:
        way_back = f"get it back by: {metadata.resuming(run.folder)}"
        raise RunError(f"{path}: {error}; {way_back}") from error
