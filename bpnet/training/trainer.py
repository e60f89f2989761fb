"""Training: epochs, as a generator of records; no files and no terminal.

What comes out depends on nothing but the config, the data and the number of threads (on the same
machine, with the same NumPy). Every generator of random numbers is made where it is needed, from
the seed and the place in the run: so a position is just an epoch and a step, and there is no state
of a generator to save.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from bpnet.array import Array, aligned_zeros
from bpnet.config import Config
from bpnet.datasets import Dataset, Split
from bpnet.datasets.splits import CLASSES, WIDTH
from bpnet.errors import DivergedError
from bpnet.evaluation import evaluate
from bpnet.network import Network
from bpnet.training.batches import WEIGHTS, Batches, rest_of_epoch
from bpnet.training.step import Step


@dataclass(frozen=True)
class EpochRecord:
    """A row of the log. Epochs count from 1; the training figures are those of its own batches."""

    epoch: int
    step: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    test_loss: float | None
    test_accuracy: float | None
    seconds: float
    images_per_second: float


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


def build(config: Config) -> Network:
    """Return the configured network, its weights drawn from the config's seed."""
    network = Network(widths(config), config.network.activation, config.train.dtype)
    network.initialize(config.network.init, np.random.default_rng([config.seed, WEIGHTS]))
    return network


def widths(config: Config) -> list[int]:
    """Return the widths of the configured network, from the images to the classes."""
    return [WIDTH, *config.network.hidden, CLASSES]


def start(network: Network, config: Config) -> TrainingState:
    """Return the state of a training that has not begun."""
    average = _like(network.parameters, config.train.average)
    average[:] = network.parameters[: len(average)]
    return TrainingState(
        network.parameters,
        best_parameters=_like(network.parameters, config.data.validation),
        velocity=_like(network.parameters, config.train.momentum),
        average=average,
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


def result(state: TrainingState) -> Array:
    """Return the parameters that the training is for: the best epoch's, or the latest."""
    return _latest(state) if best(state.records) is None else state.best_parameters


def _latest(state: TrainingState) -> Array:
    """Return the parameters that are scored now: their average, if there is one."""
    return state.average if len(state.average) else state.parameters


def train(
    network: Network,
    state: TrainingState,
    dataset: Dataset,
    config: Config,
    stop: Callable[[], bool] = lambda: False,
    watch: Callable[[int], object] = lambda images: None,
) -> Iterator[EpochRecord]:
    """Train on from `state`, keep it up to date, and yield the record of each finished epoch.

    `watch` is called after each step with the number of its images. `stop` is asked before each
    step; once it says yes the generator ends, and `state` is where to go on from.
    Raises: DivergedError at the first loss or weight that is not finite; none of it is recorded.
    """
    per_epoch = _batches(len(dataset.train), config)
    step = Step(network, config.train, state.velocity, state.average, per_epoch)
    while len(state.records) < config.train.epochs:
        batches = rest_of_epoch(
            dataset.train,
            config,
            state.parameters.dtype,
            epoch=len(state.records),
            done=batches_done(state, len(dataset.train), config),
        )
        ended = _take_steps(step, state, batches, stop, watch)
        if not np.isfinite(state.parameters).all():  # the last step has spoilt them: not to be kept
            raise step.diverged(state.step - 1)
        if not ended:
            return
        yield _finish_epoch(step, state, dataset)


def batches_done(state: TrainingState, images: int, config: Config) -> int:
    """Return how many batches of the running epoch are behind, of so many images."""
    return state.step - len(state.records) * _batches(images, config)


def is_possible(state: TrainingState, images: int, config: Config) -> bool:
    """Whether training on so many images can have come to the step and the sums of this state."""
    done = batches_done(state, images, config)
    within = 0 <= done < _batches(images, config)
    return within and state.correct <= done * config.train.batch_size


def _batches(images: int, config: Config) -> int:
    """Return how many batches an epoch has, of so many images."""
    return math.ceil(images / config.train.batch_size)


@np.errstate(over="ignore", invalid="ignore")  # seen in the loss
def _take_steps(
    step: Step,
    state: TrainingState,
    batches: Batches,
    stop: Callable[[], bool],
    watch: Callable[[int], object],
) -> bool:
    """Train on the batches to their end; return False if `stop` came before it."""
    started = time.perf_counter()
    for x, t in batches:
        if stop():
            return False
        loss = step(state.step, x, t)
        state.step += 1
        state.loss_sum += loss * len(t)
        state.correct += int(np.count_nonzero(step.network.last_layer.y.argmax(axis=1) == t))
        watch(len(t))
        now = time.perf_counter()
        state.seconds += now - started
        started = now
    return True


def _finish_epoch(step: Step, state: TrainingState, dataset: Dataset) -> EpochRecord:
    """Score the epoch that has ended, and make `state` ready for the next."""
    last = state.step - 1
    try:
        with _holding(step.network, _latest(state)):
            validation = _score(step.network, dataset.validation)
            test = (None, None) if len(dataset.validation) else _score(step.network, dataset.test)
    except DivergedError as error:
        raise step.diverged(last) from error
    images = len(dataset.train)
    record = EpochRecord(
        len(state.records) + 1,
        state.step,
        step.learning_rate(last),
        state.loss_sum / images,
        state.correct / images,
        *validation,
        *test,
        state.seconds,
        images / state.seconds,
    )
    state.records.append(record)
    state.loss_sum, state.correct, state.seconds = 0.0, 0, 0.0
    if best(state.records) is record:
        state.best_parameters[:] = _latest(state)
    return record


@contextmanager
def _holding(network: Network, parameters: Array) -> Iterator[None]:
    """Let the network have other parameters for a while."""
    own = network.parameters.copy()
    network.parameters[:] = parameters
    try:
        yield
    finally:
        network.parameters[:] = own


def _score(network: Network, split: Split) -> tuple[float | None, float | None]:
    """Return loss and accuracy on the split, or twice None if it is empty."""
    if not len(split):
        return None, None
    scores = evaluate(network, split)
    return scores.loss, scores.accuracy


def is_learning(record: EpochRecord) -> bool:
    """Whether more digits were recognised than by guessing, 10 %, or by saying 1 always, 11 %."""
    return record.train_accuracy > 0.15
