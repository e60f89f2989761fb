"""A sweep whose runs are trained in this process."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bpnet.config import Config, flatten
from bpnet.config.combinations import Trial
from bpnet.config.schema import build
from bpnet.runs import directory, session, sweeps
from bpnet.runs.sweeps import Sweep


def train(folder: Path, base: Config, settings: Sequence[Mapping[str, Any]], count: int) -> Sweep:
    """Make a sweep of a trial for each of the settings, and train it."""
    folder.mkdir()
    trials = [Trial(chosen, build({**flatten(base), **chosen})) for chosen in settings]
    sweep = sweeps.create(folder, base, trials, base.seed, count)
    for run in sweep.runs():
        sweep.make(run)
        with session.resumed(directory.open_run(run.folder)) as begun:
            list(session.train(begun))
    return sweep
