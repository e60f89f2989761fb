"""`bpnet data`: fetch, verify, find and look at a dataset."""

import click
import numpy as np

from bpnet import config
from bpnet.cli.terminal import byte_bar, echo_all, sheet, tell
from bpnet.config import DataConfig
from bpnet.datasets import loading
from bpnet.datasets.splits import CLASSES


def fetch(dataset: str, data_dir: str | None) -> None:
    """Have every file of the dataset in its folder, and print the folder."""
    settings = _settings(dataset, data_dir)
    loading.fetch(settings, byte_bar, tell)
    click.echo(loading.folder(settings))


def verify(dataset: str, data_dir: str | None) -> None:
    """Print what is found of each file; leave with exit status 1 if one is not right."""
    states = loading.verify(_settings(dataset, data_dir))
    echo_all([f"{name}: {state}" for name, state in states.items()])
    if not all(state.startswith("right") for state in states.values()):
        raise click.exceptions.Exit(1)


def path(dataset: str, data_dir: str | None) -> None:
    """Print the folder of the dataset."""
    click.echo(loading.folder(_settings(dataset, data_dir)))


def show(dataset: str, data_dir: str | None, split: str, each: int) -> None:
    """Print the first images of each digit."""
    loaded = loading.load(_settings(dataset, data_dir), byte_bar, tell)
    images = loaded.train if split == "train" else loaded.test
    rows = np.array([np.flatnonzero(images.labels == digit)[:each] for digit in range(CLASSES)])
    echo_all(sheet(list(images.images[rows.ravel()].reshape(-1, 28, 28))))


def _settings(dataset: str, data_dir: str | None) -> DataConfig:
    settings = [f"data.dataset={dataset}", "data.validation=0"]
    return config.load(None, [*settings, *([f"data.dir={data_dir}"] if data_dir else [])]).data
