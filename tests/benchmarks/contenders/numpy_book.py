"""A plain NumPy form written the book's way (sections 5.7.2 and 5.7.4), float64 throughout.

As there: one-hot answers, a gradient for the images too, and each parameter updated by itself. The
images are scaled to float32 once; the weights make everything float64. Unlike there, each epoch
takes every image once, as for the other contenders, and the loss is computed once a step.
"""

import numpy as np
from contender import LEARNING_RATE, numpy_build, scaled

build = numpy_build


class Contender:
    """Affine, Relu, Affine, Softmax-with-loss, in the book's steps."""

    def __init__(self, images, labels, hidden, batch):
        self.rng = np.random.default_rng(0)
        self.images, self.answers = scaled(images), np.eye(10)[labels]
        self.batch = batch
        self.W1, self.b1 = self._normal(784, hidden), np.zeros(hidden)
        self.W2, self.b2 = self._normal(hidden, 10), np.zeros(10)

    def _normal(self, inputs, outputs):
        return self.rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))

    scaled = staticmethod(scaled)

    def train_epoch(self):
        order = self.rng.permutation(len(self.images))
        for start in range(0, len(order), self.batch):
            rows = order[start : start + self.batch]
            self.step(self.images[rows], self.answers[rows])

    def loss(self, x, t):
        self.x, self.t = x, t
        a = np.dot(x, self.W1) + self.b1
        self.mask = a <= 0
        self.z = a.copy()
        self.z[self.mask] = 0
        scores = np.dot(self.z, self.W2) + self.b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.y = e / e.sum(axis=1, keepdims=True)
        return -np.sum(np.log(self.y[np.arange(len(x)), t.argmax(axis=1)] + 1e-7)) / len(x)

    def step(self, x, t):
        self.loss(x, t)
        dout = (self.y - t) / len(x)
        dz = np.dot(dout, self.W2.T)
        dW2, db2 = np.dot(self.z.T, dout), dout.sum(axis=0)
        dz[self.mask] = 0
        np.dot(dz, self.W1.T)  # the images' gradient, which nobody reads
        dW1, db1 = np.dot(self.x.T, dz), dz.sum(axis=0)
        for parameter, gradient in ((self.W1, dW1), (self.b1, db1), (self.W2, dW2), (self.b2, db2)):
            parameter -= LEARNING_RATE * gradient

    def predict(self, x):
        return (np.maximum(x @ self.W1 + self.b1, 0) @ self.W2 + self.b2).argmax(axis=1)
