"""What training changes, and what is read from it: no loop, no network, no files."""

from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from bpnet.array import Array, aligned_zeros
from bpnet.config import Config
from bpnet.system.strict_json import Amount, Count, Share, Within

Seconds = Annotated[float, Within(0, 1e9)]  # 30 years: those of all epochs still have a sum


@dataclass(frozen=True)
class EpochRecord:
    """A row of the log. Epochs count from 1; the training figures are those of its own batches."""

    epoch: Count
    step: Count
    learning_rate: Amount
    train_loss: Amount
    train_accuracy: Share
    validation_loss: Amount | None
    validation_accuracy: Share | None
    test_loss: Amount | None
    test_accuracy: Share | None
    seconds: Seconds
    images_per_second: Amount


class Place(NamedTuple):
    """Where a training stands: in an epoch counted from 0, after so many of its batches."""

    epoch: int
    done: int


@dataclass
class TrainingState:
    """Everything that training changes, and so everything that a checkpoint holds.

    `parameters` is the network's own flat array. `best_parameters` is empty where there are no
    validation images, `velocity` without momentum, `average` without averaging. The sums are those
    of the running epoch.
    """

    parameters: Array
    best_parameters: Array
    velocity: Array
    average: Array
    step: int = 0
    loss_sum: float = 0.0
    correct: int = 0
    seconds: float = 0.0
    records: list[EpochRecord] = field(default_factory=list)

    def arrays(self) -> dict[str, Array]:
        """Return the arrays by their names."""
        return {
            "parameters": self.parameters,
            "best_parameters": self.best_parameters,
            "velocity": self.velocity,
            "average": self.average,
        }


def start(parameters: Array, config: Config) -> TrainingState:
    """Return the state of a training that has not begun, of a network with these parameters."""
    return TrainingState(
        parameters,
        best_parameters=_like(parameters, config.data.validation),
        velocity=_like(parameters, config.train.momentum),
        average=_like(parameters, config.train.average),
    )


def _like(parameters: Array, needed: float) -> Array:
    """Return zeros as many as the parameters, or none if they are not needed."""
    return aligned_zeros((len(parameters) if needed else 0,), parameters.dtype)


def best(records: list[EpochRecord]) -> EpochRecord | None:
    """Return the epoch of the highest validation accuracy, then the lower loss, then the earlier.

    None if there is nothing to choose by: without validation the last epoch is the result.
    """
    scored = [r for r in records if r.validation_accuracy is not None]
    return max(scored, key=_rank, default=None)  # the first of equals


def _rank(record: EpochRecord) -> tuple[float, float]:
    assert record.validation_accuracy is not None
    assert record.validation_loss is not None
    return record.validation_accuracy, -record.validation_loss


def final_parameters(state: TrainingState) -> Array:
    """Return the parameters that the training is for: the best epoch's, or the latest."""
    return latest_parameters(state) if best(state.records) is None else state.best_parameters


def latest_parameters(state: TrainingState) -> Array:
    """Return the parameters that are scored now: their average, if there is one."""
    return state.average if len(state.average) else state.parameters
