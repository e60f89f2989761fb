"""run.json: what a run is, how far it is, and what came out; read and written without NumPy.

The number of threads in it must be known before NumPy is imported.
"""

import json
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from bpnet import storage
from bpnet.errors import RunError

LIMIT = 2**20


def read(folder: Path) -> dict[str, Any]:
    """Return what the folder's run.json says, or nothing if it has none.

    Raises: RunError if it is not a JSON object.
    """
    path = folder / "run.json"
    if not storage.exists(path):
        return {}
    try:
        facts = json.loads(storage.read(path, LIMIT))
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: not JSON: {error}") from error
    if not isinstance(facts, dict):
        raise RunError(f"{path}: not a JSON object")
    return facts


def write(folder: Path, **facts: Any) -> None:
    """Add the facts to run.json, in the place of those of the same names."""
    text = json.dumps(read(folder) | facts, indent=2, allow_nan=False) + "\n"
    storage.write(folder / "run.json", text.encode())


def threads(folder: Path) -> int | None:
    """Return the number of threads of the run, or None if it is not written down."""
    number = read(folder).get("threads")
    if number is not None and (type(number) is not int or not 1 <= number <= 1024):
        raise RunError(f"{folder / 'run.json'}: threads: expected a whole number, got {number!r}")
    return number


def newest() -> Path:
    """Return the folder of the finished run that was started last, in runs/ or one level below.

    Raises: RunError if there is none.
    """
    runs = Path("runs")
    folders = [path.parent for path in chain(runs.glob("*/run.json"), runs.glob("*/*/run.json"))]
    finished = [folder for folder in folders if read(folder).get("status") == "finished"]
    if not finished:
        raise RunError("runs: holds no finished run; name a run directory, or train first")
    return max(finished, key=lambda folder: str(read(folder).get("started", "")))


def now() -> str:
    """Return the time, in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
