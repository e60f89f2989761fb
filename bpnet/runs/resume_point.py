"""The place of a training in its run, as a checkpoint tells it: read without trust.

Whoever can write a checkpoint can also give it the right SHA-256. So what it says is held to what
training can come to: what is let through here could only be noticed much later, or never.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bpnet.training.trainer import EpochRecord, TrainingState

NUMBERS = ("step", "loss_sum", "correct", "seconds")  # of the state, beside arrays and records
MOST = 2**53  # whole numbers up to here are exact in every reader of JSON, and as a float


@dataclass(frozen=True)
class Position:
    """The numbers of a `TrainingState`."""

    records: list[EpochRecord]
    step: int
    loss_sum: float
    correct: int
    seconds: float


def encode(state: TrainingState) -> dict[str, Any]:
    """Return the state's numbers as JSON has them."""
    records = [asdict(record) for record in state.records]
    return {**{name: getattr(state, name) for name in NUMBERS}, "records": records}


def decode(found: Mapping[str, Any], epochs: int, validated: bool) -> Position:
    """Return the position in a run of so many epochs, with validation images or without.

    Raises: ValueError if training cannot have come to it.
    """
    try:
        records = [EpochRecord(**record) for record in found["records"]]
        position = Position(records, **{name: found[name] for name in NUMBERS})
    except (KeyError, TypeError) as error:
        raise ValueError(f"not as bpnet writes it: {error!r:.100}") from error
    if len(records) > epochs:
        raise ValueError(f"not as bpnet writes it: {len(records)} of {epochs} epochs")
    for number, record in enumerate(records, start=1):
        if not _is_record(record, number, validated, records[0].step):
            raise ValueError(f"not as bpnet writes it: the record of epoch {number}")
    if not _is_running(position, epochs):
        raise ValueError("not as bpnet writes it: the sums of the running epoch")
    return position


def _is_record(record: EpochRecord, number: int, validated: bool, per_epoch: int) -> bool:
    """Whether it can be the record of this epoch, which ends so many steps after the one before."""
    validation = (record.validation_loss, record.validation_accuracy)
    test = (record.test_loss, record.test_accuracy)
    scores, unused = (validation, test) if validated else (test, validation)
    losses = (record.learning_rate, record.train_loss, scores[0])
    return (
        (type(record.epoch), record.epoch) == (int, number)
        and _is_count(record.step)
        and record.step == number * per_epoch > 0
        and all(map(_is_amount, losses))
        and all(_is_amount(share, 1) for share in (record.train_accuracy, scores[1]))
        and unused == (None, None)
        and _is_amount(record.seconds)
        and _is_amount(record.images_per_second)
        and record.seconds > 0
    )


def _is_running(position: Position, epochs: int) -> bool:
    """Whether step and sums can be those inside the epoch that follows the last record."""
    if not (_is_count(position.step) and _is_count(position.correct)):
        return False
    if not (_is_amount(position.loss_sum) and _is_amount(position.seconds)):
        return False
    done = len(position.records)
    per_epoch = position.records[0].step if done else MOST  # it is not known before
    beyond = position.step - done * per_epoch
    if not beyond:
        return (position.loss_sum, position.correct, position.seconds) == (0, 0, 0)
    return 0 < beyond < per_epoch and done < epochs and position.seconds > 0


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST


def _is_amount(value: Any, most: float = sys.float_info.max) -> bool:
    return type(value) is float and 0 <= value <= most  # no NaN is
