"""Keras with `fit`, on the backend that KERAS_BACKEND names."""

import keras
import numpy as np
from contender import LEARNING_RATE


def build():
    """Return the name of the build."""
    backend = keras.backend.backend()
    return f"Keras {keras.__version__} on {backend}"


class Contender:
    """The images lie in memory as float32; `fit` shuffles and batches them."""

    def __init__(self, images, labels, hidden, batch):
        keras.utils.set_random_seed(0)
        self.x, self.t = images.astype(np.float32) / 255, labels.astype(np.int32)
        self.batch = batch
        layers = keras.layers
        self.model = keras.Sequential(
            [layers.Input((784,)), layers.Dense(hidden, activation="relu"), layers.Dense(10)]
        )
        self.model.compile(
            optimizer=keras.optimizers.SGD(LEARNING_RATE),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )

    def train_epoch(self):
        self.model.fit(self.x, self.t, batch_size=self.batch, epochs=1, verbose=0)

    def predict(self, images):
        scores = self.model.predict(images.astype(np.float32) / 255, batch_size=1000, verbose=0)
        return scores.argmax(axis=1)
