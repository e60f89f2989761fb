"""A folder of seeds: a run for each, made at once, and found again only if none is missing."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bpnet import config
from bpnet.config import Config
from bpnet.errors import RunError
from bpnet.runs import directory, kinds, metadata
from bpnet.runs.directory import Run
from bpnet.runs.identity import refuse_edits
from bpnet.runs.kinds import CONFIG
from bpnet.runs.metadata import WITHOUT_TEST, Status
from bpnet.system import storage, strict_json
from bpnet.system.progress import Tell
from bpnet.system.strict_json import Count

MADE = "seeds.json"  # says which seeds the folder was made with
INCOMPLETE = ".being-made"  # stands there until all of them are there


@dataclass(frozen=True)
class Made:
    """The seeds that a folder was made with: so many, from the first on."""

    first: Count
    count: Count


def create(settings: Config, count: int, folder: Path) -> None:
    """Make a run directory seed-K in the folder for each seed from the config's on.

    Until all of them are there a file says so: `seeds`. To make them elsewhere and to rename the
    whole would not do: the folder may be the current one, or a disk of its own.
    Raises: UsageError if there is something in the folder already.
    """
    directory.refuse_taken(folder)
    storage.write(folder / INCOMPLETE, b"")
    complete(settings, count, folder, without_test=False)
    storage.remove(folder / INCOMPLETE)


def complete(settings: Config, count: int, folder: Path, without_test: bool) -> None:
    """Make what is not there of the seeds: all of them, or what is missing.

    Those without a test score choose by validation images, and finish without one.
    """
    storage.make_folder(folder)
    storage.sweep(folder)
    storage.write(folder / MADE, f"{json.dumps(asdict(Made(settings.seed, count)))}\n".encode())
    for seed in range(settings.seed, settings.seed + count):
        _complete(replace(settings, seed=seed), folder / f"seed-{seed}", without_test)


def _complete(settings: Config, folder: Path, without_test: bool) -> None:
    storage.make_folder(folder)
    if not storage.exists(folder / CONFIG):
        storage.write(folder / CONFIG, config.dump(settings).encode())
    if without_test and not storage.exists(folder / metadata.NAME):
        metadata.write(folder, **{WITHOUT_TEST: True})


def seeds(folder: Path) -> list[Path]:
    """Return the run directories seed-K that `train --seeds` has made in the folder, in order.

    None are in a folder that is itself a run.
    Raises: RunError if some are missing, or were never made: that is no smaller set of seeds.
    """
    if storage.exists(folder / CONFIG):
        return []
    if storage.exists(folder / INCOMPLETE):
        raise RunError(f"{folder}: not all its seeds were made; remove it, and train them anew")
    found = kinds.seeds_in(folder)
    made = _made(folder, found)
    for seed in range(made.first, made.first + made.count):
        if seed not in found:
            raise _missing(folder, seed, found)
    return list(found.values())


def open_members(folder: Path, settings: Sequence[str], tell: Tell) -> list[Run]:
    """Return the run in the folder, or those of its seeds that there is something to score of.

    Raises: RunError if there is none, as `directory.open_run` and `seeds` do, or if the config of
    one is not that with which it began.
    """
    runs = [directory.open_run(seed, settings) for seed in seeds(folder) or [folder]]
    refuse_edits(*runs)
    begun = [run for run in runs if run.was_saved]
    for run in runs if begun else []:
        if run not in begun:
            tell(f"{run.folder}: has not finished an epoch: left out")
    return begun or runs


def best(runs: Sequence[Run]) -> tuple[Run, str]:
    """Return one run of many, and by what it is chosen: never by the test images."""
    shares = {
        run: metadata.result(run.folder).validation_accuracy or 0.0
        for run in runs
        if run.status == Status.FINISHED
    }
    if not any(shares.values()):
        return runs[0], "the first"
    return max(shares, key=lambda run: shares[run]), "the best on validation images"


def _made(folder: Path, found: Mapping[int, Path]) -> Made:
    """Return the seeds that were made; without that file, as in 0.1.0, those from first to last."""
    path = folder / MADE
    if not storage.exists(path):
        first, last = min(found, default=0), max(found, default=-1)
        return Made(first, 1 + last - first)
    try:
        return strict_json.decode(Made, strict_json.parse(storage.read(path, metadata.LIMIT)))
    except ValueError as error:
        raise RunError(
            f"{path}: not as bpnet has written it: {error}; if no seed is missing, remove it"
        ) from error


def _missing(folder: Path, seed: int, found: Mapping[int, Path]) -> RunError:
    path = folder / f"seed-{seed}"
    what = f"{path}: {f'has no {CONFIG}' if storage.exists(path) else 'is missing'}"
    if again := _from_the_sweep(folder):
        return RunError(f"{what}; put it back, or {again}")
    if not found:
        return RunError(f"{what}, as are all others; put them back, or remove {folder}")
    command = ["bpnet", "train", "--config", str(next(iter(found.values())) / CONFIG)]
    command += ["--set", f"seed={seed}", "--run-dir", str(path)]
    return RunError(f"{what}; put it back, or train it anew: {shlex.join(command)}")


def _from_the_sweep(folder: Path) -> str:
    """Say how the seeds of a trial are made anew."""
    sweep = kinds.sweep_of(folder)
    return f"train it anew: {kinds.resuming(sweep)}" if sweep else ""
