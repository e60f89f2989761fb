"""The limit: the five matrix products of a step and nothing else, in float32."""

import numpy as np
from contender import numpy_build, scaled

build = numpy_build


class Contender:
    """It learns nothing: an epoch is so many times the same products."""

    def __init__(self, images, labels, hidden, batch):
        rng = np.random.default_rng(0)
        shapes = {
            "x": (batch, 784), "W1": (784, hidden), "dz": (batch, hidden), "dW1": (784, hidden),
            "z": (batch, hidden), "W2": (hidden, 10), "dout": (batch, 10), "dW2": (hidden, 10),
        }  # fmt: skip
        vars(self).update({n: rng.random(shape, np.float32) for n, shape in shapes.items()})
        self.steps = len(images) // batch

    def train_epoch(self):
        for _ in range(self.steps):
            self.x @ self.W1
            self.z @ self.W2
            np.matmul(self.z.T, self.dout, out=self.dW2)
            self.dout @ self.W2.T
            np.matmul(self.x.T, self.dz, out=self.dW1)

    scaled = staticmethod(scaled)

    def predict(self, x):
        return np.full(len(x), 10)
