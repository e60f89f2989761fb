"""One step of training: the loss of a batch, and the parameters moved downhill."""

import math
from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from bpnet.config import TrainConfig
from bpnet.errors import DivergedError
from bpnet.network import Network
from bpnet.training.optimizers import SGD, Average, Momentum, Optimizer, flush_denormals
from bpnet.training.schedules import learning_rate
from bpnet.training.state import TrainingState

FLUSH_EVERY = 100  # steps, after which a momentum of 0.9 has left 1e-5 of a velocity
WHOLE = slice(None)


class Outcome(NamedTuple):
    """What a batch came to before the step: its images, the sum of their losses, right answers."""

    images: int
    loss: float
    correct: int


class Step:
    """Takes the steps of a training, `per_epoch` of them an epoch, as the config says.

    What it changes beside the network is the state's: its velocity and its average. Of all these it
    changes one part, if there are other workers for the rest.
    """

    def __init__(
        self,
        network: Network,
        config: TrainConfig,
        state: TrainingState,
        per_epoch: int,
        part: slice = WHOLE,
    ) -> None:
        self.network = network
        self.config = config
        self.per_epoch = per_epoch
        self.parameters = network.flat[part]
        self.velocity = state.velocity[part]
        self.biases = network.flat[-sum(len(affine.b) for affine in network.affines) :]
        self.optimizer: Optimizer = SGD()
        if config.momentum:
            self.optimizer = Momentum(config.momentum, self.velocity)
        self.average = Average(config.average, state.average[part]) if config.average else None
        answers = smoothed(config.label_smoothing, network.widths[-1])
        self.answers = answers.astype(network.flat.dtype)

    def __call__(self, number: int, x: Array, t: Array) -> Outcome:
        """Take a step, counted from 0, on images x and labels t.

        Raises: DivergedError if the loss is not finite; the parameters are then as they were.
        """
        outcome = self.forward(x, t)
        self.refuse_divergence(number, outcome)
        self.network.backward(dout=self.learning_rate(number))
        self.update(number, self.network.flat_gradient)
        return outcome

    def forward(self, x: Array, t: Array) -> Outcome:
        """Return what the images come to, and leave in the layers what `backward` needs.

        A weight that is not finite meets a pixel of 0, and their product, NaN, is seen in the loss.
        A bias can hide behind a Relu, and is looked at itself.
        """
        loss = self.network.loss(x, self.answers.take(t, axis=0)) * len(t)
        if not math.isfinite(self.biases.sum()):
            loss = math.nan
        correct = np.count_nonzero(self.network.last_layer.y.argmax(axis=1) == t)
        return Outcome(len(t), loss, int(correct))

    def refuse_divergence(self, number: int, outcome: Outcome) -> None:
        """Raise DivergedError if the loss is not finite."""
        if not math.isfinite(outcome.loss):
            raise self.diverged(number)

    def update(self, number: int, gradients: Array) -> None:
        """Move the parameters, given g = learning_rate * dL/dW of each."""
        self.optimizer.update(self.parameters, gradients)
        if number % FLUSH_EVERY == FLUSH_EVERY - 1:
            flush_denormals(self.velocity)
        if self.average:
            self.average.update(self.parameters, number)

    def learning_rate(self, number: int) -> float:
        """Return the learning rate of a step."""
        return learning_rate(self.config, number, self.per_epoch)

    def diverged(self, number: int) -> DivergedError:
        """Return the error that tells of a loss or a weight that is not finite."""
        return DivergedError(
            "the loss or a weight is no longer a finite number, in epoch "
            f"{number // self.per_epoch + 1} at step {number + 1}, with train.learning_rate "
            f"{self.config.learning_rate:g}; start a new run with a smaller one"
        )


def smoothed(share: float, classes: int) -> Array:
    """Return the answer for each label, as rows: `share` of it is spread over all classes.

    Source: Szegedy and others, Rethinking the Inception architecture for computer vision, 2016.

    >>> smoothed(0.5, 4)[2].tolist()
    [0.125, 0.125, 0.625, 0.125]
    """
    return (1 - share) * np.eye(classes) + share / classes
