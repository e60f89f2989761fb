"""On what machine, and with what arithmetic, a run is trained: in its run.json."""

import platform
from typing import Any

import numpy as np

from bpnet import __version__
from bpnet.errors import RunError, short
from bpnet.runs import metadata
from bpnet.runs.directory import Run
from bpnet.system import processors
from bpnet.training.arithmetic import fingerprint

TOLD = {"numpy": "NumPy", "blas": "BLAS", "processors": "processors"}


def facts(run: Run) -> dict[str, Any]:
    """Return what run.json says of the machine; two arithmetics are the same if their hashes are.

    The rest is for people: a version alone changes nothing.
    """
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "bpnet": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas.get('name')} {blas.get('version')}",
        "processors": processors.usable(),
        "platform": platform.platform(),
        "arithmetic": fingerprint(run.config.train.dtype),
    }


def refuse_another(run: Run) -> None:
    """Raise RunError if this machine computes otherwise than the one that has trained the run."""
    before, here = metadata.read(run.folder), facts(run)
    if before.get("arithmetic") not in (None, metadata.UNKNOWN, here["arithmetic"]):
        raise RunError(
            f"{run.folder}: this machine computes otherwise than the one before "
            f"({_difference(before, here)}): the last bits would not be those of an undisturbed "
            "run. Go on where it was trained, or add --other-arithmetic"
        )


def change(run: Run, step: int) -> dict[str, Any]:
    """Return what run.json says of a change of the arithmetic before this step, if there is one."""
    before = metadata.read(run.folder)
    old, new = before.get("arithmetic"), fingerprint(run.config.train.dtype)
    if not step or old in (None, new):
        return {}
    changes = [*before.get("arithmetic_changes", []), {"step": step, "before": old}]
    return {"arithmetic_changes": changes}


def _difference(before: dict[str, Any], here: dict[str, Any]) -> str:
    """Return what may explain the difference, for people.

    >>> _difference({"numpy": "2.4.6", "processors": 1}, {"numpy": "2.4.6", "processors": 2})
    'processors: 1, now 2'
    """
    told = [
        f"{name}: {short(str(before[key]))}, now {here[key]}"
        for key, name in TOLD.items()
        if key in before and before[key] != here[key]
    ]
    return "; ".join(told) or (
        "another kind of processor, or NumPy imported before bpnet, on more than one thread"
    )
