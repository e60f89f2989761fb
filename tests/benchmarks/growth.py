"""How bpnet's cost grows with the number of images and with the width of the network.

    python growth.py ROUNDS

Digits drawn by the program; epochs of all sizes alternate, and the first of each does not count.
"""

import statistics
import sys
import time

import numpy as np
from contenders.bpnet_trainer import Contender
from tables import spread, table

from bpnet.datasets import drawn

IMAGES = (6_000, 60_000, 600_000)
WIDTHS = (50, 100, 200, 400, 800, 1600, 3200)


def microseconds(contenders, rounds):
    """Return the microseconds an image of each contender's epochs, by its name."""
    found = {name: [] for name in contenders}
    for _ in range(rounds + 1):
        for name, (contender, images) in contenders.items():
            started = time.perf_counter()
            contender.train_epoch()
            found[name].append((time.perf_counter() - started) / images * 1e6)
    return {name: values[1:] for name, values in found.items()}


def main():
    """Print both tables."""
    rounds = int(sys.argv[1])
    images, labels = drawn.draw(IMAGES[-1], np.random.default_rng(0))
    images = images.reshape(-1, 784)
    sizes = {n: (Contender(images[:n], labels[:n], 50, 100), n) for n in IMAGES}
    rows = [[f"{n:,}", spread(v)] for n, v in microseconds(sizes, rounds).items()]
    print(f"\nThe number of images: 784-50-10, batches of 100, medians of {rounds} epochs\n")
    print(table(["images", "µs an image (min to max)"], rows))
    few = IMAGES[0]
    widths = {h: (Contender(images[:few], labels[:few], h, 100), few) for h in WIDTHS}
    rows = [
        [f"{h:,}", spread(v), f"{statistics.median(v) / h * 1e3:.0f}"]
        for h, v in microseconds(widths, rounds).items()
    ]
    print(f"\nThe width: 784-H-10, batches of 100, medians of {rounds} epochs of {few:,} images\n")
    print(table(["H", "µs an image (min to max)", "ns an image and hidden neuron"], rows))


if __name__ == "__main__":
    main()
