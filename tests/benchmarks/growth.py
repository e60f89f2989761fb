"""How bpnet's cost grows with the number of images and with the width of the network.

    python growth.py ROUNDS

Digits drawn by the program; epochs of all sizes alternate, and the first of each does not count.
"""

import sys
import time

import numpy as np
from contenders.bpnet_trainer import Contender
from tables import middle, table

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
    print(f"\nThe number of images: 784-50-10, batches of 100, medians of {rounds} epochs\n")
    found = microseconds(sizes, rounds)
    print(table(["drawn images", *(f"{n:,}" for n in found)], [_row("µs an image", found)]))
    few = IMAGES[0]
    widths = {h: (Contender(images[:few], labels[:few], h, 100), few) for h in WIDTHS}
    print(f"\nThe width: 784-H-10, batches of 100, medians of {rounds} epochs of {few:,} images\n")
    found = microseconds(widths, rounds)
    share = {h: [v / h * 1e3 for v in values] for h, values in found.items()}
    rows = [_row("µs an image", found), _row("ns an image and hidden neuron", share, "{:.0f}")]
    print(table(["hidden neurons", *(f"{h:,}" for h in found)], rows))


def _row(title, found, form="{:.2f}"):
    return [title, *(middle(values, form) for values in found.values())]


if __name__ == "__main__":
    main()
