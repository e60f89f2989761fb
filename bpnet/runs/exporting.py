"""A run -> a file for other programs: its network, and what one must know of it."""

import json
from collections.abc import Mapping
from pathlib import Path

from bpnet import __version__
from bpnet.errors import UsageError, printable
from bpnet.network import Network
from bpnet.runs import loading, metadata, npz, onnx_file, safetensors_file
from bpnet.runs.directory import Run
from bpnet.runs.kinds import SEED
from bpnet.runs.metadata import Status
from bpnet.runs.results import sha256
from bpnet.system import memory, storage
from bpnet.system.progress import Tell

HELD = 6  # times the parameters: they, their gradients, and what is made of them, 3.2 as measured


def write(run: Run, form: str, path: Path, tell: Tell) -> None:
    """Write the network of the run, whole or not at all; `form` is safetensors or onnx.

    What goes in must be in the network's view already; if that is not as-is, it is told.
    Raises: UsageError if there is something at the path; BpnetError if the network cannot be had,
    or not be written in this form.
    """
    if storage.is_taken(path):
        raise UsageError(f"{path}: is there already; give another FILE")
    results = _results(run)
    network = loading.so_far(run, tell)
    memory.refuse_more(HELD * network.flat.nbytes, f"{run.folder}: exporting this network")
    facts = _facts(run, network) | results
    if form == "onnx":
        facts |= _inputs(network, onnx_file.FORM)
        content = onnx_file.pack(network, run.config.network.activation, facts)
    else:
        facts |= _inputs(network, safetensors_file.FORM)
        content = safetensors_file.pack(network, facts)
    storage.write(path, content)
    if network.view != "as-is":
        loaded = f"bpnet.load({str(run.folder)!r})"
        tell(
            f"{path}: takes {network.view} images only: other programs must bring theirs to that "
            f"view first; {loaded}.see(images) does"
        )


def _facts(run: Run, network: Network) -> dict[str, str]:
    """Return what the network is, and where it comes from, as texts that any format can hold."""
    facts = {
        "classes": json.dumps(run.config.data.names, ensure_ascii=False),
        "network": "-".join(map(str, network.widths)),
        "activation": run.config.network.activation,
        "view": network.view,
        "dtype": run.config.train.dtype,
        "dataset": run.config.data.dataset,
        "run": _name(run.folder),
        "weights_sha256": sha256(npz.pack(network.params)),
        "bpnet": __version__,
    }
    return {name: printable(text) for name, text in facts.items()}


def _inputs(network: Network, form: Mapping[str, str]) -> dict[str, str]:
    """Return what goes in, with the network's view, if that is not as-is."""
    if network.view == "as-is":
        return {}
    seen = f"{network.view}, as bpnet.load(RUN).see(images) gives them"
    return {"inputs": f"{form['inputs']}; {seen}"}


def _results(run: Run) -> dict[str, str]:
    """Return the status of the run and, if it has finished, its test score, if it has one."""
    status = run.status
    if status != Status.FINISHED:
        return {"status": status}
    result = metadata.result(run.folder)
    scores = {"test_accuracy": result.test_accuracy, "test_images": result.test_images}
    known = {name: str(score) for name, score in scores.items() if score is not None}
    return {"status": status, **known}


def _name(folder: Path) -> str:
    """Return the name of the run's folder; of a seed, with that of the folder of seeds.

    >>> _name(Path("/runs/sprint-5-seeds/seed-3")), _name(Path("/runs/mnist-s0"))
    ('sprint-5-seeds/seed-3', 'mnist-s0')
    """
    parts = folder.resolve().parts
    return "/".join(parts[-2:] if SEED.fullmatch(parts[-1]) else parts[-1:])
