"""How often a sweep of equal settings calls one worse than the best, with real networks.

    python -m tests.benchmarks.equal_settings [EPOCHS]...

It needs MNIST. It trains 60 networks of the book's settings, each with a seed of its own, on 50,000
images, shuffles them into sweeps, and prints the share of these in which a setting is called worse.
"""

import sys
from dataclasses import replace

from bpnet.system import threads

threads.fix()  # before NumPy

import numpy as np  # noqa: E402

from bpnet import config, datasets, evaluation  # noqa: E402
from bpnet.config import shipped  # noqa: E402
from bpnet.system.progress import silent, silently, unwatched  # noqa: E402
from bpnet.training.trainer import Training  # noqa: E402

NETWORKS, SWEEPS = 60, 500
KINDS = ((20, 3), (10, 3), (5, 3), (2, 3), (6, 10), (20, 1), (5, 1), (2, 1))  # settings, seeds


def trained(epochs):
    """Return which validation images each network has right, (networks, images)."""
    settings = ["data.validation=10000", f"train.epochs={epochs}"]
    chosen = config.load(shipped.find("book"), settings)
    data = datasets.load(chosen.data, silently, silent)
    return np.array([_right(replace(chosen, seed=seed), data) for seed in range(NETWORKS)])


def _right(chosen, data):
    training = Training(chosen, data)
    for _ in training.epochs(lambda: False, unwatched):
        pass
    return evaluation.recognised(training.network, data.validation)


def called(right):
    """Return whether a setting is called worse: by images alone, by seeds alone, and by both.

    right (settings, seeds, images)
    """
    right = right[np.argsort(-right.sum(axis=(1, 2)), kind="stable")]
    numbers = right.sum(axis=1)
    images = [evaluation.sign_flips(numbers[0] - other) for other in numbers[1:]]
    seeds = evaluation.by_seeds(right.sum(axis=2)) if right.shape[1] > 1 else [0.0] * len(images)
    both = list(map(max, images, seeds))
    return [
        min(evaluation.against_the_best(ps)) < evaluation.SIGNIFICANT
        for ps in (images, seeds, both)
    ]


def shuffled(right, settings, seeds, rng):
    """Return the shares of the sweeps in which a setting is called worse."""
    picked = [rng.permutation(NETWORKS)[: settings * seeds] for _ in range(SWEEPS)]
    sweeps = [right[one].reshape(settings, seeds, -1) for one in picked]
    return np.mean([called(sweep) for sweep in sweeps], axis=0)


def main():
    """Print a table for each number of epochs."""
    for epochs in list(map(int, sys.argv[1:])) or [3, 17]:
        right = trained(epochs)
        wrong = (~right).sum(axis=1)
        print(f"{epochs} epochs: {wrong.mean():.0f} ± {wrong.std(ddof=1):.1f} of 10,000 wrong")
        print("settings x seeds  images alone  seeds alone  both")
        rng = np.random.default_rng(1)
        for settings, seeds in KINDS:
            images, alone, both = (
                f"{share:.1%}" for share in shuffled(right, settings, seeds, rng)
            )
            alone, both = (alone, both) if seeds > 1 else ("-", "-")
            print(f"{settings:>8} x {seeds:<5}  {images:>12}  {alone:>11}  {both:>4}")


main()
