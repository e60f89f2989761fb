"""Training: epochs, as a generator of records; no files and no terminal.

What comes out depends on nothing but the config, which has the number of workers, and the data (on
the same machine, with the same NumPy): a place in a training is just an epoch and a step.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import TypeAlias

import numpy as np

from bpnet import network
from bpnet.array import Array
from bpnet.config import Config
from bpnet.datasets import Dataset, Split
from bpnet.datasets.views import of_dataset
from bpnet.errors import DivergedError
from bpnet.evaluation import evaluate
from bpnet.network import Network
from bpnet.system.progress import Advance, never, unwatched
from bpnet.training import team
from bpnet.training.batches import epoch_batches
from bpnet.training.state import (
    EpochRecord,
    Place,
    best,
    final_parameters,
    latest_parameters,
    start,
)
from bpnet.training.step import Outcome, Step

Steps: TypeAlias = Callable[[int, int], Generator[Outcome]]  # of an epoch, but for those to skip
Score: TypeAlias = tuple[float | None, float | None]  # loss and accuracy


class Training:
    """A network in training: its config, its data, the network itself, and the state so far.

    The data are what the network sees of them.
    The weights are 0 until the training begins, or a checkpoint brings the state to where it was.
    """

    def __init__(self, config: Config, dataset: Dataset) -> None:
        self.config = config
        self.dataset = of_dataset(config.network.view, dataset)
        self.network = network.build(config)
        self.state = start(self.network.flat, config)

    @property
    def images(self) -> int:
        """The number of training images."""
        return len(self.dataset.train)

    @property
    def is_finished(self) -> bool:
        """Whether all epochs are done."""
        return len(self.state.records) >= self.config.train.epochs

    @property
    def batches_per_epoch(self) -> int:
        """The number of batches of an epoch; the last may be short."""
        return math.ceil(self.images / self.config.train.batch_size)

    @property
    def batches_done(self) -> int:
        """The number of batches of the running epoch that are done."""
        return self.state.step - len(self.state.records) * self.batches_per_epoch

    @property
    def place(self) -> Place:
        """Where the training stands."""
        return Place(len(self.state.records), self.batches_done)

    def is_possible(self) -> bool:
        """Whether training on these images can have come to the step and the sums of the state."""
        within = 0 <= self.batches_done < self.batches_per_epoch
        return within and self.state.correct <= self.batches_done * self.config.train.batch_size

    def draw(self) -> None:
        """Draw the weights from the config's seed; their average, if there is one, begins there."""
        network.draw(self.network, self.config)
        self.state.average[:] = self.network.flat[: len(self.state.average)]

    def epochs(
        self, stop: Callable[[], bool] = never, advance: Advance = unwatched
    ) -> Iterator[EpochRecord]:
        """Train on from the state, keep it up to date, and yield the record of each finished epoch.

        `advance` is called after each step with the number of its images. `stop` is asked before
        each step, and again and again while other workers are waited for; once it says yes the
        generator ends, and the state is where to go on from.
        Raises: DivergedError at the first loss or weight that is not finite; it is not recorded.
        """
        if not self.state.step:
            self.draw()
        step = Step(self.network, self.config.train, self.state, self.batches_per_epoch)
        stop = _for_good(stop)
        with self._workers(step, stop) as steps:
            while not self.is_finished:
                ended = self._take_steps(steps, stop, advance)
                if not np.isfinite(self.state.parameters).all():  # spoilt by the last step
                    raise step.diverged(self.state.step - 1)
                if not ended:
                    return
                yield self._finish_epoch(step)

    @contextmanager
    def _workers(self, step: Step, stop: Callable[[], bool]) -> Iterator[Steps]:
        """Yield what takes the steps of an epoch: this process, or several together."""
        config, split = self.config, self.dataset.train
        if config.train.workers == 1:
            yield partial(self._alone, step)
            return
        with team.gathered(config, split, self.state, self.place, stop) as workers:
            yield workers.steps

    def _alone(self, step: Step, epoch: int, done: int) -> Generator[Outcome]:
        """Take the steps of an epoch, but for those that are done; yield what came out of each."""
        dtype = self.state.parameters.dtype
        batches = epoch_batches(self.dataset.train, self.config, dtype, epoch, skip=done)
        for number, (x, t) in enumerate(batches, start=self.state.step):
            yield step(number, x, t)

    @np.errstate(over="ignore", invalid="ignore")  # seen in the loss
    def _take_steps(self, steps: Steps, stop: Callable[[], bool], advance: Advance) -> bool:
        """Train to the end of the epoch; return False if `stop` came before it."""
        now, place = self.state, self.place
        started = time.perf_counter()
        with closing(steps(*place)) as outcomes:
            for _ in range(place.done, self.batches_per_epoch):
                outcome = None if stop() else next(outcomes, None)
                if outcome is None:
                    return False
                now.step += 1
                now.loss_sum += outcome.loss
                now.correct += outcome.correct
                advance(outcome.images)
                ended = time.perf_counter()
                now.seconds += ended - started
                started = ended
        return True

    def _finish_epoch(self, step: Step) -> EpochRecord:
        """Score the epoch that has ended, and make the state ready for the next."""
        now, last = self.state, self.state.step - 1
        try:
            validation, test = self._scores()
        except DivergedError as error:
            raise step.diverged(last) from error
        record = EpochRecord(
            epoch=len(now.records) + 1,
            step=now.step,
            learning_rate=step.learning_rate(last),
            train_loss=now.loss_sum / self.images,
            train_accuracy=now.correct / self.images,
            validation_loss=validation[0],
            validation_accuracy=validation[1],
            test_loss=test[0],
            test_accuracy=test[1],
            seconds=now.seconds,
            images_per_second=self.images / now.seconds,
        )
        now.records.append(record)
        now.loss_sum, now.correct, now.seconds = 0.0, 0, 0.0
        if best(now.records) is record:
            now.best_parameters[:] = latest_parameters(now)
        return record

    def use_result(self) -> None:
        """Give the network its final parameters."""
        self.network.flat[:] = final_parameters(self.state)

    def _scores(self) -> tuple[Score, Score]:
        """Return loss and accuracy on the validation images; only without any, on the test images.

        Epochs are compared by what is scored here, and must not be by the test set.
        """
        with _holding(self.network, latest_parameters(self.state)):
            if len(self.dataset.validation):
                return _score(self.network, self.dataset.validation), (None, None)
            return (None, None), _score(self.network, self.dataset.test)


def _for_good(stop: Callable[[], bool]) -> Callable[[], bool]:
    """Return what keeps to its first yes, whoever has heard it."""
    said = False

    def ask() -> bool:
        nonlocal said
        said = said or stop()
        return said

    return ask


@contextmanager
def _holding(network: Network, parameters: Array) -> Iterator[None]:
    """Let the network have other parameters for a while."""
    own = network.flat.copy()
    network.flat[:] = parameters
    try:
        yield
    finally:
        network.flat[:] = own


def _score(network: Network, split: Split) -> Score:
    """Return loss and accuracy on the split, or twice None if it is empty."""
    if not len(split):
        return None, None
    scores = evaluate(network, split)
    return scores.loss, scores.accuracy
