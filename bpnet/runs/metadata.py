"""What is known of a run without NumPy: its config, and run.json.

run.json holds what the run is, how far it is, and what came out. The config is read without NumPy
because the number of threads in it must be known before NumPy is imported.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from bpnet import config
from bpnet.config import Config
from bpnet.errors import ConfigError, RunError
from bpnet.system import storage, strict_json

LIMIT = 2**16
KINDS = {  # of the facts that are told or compared
    "status": str,
    "started": str,
    "numpy": str,
    "weights_sha256": str,
    "config": dict,
    "data": dict,
}
MAKING = ".being-made"  # stands in a folder of seeds until all of them are there


@dataclass(frozen=True)
class Run:
    """A run directory and its config."""

    folder: Path
    config: Config


@dataclass(frozen=True)
class Result:
    """What has come out of a finished run; the last two are None where nothing was chosen by."""

    test_accuracy: float
    test_correct: int
    test_images: int
    test_loss: float
    best_epoch: int | None
    validation_accuracy: float | None


def open_run(folder: Path, settings: Iterable[str] = ()) -> Run:
    """Return the run in this directory; settings and BPNET_DATA_DIR say where its data lie now.

    Raises: RunError if there is none.
    """
    path = folder / "config.yaml"
    if not storage.exists(folder):
        raise RunError(f"{folder}: does not exist")
    if not storage.exists(path):
        raise RunError(f"{folder}: not a run directory: it has no config.yaml")
    environment = {"BPNET_DATA_DIR": os.environ.get("BPNET_DATA_DIR", "")}  # the threads stay
    try:
        return Run(folder, config.load(path, settings, environment))
    except ConfigError as error:
        raise RunError(*error.lines) from error


def seeds(folder: Path) -> list[Path]:
    """Return the run directories seed-K that `train --seeds` has made in the folder, in order.

    None are in a folder that is itself a run.
    Raises: RunError if the program was ended while it made them: that is no smaller set of seeds.
    """
    if storage.exists(folder / "config.yaml"):
        return []
    if storage.exists(folder / MAKING):
        raise RunError(f"{folder}: not all its seeds were made; remove it, and train them anew")
    names = storage.names(folder) if folder.is_dir() else []
    found = {
        name.removeprefix("seed-"): folder / name
        for name in names
        if name.startswith("seed-") and storage.exists(folder / name / "config.yaml")
    }
    return [found[number] for number in sorted(filter(str.isdecimal, found), key=int)]


def read(folder: Path) -> dict[str, Any]:
    """Return what the folder's run.json says, or nothing if it has none.

    Raises: RunError if it is not a JSON object, or cannot be bpnet's.
    """
    path = folder / "run.json"
    if not storage.exists(path):
        return {}
    try:
        facts = strict_json.parse(storage.read(path, LIMIT))
    except ValueError as error:
        raise RunError(f"{path}: not JSON: {error}") from error
    if not isinstance(facts, dict):
        raise RunError(f"{path}: not a JSON object")
    for name, kind in KINDS.items():
        if not isinstance(facts.get(name, kind()), kind):
            raise RunError(f"{path}: {name}: expected {'an object' if kind is dict else 'a text'}")
    return facts


def write(folder: Path, **facts: Any) -> None:
    """Add the facts to run.json, in the place of those of the same names."""
    text = json.dumps(read(folder) | facts, indent=2, allow_nan=False) + "\n"
    storage.write(folder / "run.json", text.encode())


def result(folder: Path) -> Result:
    """Return what run.json says of the result.

    Raises: RunError if it does not say it as `runs.finish` does.
    """
    found = read(folder)
    try:
        result = Result(**{field.name: found[field.name] for field in fields(Result)})
    except KeyError as error:
        raise RunError(f"{folder / 'run.json'}: not as bpnet has written it: {error}") from error
    if not _is_result(result):
        raise RunError(f"{folder / 'run.json'}: not as bpnet has written it: the result")
    return result


def _is_result(result: Result) -> bool:
    """Whether this can have come out of a run."""
    return (
        _is_share(result.test_accuracy)
        and type(result.test_correct) is type(result.test_images) is int
        and 0 <= result.test_correct <= result.test_images > 0
        and type(result.test_loss) is float
        and result.test_loss >= 0
        and (result.best_epoch is None) == (result.validation_accuracy is None)
        and (result.best_epoch is None or _is_choice(result))
    )


def _is_choice(result: Result) -> bool:
    """Whether the epoch and its accuracy can be those of the best on the validation images."""
    return (
        type(result.best_epoch) is int
        and result.best_epoch > 0
        and _is_share(result.validation_accuracy)
    )


def _is_share(value: Any) -> bool:
    return type(value) is float and 0 <= value <= 1


def every(place: Path = Path("runs")) -> list[Path]:
    """Return every run directory in this place, or one level below: as seeds are."""
    found = chain(place.glob("*/config.yaml"), place.glob("*/*/config.yaml"))
    return sorted(path.parent for path in found)


def newest() -> Path:
    """Return the folder of the finished run that was started last, in runs/ or one level below.

    Raises: RunError if there is none.
    """
    finished = [folder for folder in every() if read(folder).get("status") == "finished"]
    if not finished:
        raise RunError("runs: holds no finished run; name a run directory, or train first")
    return max(finished, key=lambda folder: str(read(folder).get("started", "")))


def now() -> str:
    """Return the time, in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
