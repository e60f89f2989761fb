"""`bpnet data`: fetch, verify, find and look at a dataset."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bpnet.cli import completion
from bpnet.cli.advice import Group
from bpnet.cli.console import byte_bar, echo, echo_all, images_across, sheet, tell
from bpnet.cli.data_import import import_data
from bpnet.cli.options import CONFIG, DATA_DIR, DATASET, SET, Count, with_options
from bpnet.errors import DataError, UsageError
from bpnet.system import threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bpnet.config import Config, DataConfig
    from bpnet.datasets import Split


@click.group(cls=Group)
def data() -> None:
    """Fetch, verify, find or look at a dataset.

    bpnet data show --dataset mnist
    """
    threads.fix()  # no matrix products: else NumPy starts a thread for each processor


data.add_command(import_data)


@data.command()
@DATASET
@DATA_DIR
def fetch(dataset: str | None, data_dir: str | None) -> None:
    """Download a dataset, unless its files are there already (or draw it); print their folder.

    bpnet data fetch --dataset mnist
    """
    from bpnet.datasets import loading

    chosen = _chosen(dataset, data_dir)
    loading.fetch(chosen, byte_bar, tell)
    if any(state.startswith("missing") for state in loading.verify(chosen).values()):
        raise DataError(f"{loading.folder(chosen)}: the files could not be kept there")
    if chosen.dataset == "files":
        tell("these files are somebody's own, and there: nothing to fetch")
    echo(loading.home(chosen))


@data.command()
@DATASET
@DATA_DIR
def verify(dataset: str | None, data_dir: str | None) -> None:
    """Compare the SHA-256 of each file with the published one; exit status 1 if one is not right.

    Of your own files (--dataset files) it checks what they hold, and prints their SHA-256.

    \b
    bpnet data verify --dataset mnist
    bpnet data verify --dataset files --data-dir letters
    """
    from bpnet.datasets import loading

    chosen = _chosen(dataset, data_dir)
    states = loading.verify(chosen)
    echo_all([f"{name}: {state}" for name, state in states.items()])
    if not all(state.startswith("right") for state in states.values()):
        own, *others = loading.places(chosen)
        also = f"; looked also in {', '.join(map(str, others))}" if others else ""
        raise DataError(
            f"{own}: not every file there is right; `bpnet data fetch`, with the same options, "
            f"gets what is missing or wrong{also}"
        )


@data.command()
@DATASET
@DATA_DIR
def path(dataset: str | None, data_dir: str | None) -> None:
    """Print the folder in which the files of a dataset lie, or would.

    bpnet data path --dataset mnist
    """
    from bpnet.datasets import loading

    echo(loading.home(_chosen(dataset, data_dir)))


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
    help="How many of each class.",
)
@click.option(
    "--save",
    metavar="FILE.png",
    type=Path,
    shell_complete=completion.files,
    help="Keep the first image, as it is in the dataset, as a PNG file for bpnet predict.",
)
def show(
    config_file: Path | None,
    settings: tuple[str, ...],
    dataset: str | None,
    data_dir: str | None,
    split: str,
    each: int,
    save: Path | None,
) -> None:
    """Print a sheet of images in the terminal; with a config, in its view, and distorted.

    \b
    bpnet data show --dataset drawn --each 3
    bpnet data show --config elastic-800
    bpnet data show --split test --save digit.png
    """
    from bpnet.runs import anew
    from bpnet.system import storage

    if save and storage.exists(save):
        raise UsageError(f"{save}: is there already; give another --save")
    chosen = anew.load(config_file, [*settings, *_settings(dataset, data_dir)])
    images = _first_images(chosen, split, each)
    if save:
        from bpnet.datasets import SIDE
        from bpnet.pictures.png import png

        storage.write(save, png(images.images[0].reshape(SIDE, SIDE)))
        tell(f"{save}: the first image")
    echo_all(sheet(list(_pictures(chosen, images))))


def _settings(dataset: str | None, data_dir: str | None) -> list[str]:
    """Return the settings that choose a dataset, all of it."""
    chosen = [f"data.dataset={dataset}"] if dataset else []
    return with_options([*chosen, "data.validation=0"], data_dir)


def _chosen(dataset: str | None, data_dir: str | None) -> "DataConfig":
    from bpnet import config

    return config.load(None, _settings(dataset, data_dir)).data


def _first_images(chosen: "Config", split: str, each: int) -> "Split":
    """Return the first images of each class, as they are."""
    import numpy as np

    from bpnet import datasets

    loaded = datasets.load(chosen.data, byte_bar, tell)
    images = loaded.train if split == "train" else loaded.test
    each_class = range(len(loaded.classes))
    rows = np.concatenate([np.flatnonzero(images.labels == one)[:each] for one in each_class])
    return datasets.Split(images.images[rows], images.labels[rows])


def _pictures(chosen: "Config", images: "Split") -> "NDArray[Any]":
    """Return what the network sees of images (M, 28, 28), each beside its distorted ones."""
    from bpnet.config import AugmentConfig
    from bpnet.datasets import SIDE
    from bpnet.datasets.views import of_split

    plain = of_split(chosen.network.view, images)
    is_plain = chosen.augment == AugmentConfig()
    pictures = plain.images if is_plain else _beside_distorted(plain, chosen)
    return pictures.reshape(-1, SIDE, SIDE)


def _beside_distorted(plain: "Split", chosen: "Config") -> "NDArray[Any]":
    """Return each image and after it distorted ones, as many as fit beside it."""
    import numpy as np

    from bpnet.datasets.distortions import Distortion

    across = max(2, images_across())
    pictures = np.repeat(plain.images, across, axis=0).astype(np.float32)
    distorted = Distortion(chosen.augment)(pictures, np.random.default_rng(chosen.seed))
    distorted[::across] = plain.images
    return distorted
