"""doubt.npz: what the network of a finished run needs in order to doubt its answers."""

import numpy as np

from bpnet.array import Array
from bpnet.datasets import Dataset
from bpnet.datasets.views import of_dataset
from bpnet.errors import RunError
from bpnet.evaluation import doubt
from bpnet.evaluation.doubt import Measure
from bpnet.network import Network
from bpnet.runs import metadata, npz
from bpnet.runs.directory import Run
from bpnet.runs.metadata import Status
from bpnet.runs.npz_layout import Form
from bpnet.system import storage

BOUND = "weights_sha256"  # the bytes of weights.npz to which the measure belongs


def forms(run: Run) -> dict[str, Form]:
    """Return the dtype and the shape of each array that is kept."""
    return {BOUND: ("|u1", (32,)), **doubt.forms(len(run.config.data.names))}


def write(run: Run, network: Network, dataset: Dataset, weights_sha256: str) -> None:
    """Measure the network, whose weights have this SHA-256 in weights.npz, and keep the measure."""
    seen = of_dataset(network.view, dataset)
    measure = doubt.measured(network, seen.train, seen.validation)
    bound = np.frombuffer(bytes.fromhex(weights_sha256), np.uint8)
    storage.write(run.doubt, npz.pack({BOUND: bound, **measure.arrays()}))


def load(run: Run) -> Measure | None:
    """Return the measure of the run's network; None of a run that is old, or has not finished.

    Raises: RunError as `read` does.
    """
    finished = metadata.read(run.folder).get("status") == Status.FINISHED
    return read(run) if finished and storage.is_taken(run.doubt) else None


def read(run: Run) -> Measure:
    """Return the measure of the network of a finished run.

    Raises: RunError if there is none, or it is not as bpnet writes it for the run's weights.
    """
    path = run.doubt
    try:
        if not storage.exists(path):
            raise ValueError("is missing")
        content = npz.read(path, forms(run), npz.size_limit(forms(run)))
        return doubt.unpacked(_bound(npz.unpack(content, forms(run)), run))
    except ValueError as error:
        raise RunError(
            f"{path}: {error}; get it back by: {metadata.resuming(run.folder)}"
        ) from error


def _bound(arrays: dict[str, Array], run: Run) -> dict[str, Array]:
    """Return the arrays without the hash. Raises: ValueError if it is of other weights."""
    recorded = metadata.read(run.folder).get("weights_sha256")
    if recorded not in (None, arrays.pop(BOUND).tobytes().hex()):
        raise ValueError("belongs to other weights")
    return arrays
