"""run.json: what a run is, how far it is, and what came out; read without NumPy, and trust."""

import json
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from bpnet.config.schema import MOST_EPOCHS
from bpnet.errors import RunError, StorageError
from bpnet.system import storage, strict_json
from bpnet.system.progress import Tell
from bpnet.system.strict_json import Amount, Count, Share, Within

NAME = "run.json"
UNKNOWN = "unknown"  # the arithmetic of a run whose run.json was lost
LIMIT = 2**17  # bytes: 256 names of classes have 32 letters, each of which takes 12 at most


class Status(StrEnum):
    """How far a run is. The last three are never written: they are what a reader finds."""

    RUNNING = "running"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    DIVERGED = "diverged"
    KILLED = "killed"
    NOT_BEGUN = "not begun"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Result:
    """What has come out of a finished run.

    Of a run without a test score those of the test are None; the last two are where nothing was
    chosen by.
    """

    test_accuracy: Share | None
    test_correct: Count | None
    test_images: Annotated[int, Within(1, 2**53)] | None
    test_loss: Amount | None
    best_epoch: Annotated[int, Within(1, 2**53)] | None
    validation_accuracy: Share | None


Epochs = Annotated[int, Within(1, MOST_EPOCHS)]


@dataclass(frozen=True)
class NewLength:
    """How many epochs a run had, and how many it has, as long as its config may say the first."""

    before: Epochs
    after: Epochs


LENGTH = "new_length"
WITHOUT_TEST = "without_test"  # the run is not scored on the test images when it finishes
TEST = ("test_loss", "test_accuracy", "test_correct", "test_images")
OF_THE_END = {"ended", "epochs", "weights_sha256", *(field.name for field in fields(Result))}
KINDS = {  # of the facts that are printed or compared
    "status": str,
    "started": str,
    "numpy": str,
    "weights_sha256": str,
    "arithmetic": str,
    "arithmetic_changes": list,
    "config": dict,
    "data": dict,
    LENGTH: NewLength,
    WITHOUT_TEST: bool,
}


def read(folder: Path) -> dict[str, Any]:
    """Return what the folder's run.json says, or nothing if it has none.

    Raises: RunError if it is damaged: no file, not a JSON object, or not bpnet's.
    """
    try:
        return _read(folder / NAME)
    except ValueError as error:
        raise _damaged(folder, error) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        if not storage.exists(path):
            return {}
        content = storage.read(path, LIMIT)
    except StorageError as error:
        if storage.is_lasting(error):
            raise ValueError(str(error).removeprefix(f"{path}: ")) from error
        raise
    try:
        found = strict_json.parse(content)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    for name, kind in KINDS.items():
        if name in found:
            strict_json.value(kind, found[name], name)
    return found


def _damaged(folder: Path, error: ValueError) -> RunError:
    return RunError(f"{folder / NAME}: {error}; {resuming(folder)} goes on without it")


def resuming(folder: Path) -> str:
    """Return the command that goes on with the run, or its seeds, and brings back what is lost.

    >>> resuming(Path("runs/my run"))
    "bpnet train --resume 'runs/my run'"
    """
    return f"bpnet train --resume {shlex.quote(str(folder))}"


def status(folder: Path) -> str:
    """Return the status that the folder's run.json gives, or that it is damaged."""
    try:
        return _checked_status(folder)
    except RunError:
        return Status.DAMAGED


def _checked_status(folder: Path) -> str:
    facts = read(folder)
    found = str(facts.get("status", Status.NOT_BEGUN))
    if found == Status.FINISHED:
        _result(folder, facts)
    return found


def write(folder: Path, gone: Collection[str] = (), /, **facts: Any) -> None:
    """Add the facts to run.json, in the place of those of the same names; some may be gone."""
    kept = {name: fact for name, fact in read(folder).items() if name not in gone}
    text = json.dumps(kept | facts, indent=2, allow_nan=False)
    storage.write(folder / NAME, f"{text}\n".encode())


def begin(folder: Path, **facts: Any) -> None:
    """Write the facts of a run that begins or goes on; nothing stays of an end that it had."""
    write(folder, OF_THE_END | {LENGTH}, **facts)


def new_length(folder: Path) -> NewLength | None:
    """Return the number of epochs that is about to change, if run.json can be read."""
    try:
        found = read(folder).get(LENGTH)
    except RunError:
        return None
    return found and NewLength(**found)


def result(folder: Path) -> Result:
    """Return what run.json says of the result.

    Raises: RunError if it does not say it as a finished run does.
    """
    return _result(folder, read(folder))


def _result(folder: Path, found: Mapping[str, Any]) -> Result:
    names = {field.name for field in fields(Result)}
    try:
        result = strict_json.decode(Result, {n: found[n] for n in found if n in names})
        _refuse_impossible(result, found.get(WITHOUT_TEST, False))
    except ValueError as error:
        told = ValueError(f"not as bpnet has written it: {error}")
        raise _damaged(folder, told) from told
    return result


def _refuse_impossible(result: Result, without_test: bool) -> None:
    correct, total = result.test_correct, result.test_images
    if correct is not None and total is not None and correct > total:
        raise ValueError("test_correct: more than the test images")
    if (result.best_epoch is None) != (result.validation_accuracy is None):
        raise ValueError("best_epoch and validation_accuracy: only one of the two")
    unscored = [name for name in TEST if getattr(result, name) is None]
    if 0 < len(unscored) < len(TEST):
        raise ValueError(f"{' and '.join(unscored)}: null, while other scores of the test are not")
    if unscored and not (without_test and result.best_epoch):
        raise ValueError(f"{unscored[0]}: null, of a run that is scored on the test images")


def recover(folder: Path, began: float, tell: Tell) -> None:
    """Move a damaged run.json aside: what it says is elsewhere too, or can be done without.

    `began` is when the run began, in seconds since 1970. On what arithmetic is not known any more.
    """
    try:
        _checked_status(folder)
    except RunError as error:
        aside = storage.move_aside(folder / NAME)
        started = _as_text(datetime.fromtimestamp(began, UTC))
        write(folder, started=started, arithmetic=UNKNOWN)
        tell(
            f"{folder / NAME}: {error.__cause__}; kept as {aside.name}; going on without it, so "
            "whether this machine computes as the one before is not known"
        )


def now() -> str:
    """Return the time, in UTC."""
    return _as_text(datetime.now(UTC))


def _as_text(time: datetime) -> str:
    return time.isoformat(timespec="microseconds")
