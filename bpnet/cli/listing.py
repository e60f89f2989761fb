"""`bpnet runs`: a table of all runs, from their files."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from bpnet.cli.console import echo_all, percent, table, tell
from bpnet.errors import BpnetError, short
from bpnet.runs import metadata, results
from bpnet.system import locks, storage


@dataclass(frozen=True)
class Listed:
    """A run: what it is, how far it is, and what has come out; None is not known."""

    run: str
    status: str
    dataset: str | None = None
    hidden: list[int] | None = None
    seed: int | None = None
    epochs: int | None = None
    best_epoch: int | None = None
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    seconds: float | None = None
    started: str | None = None


SORTED_BY: dict[str, Callable[[Listed], Any]] = {  # None comes last
    "start": lambda listed: listed.started,
    "name": lambda listed: listed.run,
    "seed": lambda listed: listed.seed,
    "seconds": lambda listed: listed.seconds,
    "validation": lambda listed: _from_the_best(listed.validation_accuracy),
    "test": lambda listed: _from_the_best(listed.test_accuracy),
}
HEADING = ["run", "status", "data", "hidden", "seed", "epochs", "best", "validation", "test", "s"]


def show(places: Sequence[Path], sort: str, as_json: bool) -> None:
    """Print every run in the places; what is damaged is a row too, and told of."""
    found = [_listed(folder) for place in places for folder in metadata.every(place)]
    key = SORTED_BY[sort]
    known = sorted((listed for listed in found if key(listed) is not None), key=key)
    ordered = known + [listed for listed in found if key(listed) is None]
    if as_json:
        click.echo(json.dumps([asdict(listed) for listed in ordered]))
    elif ordered:
        echo_all(table([HEADING, *map(_cells, ordered)]))
    else:
        tell(f"{', '.join(map(str, places))}: no runs")


def _from_the_best(accuracy: float | None) -> float | None:
    return None if accuracy is None else -accuracy


def _listed(folder: Path) -> Listed:
    try:
        return _read(folder)
    except BpnetError as error:
        tell(error.lines[0])
        return Listed(str(folder), "damaged")


def _read(folder: Path) -> Listed:
    held = locks.is_held(folder / locks.NAME)  # asked first: a run may end while it is looked at
    run, found = metadata.open_run(folder), metadata.read(folder)
    finished = found.get("status") == "finished"
    result = asdict(metadata.result(folder)) if finished else {}
    log = results.read_log(run) if storage.exists(folder / "log.csv") else []
    return Listed(
        str(folder),
        _status(short(found.get("status", "not begun")), held),
        run.config.data.dataset,
        list(run.config.network.hidden),
        run.config.seed,
        len(log),
        result.get("best_epoch"),
        result.get("validation_accuracy"),
        result.get("test_accuracy"),
        sum(row["seconds"] or 0 for row in log),
        found.get("started"),
    )


def _status(said: str, held: bool) -> str:
    """Return the status that run.json gives, unless the process has died that gave it."""
    return "killed" if said == "running" and not held else said


def _cells(listed: Listed) -> list[str]:
    hidden = "-" if listed.hidden is None else "-".join(map(str, listed.hidden)) or "none"
    shares = (listed.validation_accuracy, listed.test_accuracy)
    return [
        listed.run,
        listed.status,
        listed.dataset or "-",
        hidden,
        *("-" if n is None else str(n) for n in (listed.seed, listed.epochs, listed.best_epoch)),
        *("-" if share is None else percent(share) for share in shares),
        "-" if listed.seconds is None else f"{listed.seconds:.1f}",
    ]
