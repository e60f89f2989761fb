"""Keras with `fit`, on the backend that KERAS_BACKEND names."""

from importlib import metadata

import keras
import numpy as np
from contender import LEARNING_RATE, scaled


def build():
    """Return the name of the build."""
    names = {"jax": ("jax", "jaxlib"), "tensorflow": ("tensorflow-cpu",)}[keras.backend.backend()]
    backend = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return f"Keras {keras.__version__} on {backend}"


class Contender:
    """The images lie in memory as float32; `fit` shuffles and batches them."""

    def __init__(self, images, labels, hidden, batch):
        keras.utils.set_random_seed(0)
        self.x, self.t = scaled(images), labels.astype(np.int32)
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

    scaled = staticmethod(scaled)

    def predict(self, x):
        scores = self.model.predict(x, batch_size=1000, verbose=0)
        return scores.argmax(axis=1)
