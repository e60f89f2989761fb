"""bpnet beside a plain form written the book's way, at the same work, in one run.

    python tests/benchmarks/book_form.py [--config FILE] [--set KEY=VALUE]... [--rounds N]

The plain form is that of the book's sections 5.7.2 and 5.7.4: float64 weights, one-hot answers, a
gradient for the images too, batches drawn with replacement, and the loss computed once more after
each update. Rounds of an epoch's number of steps alternate, so a noisy machine is noisy to both;
the first round of each does not count. One thread, unless OPENBLAS_NUM_THREADS says otherwise.
"""

import argparse
import statistics
import time
from pathlib import Path

from bpnet import config, threads

threads.fix()

import numpy as np  # noqa: E402  (after the number of threads is fixed)

from bpnet import datasets, trainer  # noqa: E402
from bpnet.config import Config  # noqa: E402
from bpnet.datasets import Dataset  # noqa: E402


class BookNetwork:
    """Affine, Relu, Affine, Softmax-with-loss, in the book's steps."""

    def __init__(self, inputs: int, hidden: int, classes: int, rng: np.random.Generator) -> None:
        self.W1, self.b1 = 0.01 * rng.normal(size=(inputs, hidden)), np.zeros(hidden)
        self.W2, self.b2 = 0.01 * rng.normal(size=(hidden, classes)), np.zeros(classes)

    def loss(self, x, t):
        self.x, self.t = x, t
        a = np.dot(x, self.W1) + self.b1
        self.mask = a <= 0
        self.z = a.copy()
        self.z[self.mask] = 0
        scores = np.dot(self.z, self.W2) + self.b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.y = e / e.sum(axis=1, keepdims=True)
        labels = t.argmax(axis=1)
        return -np.sum(np.log(self.y[np.arange(len(x)), labels] + 1e-7)) / len(x)

    def step(self, x, t, learning_rate):
        self.loss(x, t)
        dout = (self.y - self.t) / len(x)
        dz = np.dot(dout, self.W2.T)
        dW2, db2 = np.dot(self.z.T, dout), dout.sum(axis=0)
        dz[self.mask] = 0
        np.dot(dz, self.W1.T)  # the images' gradient, which nobody reads
        dW1, db1 = np.dot(self.x.T, dz), dz.sum(axis=0)
        for parameter, gradient in ((self.W1, dW1), (self.b1, db1), (self.W2, dW2), (self.b2, db2)):
            parameter -= learning_rate * gradient
        return self.loss(x, t)


def bpnet_rounds(settings: Config, dataset: Dataset):
    """Yield the images per second of each epoch of bpnet's own training."""
    network = trainer.build(settings)
    state = trainer.start(network)
    for record in trainer.train(network, state, dataset, settings):
        yield record.images_per_second, record.test_accuracy


def book_rounds(settings: Config, dataset: Dataset):
    """Yield the images per second of as many steps of the book's form as an epoch has."""
    rng = np.random.default_rng(settings.seed)
    images, size = len(dataset.train), settings.train.batch_size
    x, t = dataset.train.images.astype(np.float32) / 255, np.eye(10)[dataset.train.labels]
    (hidden,) = settings.network.hidden
    network = BookNetwork(784, hidden, 10, rng)
    while True:
        started = time.perf_counter()
        for _ in range(images // size):
            rows = rng.choice(images, size)
            network.step(x[rows], t[rows], settings.train.learning_rate)
        seconds = time.perf_counter() - started
        network.loss(dataset.test.images / 255, np.eye(10)[dataset.test.labels])
        yield images / seconds, np.mean(network.y.argmax(axis=1) == dataset.test.labels)


def main() -> None:
    """Print the rates of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("configs/book.yaml"))
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    settings = config.load(
        arguments.config, [*arguments.set, f"train.epochs={arguments.rounds + 1}"]
    )
    dataset = datasets.load(settings.data, tell=print)
    pairs = list(zip(bpnet_rounds(settings, dataset), book_rounds(settings, dataset), strict=False))
    ours, book = zip(*[(a[0], b[0]) for a, b in pairs[1:]], strict=True)
    ratios = [a / b for a, b in zip(ours, book, strict=True)]
    print(f"bpnet       {statistics.median(ours):9,.0f} images/s")
    print(f"book's form {statistics.median(book):9,.0f} images/s")
    print(f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    print(f"test accuracy {pairs[-1][0][1]:.4f}, book's form {pairs[-1][1][1]:.4f}")


if __name__ == "__main__":
    main()
