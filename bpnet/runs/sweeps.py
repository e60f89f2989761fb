"""A folder of a sweep: a folder of seeds for each trial, made when its first seed begins.

sweep.yaml      what the sweep is: all that is needed to go on with it
results.csv     a row for each run (`sweep_rows`)
01/seed-0/      the first trial's first seed, an ordinary run directory
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bpnet import __version__
from bpnet.config import Config, sweep_file
from bpnet.config.combinations import Trial
from bpnet.errors import RunError
from bpnet.runs import kinds, metadata, seed_folders
from bpnet.runs.directory import Run
from bpnet.runs.kinds import CONFIG
from bpnet.system import storage
from bpnet.system.progress import Tell

NAME = kinds.SWEEP
LIMIT = 2**24  # bytes: 10,000 trials of some keys each


@dataclass(frozen=True)
class Planned:
    """A run of a sweep: which trial's, from 1 on, of which seed, and its folder."""

    trial: int
    seed: int
    folder: Path


@dataclass(frozen=True)
class Sweep:
    """The trials of a sweep, each trained with the same seeds: so many, from the first on."""

    folder: Path
    trials: Sequence[Trial]
    first: int
    count: int

    def trial_folder(self, trial: int) -> Path:
        """Return the folder of a trial's seeds."""
        return self.folder / f"{trial:0{max(2, len(str(len(self.trials))))}}"

    def runs(self) -> Iterator[Planned]:
        """Yield every run: trial by trial, seed by seed."""
        for trial in range(1, len(self.trials) + 1):
            for seed in range(self.first, self.first + self.count):
                yield Planned(trial, seed, self.trial_folder(trial) / f"seed-{seed}")

    def config(self, run: Planned) -> Config:
        """Return the config of the run."""
        return replace(self.trials[run.trial - 1].config, seed=run.seed)

    def make(self, run: Planned) -> None:
        """Make the folder of the run, and of its trial's other seeds, where any is missing.

        With validation images they are scored on these, and not on the test images.
        """
        chosen = replace(self.config(run), seed=self.first)
        without_test = chosen.data.validation > 0
        needed = [CONFIG, metadata.NAME] if without_test else [CONFIG]
        if not all(storage.exists(run.folder / name) for name in needed):
            seed_folders.complete(chosen, self.count, run.folder.parent, without_test)


def create(folder: Path, base: Config, trials: Sequence[Trial], first: int, count: int) -> Sweep:
    """Write down what a sweep is: a new one, or one that is to have more seeds."""
    text = sweep_file.dump(__version__, base, trials, first, count)
    storage.write(folder / NAME, text.encode())
    return Sweep(folder, trials, first, count)


def open_sweep(folder: Path) -> Sweep:
    """Return the sweep in the folder. Raises: RunError if there is none."""
    path = folder / NAME
    if not storage.exists(folder):
        raise RunError(kinds.missing(folder))
    if not kinds.is_sweep(folder):
        raise RunError(f"{folder}: not a sweep: it has no {NAME}")
    try:
        return Sweep(folder, *sweep_file.read(storage.read(path, LIMIT)))
    except ValueError as error:
        raise RunError(f"{path}: not as bpnet has written it: {error}") from error


def open_members(folder: Path, settings: Sequence[str], tell: Tell) -> list[Run]:
    """Return the run in the folder, those of its seeds, or those of a sweep: of each trial.

    Raises: RunError as `seed_folders.open_members` does, or if one of them was not made yet.
    """
    if not kinds.is_sweep(folder):
        return seed_folders.open_members(folder, settings, tell)
    sweep = open_sweep(folder)
    for run in sweep.runs():
        if not storage.exists(run.folder / CONFIG):
            raise RunError(f"{run.folder}: has not begun; {kinds.resuming(folder)} trains it")
    trials = [sweep.trial_folder(number) for number in range(1, len(sweep.trials) + 1)]
    return [run for trial in trials for run in seed_folders.open_members(trial, settings, tell)]
