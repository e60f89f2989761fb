"""The commands below `bpnet data`, and their options; as in `commands`, NumPy comes late."""

from pathlib import Path

import click

from bpnet.cli.options import CONFIG, DATA_DIR, DATASET, SET, Count, data_settings


@click.group()
def data() -> None:
    """Fetch, verify, find or look at a dataset.

    bpnet data show --dataset mnist
    """


@data.command()
@DATASET
@DATA_DIR
def fetch(dataset: str | None, data_dir: str | None) -> None:
    """Download a dataset, unless its files are there already (or draw it).

    bpnet data fetch --dataset mnist
    """
    from bpnet.cli import data

    data.fetch(data_settings(dataset, data_dir))


@data.command()
@DATASET
@DATA_DIR
def verify(dataset: str | None, data_dir: str | None) -> None:
    """Compare the SHA-256 of each file with the published one; exit status 1 if one is not right.

    bpnet data verify --dataset mnist
    """
    from bpnet.cli import data

    data.verify(data_settings(dataset, data_dir))


@data.command()
@DATASET
@DATA_DIR
def path(dataset: str | None, data_dir: str | None) -> None:
    """Print the folder in which the files of a dataset lie, or would.

    bpnet data path --dataset mnist
    """
    from bpnet.cli import data

    data.path(data_settings(dataset, data_dir))


@data.command()
@CONFIG
@SET
@DATASET
@DATA_DIR
@click.option(
    "--split",
    type=click.Choice(["train", "test"]),
    default="train",
    show_default=True,
    help="Which images.",
)
@click.option(
    "--each",
    type=Count(1, 100),
    default=1,
    show_default=True,
    help="How many of each digit.",
)
def show(
    config_file: Path | None,
    settings: tuple[str, ...],
    dataset: str | None,
    data_dir: str | None,
    split: str,
    each: int,
) -> None:
    """Print a sheet of images in the terminal; with a config, what its distortions do to them.

    \b
    bpnet data show --dataset drawn --each 3
    bpnet data show --config configs/elastic-800.yaml
    """
    from bpnet.cli import data

    data.show(config_file, [*settings, *data_settings(dataset, data_dir)], split, each)
