"""What a folder is, by the names in it: a run, a folder of seeds, a sweep.

    RUN/config.yaml
    SEEDS/seed-K/config.yaml           a run for each seed
    SWEEP/sweep.yaml, SWEEP/NN/        a folder of seeds for each trial

Whether these runs have begun, or are whole, their own files say.
"""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from bpnet.runs import metadata
from bpnet.system import storage

CONFIG = "config.yaml"
SWEEP = "sweep.yaml"
SEED = re.compile("seed-(0|[1-9][0-9]{0,9})")  # as `seed_folders` names the run of a seed
TRIAL = re.compile("[0-9]{2,6}")  # as `sweeps` names the seeds of a trial


def is_one(folder: Path) -> bool:
    """Whether the folder is a run, one of seeds, or a sweep."""
    return storage.exists(folder / CONFIG) or bool(seeds_in(folder)) or is_sweep(folder)


def is_sweep(folder: Path) -> bool:
    """Whether the folder is a sweep."""
    return storage.exists(folder / SWEEP)


def seeds_in(folder: Path) -> dict[int, Path]:
    """Return the run directories of seeds that are there, by their seeds, in order."""
    matches = map(SEED.fullmatch, _names(folder))
    found = {int(match[1]): folder / match[0] for match in matches if match}
    return {seed: found[seed] for seed in sorted(found) if storage.exists(found[seed] / CONFIG)}


def trials_in(folder: Path) -> Iterator[Path]:
    """Yield the folders of seeds that are there of a sweep, in order."""
    numbers = sorted(filter(TRIAL.fullmatch, _names(folder)), key=int)
    return (folder / name for name in numbers if seeds_in(folder / name))


def _names(folder: Path) -> list[str]:
    return storage.names(folder) if folder.is_dir() else []


def sweep_of(seeds: Path) -> Path | None:
    """Return the sweep that a folder of seeds is a trial of, if it is one."""
    above = Path(os.path.normpath(seeds / ".."))
    return above if is_sweep(above) else None


def resuming(folder: Path) -> str:
    """Return the command that goes on with a run, its seeds, or a sweep."""
    if is_sweep(folder):
        return f"bpnet sweep --resume {shlex.quote(str(folder))}"
    return metadata.resuming(folder)


def missing(folder: Path) -> str:
    """Say that a folder does not exist, and which one may be meant."""
    there = Path("runs") / folder
    meant = f"; did you mean {there}?" if is_one(there) else ""
    return f"{folder}: does not exist{meant}"


def instead_of_a_run(folder: Path) -> str:
    """Say what a folder is that is no run, and what may be meant."""
    if is_sweep(folder):
        trial = next(trials_in(folder), None)
        named = f"name one of its trials, such as {trial}" if trial else "none of its runs is there"
        return f"{folder}: is a sweep; {named}; to go on with it: {resuming(folder)}"
    seed = next(iter(seeds_in(folder).values()), None)
    if seed:
        return f"{folder}: is a folder of seeds; name one of them, such as {seed}"
    return f"{folder}: not a run directory: it has no {CONFIG}"
