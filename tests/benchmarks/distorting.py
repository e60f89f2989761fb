"""The distortions of configs/elastic-800.yaml beside SciPy's.

    python distorting.py ROUNDS

Digits drawn by the program, one BLAS thread. What is compared takes turns; the first round does not
count.
"""

import math
import sys
import time

import numpy as np
from environments import ROOT
from scipy.ndimage import gaussian_filter, map_coordinates
from tables import ratios, spread, table

from bpnet import config
from bpnet.datasets import SIDE, drawn
from bpnet.datasets.distortions import Distortion

ELASTIC = config.load(ROOT / "configs" / "elastic-800.yaml", environment={})
BATCH = ELASTIC.train.batch_size

by_bpnet = Distortion(ELASTIC.augment)


def by_scipy(images, rng):
    """Return the images (N, 784), under distortions of the same kind and strength."""
    return np.stack([_by_scipy(image.reshape(SIDE, SIDE), rng).ravel() for image in images])


def _by_scipy(image, rng):
    settings = ELASTIC.augment
    margin = math.ceil(3 * settings.sigma)
    noise = rng.uniform(-1, 1, (2, SIDE + 2 * margin, SIDE + 2 * margin))
    blurred = [gaussian_filter(field, settings.sigma, truncate=3) for field in noise]
    field = settings.alpha * np.stack(blurred)[:, margin:-margin, margin:-margin]
    centre = (SIDE - 1) / 2
    grid = np.indices((SIDE, SIDE)) - centre
    places = np.tensordot(_matrix(settings, rng), grid, 1) + field + centre
    places += settings.shift * rng.uniform(-1, 1, (2, 1, 1))
    return map_coordinates(image, places, order=1)


def _matrix(settings, rng):
    turn, slant, high, wide = rng.uniform(-1, 1, 4)
    turn *= math.radians(settings.rotation)
    slant = math.tan(math.radians(settings.shear) * slant)
    high, wide = 1 + settings.scaling / 100 * np.array([high, wide])
    rotation = [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    return np.array(rotation) @ [[high, 0], [slant * high, wide]]


def rate(distort, images, rng):
    """Return how many images a second are distorted."""
    started = time.perf_counter()
    for start in range(0, len(images), BATCH):
        distort(images[start : start + BATCH], rng)
    return len(images) / (time.perf_counter() - started)


def alternate(functions, rounds):
    """Call the functions in turn; return the results of each."""
    results = [[function() for function in functions] for _ in range(rounds + 1)][1:]
    return list(zip(*results, strict=True))


def main():
    """Print the comparison."""
    rounds = int(sys.argv[1])
    images, _ = drawn.draw(20_000, np.random.default_rng(0))
    x = images.reshape(-1, 784).astype(np.float32) / 255
    rng = np.random.default_rng(0)
    ours, theirs = alternate(
        [lambda: rate(by_bpnet, x, rng), lambda: rate(by_scipy, x[:1_000], rng)], rounds
    )
    print(f"\nThe distortions of configs/elastic-800.yaml, medians of {rounds} rounds\n")
    rows = [["bpnet", spread(ours, 0)], ["scipy.ndimage", spread(theirs, 0)]]
    print(table(["", "images/s"], [*rows, ["ratio", ratios(ours, theirs)]]))


if __name__ == "__main__":
    main()
