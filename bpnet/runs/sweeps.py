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
from bpnet.runs import seed_folders
from bpnet.system import storage

NAME = "sweep.yaml"
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

    def make(self, run: Planned) -> None:
        """Make the folder of the run, and of its trial's other seeds, if they are not there yet.

        With validation images they are scored on these, and not on the test images.
        """
        folder = self.trial_folder(run.trial)
        if not storage.exists(folder / seed_folders.MADE):
            chosen = replace(self.trials[run.trial - 1].config, seed=self.first)
            storage.make_folder(folder)
            seed_folders.create(chosen, self.count, folder, without_test=chosen.data.validation > 0)


def create(folder: Path, base: Config, trials: Sequence[Trial], first: int, count: int) -> Sweep:
    """Write down what a new sweep is."""
    text = sweep_file.dump(__version__, base, trials, first, count)
    storage.write(folder / NAME, text.encode())
    return Sweep(folder, trials, first, count)


def is_one(folder: Path) -> bool:
    """Whether the folder is a sweep's."""
    return storage.exists(folder / NAME)


def open_sweep(folder: Path) -> Sweep:
    """Return the sweep in the folder. Raises: RunError if there is none."""
    path = folder / NAME
    if not is_one(folder):
        raise RunError(f"{folder}: not a sweep: it has no {NAME}")
    try:
        return Sweep(folder, *sweep_file.read(storage.read(path, LIMIT)))
    except ValueError as error:
        raise RunError(f"{path}: not as bpnet has written it: {error}") from error
