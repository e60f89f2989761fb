"""bpnet's own training, as `bpnet train` runs it."""

import numpy as np
from contender import LEARNING_RATE

from bpnet import __version__
from bpnet.config import Config, NetworkConfig, TrainConfig
from bpnet.datasets import Dataset, Split
from bpnet.training.trainer import Training


def build():
    """Return the name of the build."""
    return f"bpnet {__version__}, NumPy {np.__version__}"


class Contender:
    """An epoch is the next of `Training.epochs`; nothing is scored inside it."""

    def __init__(self, images, labels, hidden, batch):
        settings = TrainConfig(epochs=10_000, batch_size=batch, learning_rate=LEARNING_RATE)
        config = Config(network=NetworkConfig(hidden=(hidden,)), train=settings)
        split = Split(images, labels.astype(np.intp))
        dataset = Dataset(train=split, validation=split[:0], test=split[:0], sha256={})
        training = Training(config, dataset)
        self.network = training.network
        self.epochs = training.epochs()

    def train_epoch(self):
        next(self.epochs)

    def predict(self, images):
        return self.network.predict(images.astype(np.float32) / 255).argmax(axis=1)
