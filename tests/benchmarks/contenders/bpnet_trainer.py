"""bpnet's own training, as `bpnet train` runs it."""

import numpy as np
from contender import LEARNING_RATE, numpy_build, scaled

from bpnet import __version__
from bpnet.config import Config, NetworkConfig, TrainConfig
from bpnet.datasets import Dataset, Split
from bpnet.training.trainer import Training


def build():
    """Return the name of the build."""
    return f"bpnet {__version__}, {numpy_build()}"


class Contender:
    """An epoch is the next of `Training.epochs`; nothing is scored inside it.

    The settings are more keys of `train`.
    """

    def __init__(self, images, labels, hidden, batch, **settings):
        split = Split(images, labels.astype(np.intp))
        dataset = Dataset(train=split, validation=split[:0], test=split[:0], sha256={})
        self.training = Training(self.config(hidden, batch, settings), dataset)
        self.epochs = self.training.epochs()

    def config(self, hidden, batch, settings):
        train = TrainConfig(
            epochs=10_000, batch_size=batch, learning_rate=LEARNING_RATE, **settings
        )
        return Config(network=NetworkConfig(hidden=(hidden,)), train=train)

    def train_epoch(self):
        next(self.epochs)

    scaled = staticmethod(scaled)

    def predict(self, x):
        return self.training.network.predict(x).argmax(axis=1)
