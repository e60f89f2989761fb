"""On what machine, and with what arithmetic, a run is trained: in its run.json."""

import os
import platform
from typing import Any

import numpy as np

from bpnet import __version__
from bpnet.errors import RunError, short
from bpnet.runs import metadata
from bpnet.runs.directory import Run
from bpnet.training.arithmetic import fingerprint

TOLD = {"numpy": "NumPy", "blas": "", "threads": "threads", "processors": "processors"}


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
        "threads": run.config.train.threads,
        "processors": _processors(),
        "platform": platform.platform(),
        "arithmetic": fingerprint(run.config.train.dtype),
    }


def _processors() -> int | None:
    """Return how many processors this process may use: BLAS starts no more threads than these."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def refuse_another(run: Run) -> None:
    """Raise RunError if this machine computes otherwise than the one that has trained the run."""
    before, here = metadata.read(run.folder), facts(run)
    if before.get("arithmetic", here["arithmetic"]) != here["arithmetic"]:
        raise RunError(
            f"{run.folder}: was trained with {_told(before)}; the arithmetic here differs, with "
            f"{_told(here)}: the last bits would not be those of an undisturbed run. Go on where "
            "it was trained, or add --other-arithmetic"
        )


def change(run: Run, step: int) -> dict[str, Any]:
    """Return what run.json says of a change of the arithmetic before this step, if there is one."""
    before = metadata.read(run.folder)
    old, new = before.get("arithmetic"), fingerprint(run.config.train.dtype)
    if old in (None, new):
        return {}
    changes = [*before.get("arithmetic_changes", []), {"step": step, "before": old}]
    return {"arithmetic_changes": changes}


def _told(found: dict[str, Any]) -> str:
    """Return the facts that may explain a difference, for people.

    >>> _told({"numpy": "2.4.6", "blas": "openblas 0.3.31", "threads": 2, "processors": 1})
    'NumPy 2.4.6, openblas 0.3.31, threads 2, processors 1'
    """
    told = (f"{name} {found[key]}" for key, name in TOLD.items() if key in found)
    return ", ".join(short(text.strip()) for text in told)
