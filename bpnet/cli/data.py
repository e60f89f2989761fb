"""`bpnet data`: fetch, verify, find and look at a dataset."""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from bpnet import config
from bpnet.array import Array
from bpnet.cli.console import byte_bar, echo_all, room, sheet, tell
from bpnet.config import AugmentConfig, Config
from bpnet.datasets import loading
from bpnet.datasets.distortions import Distortion
from bpnet.datasets.splits import CLASSES
from bpnet.errors import DataError


def fetch(settings: Sequence[str]) -> None:
    """Have every file of the dataset in its folder, and print the folder."""
    data = config.load(None, settings).data
    loading.fetch(data, byte_bar, tell)
    if any(state.startswith("missing") for state in loading.verify(data).values()):
        raise DataError(f"{loading.folder(data)}: the files could not be kept there")
    click.echo(loading.folder(data))


def verify(settings: Sequence[str]) -> None:
    """Print what is found of each file; leave with exit status 1 if one is not right."""
    states = loading.verify(config.load(None, settings).data)
    echo_all([f"{name}: {state}" for name, state in states.items()])
    if not all(state.startswith("right") for state in states.values()):
        raise click.exceptions.Exit(1)


def path(settings: Sequence[str]) -> None:
    """Print the folder of the dataset."""
    click.echo(loading.folder(config.load(None, settings).data))


def show(path: Path | None, settings: Sequence[str], split: str, each: int) -> None:
    """Print the first images of each digit, beside what the config's distortions make of them."""
    chosen = config.load(path, settings)
    loaded = loading.load(chosen.data, byte_bar, tell)
    images = loaded.train if split == "train" else loaded.test
    rows = [np.flatnonzero(images.labels == digit)[:each] for digit in range(CLASSES)]
    pictures = images.images[np.concatenate(rows)]
    if chosen.augment != AugmentConfig():
        pictures = _beside_distorted(pictures, chosen)
    echo_all(sheet(list(pictures.reshape(-1, 28, 28))))


def _beside_distorted(plain: Array, chosen: Config) -> Array:
    """Return each image and after it distorted ones, as many as there is room for beside it."""
    across = max(2, room())
    pictures = np.repeat(plain, across, axis=0).astype(np.float32)
    distorted = Distortion(chosen.augment)(pictures, np.random.default_rng(chosen.seed))
    distorted[::across] = plain
    return distorted
