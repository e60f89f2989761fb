"""A run's config, trained anew: that of an earlier bpnet is read as it was meant."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bpnet import config
from bpnet.config import Config, combinations
from bpnet.config.combinations import Trial
from bpnet.errors import RunError
from bpnet.runs import metadata
from bpnet.runs.directory import Run
from bpnet.runs.kinds import CONFIG, SEED
from bpnet.system import storage


def load(source: Path | Config | None, settings: Iterable[str] | Mapping[str, Any] = ()) -> Config:
    """Return the config of what is to begin; the source may be the file that a run keeps.

    Raises: ConfigError, as `config.load` does.
    """
    if isinstance(source, Path) and _is_of_a_run(source):
        kept, _ = config.read(source, settings)
        return config.load(kept, environment={})  # it is in it already
    return config.load(source, settings)


def trials(
    source: Path | Config | None,
    settings: Sequence[str] = (),
    grid: Path | None = None,
    listed: Path | None = None,
) -> list[Trial]:
    """Return the trials of a sweep that is to begin; the source may be the file that a run keeps.

    Raises: ConfigError, as `combinations.trials` does.
    """
    if isinstance(source, Path) and _is_of_a_run(source):
        source, _ = config.read(source, environment={})
    return combinations.trials(source, settings, grid, listed)


def _is_of_a_run(path: Path) -> bool:
    """Whether a run keeps this file, or a seed that has not begun."""
    folder = path.parent
    return path.name == CONFIG and (
        storage.exists(folder / metadata.NAME) or bool(SEED.fullmatch(folder.name))
    )


def command(folder: Path) -> str:
    """Return the command that trains the run anew.

    >>> command(Path("runs/my run"))
    "bpnet train --config 'runs/my run/config.yaml' --run-dir NEW"
    """
    return f"bpnet train --config {shlex.quote(str(folder / CONFIG))} --run-dir NEW"


def refuse_threads(*runs: Run) -> None:
    """Raise RunError with a line for each run whose products were computed on several threads.

    Earlier versions could do that; on one thread other last bits come out.
    """
    lines = [
        f"{run.folder}: its batches are computed on {run.threads} threads (train.threads), and "
        "this bpnet computes on one: the last bits would not be those of an undisturbed run. Go on "
        f"with bpnet 0.4; to train it anew: {command(run.folder)}"
        for run in runs
        if run.threads > 1
    ]
    if lines:
        raise RunError(*lines)
