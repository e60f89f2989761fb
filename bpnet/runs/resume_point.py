"""The place of a training in its run, as a checkpoint gives it: read without trust.

Whoever can write a checkpoint can also give it the right SHA-256. So what it says is held to what
training can come to: what is let through here could only be noticed much later, or never.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from bpnet.system.strict_json import Amount, Count, decode
from bpnet.training.state import EpochRecord, Seconds, TrainingState


@dataclass(frozen=True)
class ResumePoint:
    """The numbers of a `TrainingState`, beside its arrays."""

    step: Count
    loss_sum: Amount
    correct: Count
    seconds: Seconds
    records: list[EpochRecord]


NAMES = [field.name for field in fields(ResumePoint)]


def encode(state: TrainingState) -> dict[str, Any]:
    """Return the state's numbers as JSON has them."""
    records = [asdict(record) for record in state.records]
    return {name: getattr(state, name) for name in NAMES} | {"records": records}


def read(found: Mapping[str, Any], epochs: int, validated: bool) -> ResumePoint:
    """Return the place in a run of so many epochs, with validation images or without.

    Raises: ValueError if training cannot have come to it.
    """
    try:
        point = decode(ResumePoint, {name: found[name] for name in NAMES if name in found})
        refuse_impossible(point.records, epochs, validated)
        if not _is_running(point, epochs):
            raise ValueError("the sums of the running epoch")
    except ValueError as error:
        raise ValueError(f"not as bpnet writes it: {error}") from error
    return point


def refuse_impossible(records: list[EpochRecord], epochs: int, validated: bool) -> None:
    """Raise ValueError unless these can be the records of a run of so many epochs, one each."""
    if len(records) > epochs:
        raise ValueError(f"{len(records)} of {epochs} epochs")
    for number, record in enumerate(records, start=1):
        if not _is_record(record, number, validated, records[0].step):
            raise ValueError(f"the record of epoch {number}")


def _is_record(record: EpochRecord, number: int, validated: bool, per_epoch: int) -> bool:
    """Whether it can be the record of this epoch, which ends so many steps after the one before."""
    validation = (record.validation_loss, record.validation_accuracy)
    test = (record.test_loss, record.test_accuracy)
    scores, unused = (validation, test) if validated else (test, validation)
    return (
        record.epoch == number
        and record.step == number * per_epoch > 0
        and None not in scores
        and unused == (None, None)
        and record.seconds > 0
    )


def _is_running(point: ResumePoint, epochs: int) -> bool:
    """Whether step and sums can be those inside the epoch that follows the last record."""
    done = len(point.records)
    if not done:  # how many steps an epoch has is not known yet
        beyond, within = point.step, True
    else:
        beyond = point.step - point.records[-1].step
        within = 0 <= beyond < point.records[0].step
    if not beyond:
        return (point.loss_sum, point.correct, point.seconds) == (0, 0, 0)
    return within and done < epochs and point.seconds > 0
