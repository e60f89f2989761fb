"""Images with names of their classes -> the four files of a dataset of one's own, and classes.txt.

Everything is drawn by a fixed seed, so that the same images always make the same files.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bpnet.array import Array
from bpnet.config import DataConfig
from bpnet.config.schema import MOST_CLASSES, MOST_IMAGES
from bpnet.datasets import idx, loading, own_files
from bpnet.datasets.catalogue import NAMES
from bpnet.datasets.splits import SIDE, WIDTH, Split
from bpnet.errors import DataError, StorageError, UsageError, short
from bpnet.system import storage
from bpnet.system.ordering import natural

ONE_IN = 6  # images of a class is held out: 10,000 of MNIST's 60,000
SEED = 0


class Labelled(NamedTuple):
    """Images, each with the number of its class, and the names of the classes."""

    images: Split
    classes: tuple[str, ...]


class Parts(NamedTuple):
    """What is written: images to train on, the last of them to choose by, and images to test."""

    train: Split
    validation: int
    test: Split
    classes: tuple[str, ...]


def labelled(images: Array, names: Sequence[str]) -> Labelled:
    """Return images (N, 784), each with the name of its class; numbers in names count.

    >>> labelled(np.zeros((3, 784), np.uint8), ["10", "a", "9"]).classes
    ('9', '10', 'a')
    """
    classes = tuple(sorted(set(names), key=natural))
    numbers = {name: number for number, name in enumerate(classes)}
    return Labelled(Split(images, np.array([numbers[name] for name in names])), classes)


def has_idx_files(folder: Path) -> bool:
    """Whether there are IDX files in the folder, by their names."""
    return any("-ubyte" in name for name in storage.names(folder))


def of_idx_files(folder: Path, is_turned: bool) -> list[Labelled]:
    """Return the images to train and those to test on; turned ones are turned back.

    Raises: DataError, StorageError, as the loading of own files does.
    """
    dataset = loading.load(DataConfig("files", str(folder), validation=0))
    parts = [dataset.train, dataset.test]
    return [Labelled(_turned(part) if is_turned else part, dataset.classes) for part in parts]


def _turned(images: Split) -> Split:
    """Return the images with rows for columns."""
    upright = images.images.reshape(-1, SIDE, SIDE).transpose(0, 2, 1)
    return Split(upright.reshape(-1, WIDTH), images.labels)


def parted(train: Labelled, test: Labelled | None) -> Parts:
    """Return the images in an order by chance; without a test, with a share of each class as such.

    Raises: DataError if the classes, or their images, are too few or too many.
    """
    _refuse_classes(train.classes)
    rng = np.random.default_rng(SEED)
    if test is None:
        _refuse_lonely(train)
        rows, tested = _divided(train.images.labels, rng)
        remaining, test_images = _of(train.images, rows), _of(train.images, tested)
    else:
        remaining, test_images = train.images, _numbered_as(test, train.classes)
    rows, validated = _divided(remaining.labels, rng)
    _refuse_many(len(remaining), len(test_images))
    everything = _of(remaining, np.concatenate([rows, validated]))
    return Parts(everything, len(validated), test_images, train.classes)


def _of(images: Split, rows: Array) -> Split:
    return Split(images.images[rows], images.labels[rows])


def _divided(labels: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the rows of most images and those of a share of each class, in an order by chance."""
    order = rng.permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels)
    held_out = np.zeros(len(labels), bool)
    for start, count in zip(np.cumsum(counts) - counts, counts, strict=True):
        held_out[by_class[start : start + _share(int(count))]] = True
    return order[~held_out[order]], order[held_out[order]]


def _share(count: int) -> int:
    """Return how many of so many images of a class are held out: some must remain.

    >>> [_share(count) for count in (1, 2, 9, 6000)]
    [0, 1, 2, 1000]
    """
    return min(max(1, round(count / ONE_IN)), count - 1) if count else 0


def _numbered_as(test: Labelled, classes: tuple[str, ...]) -> Split:
    """Return the images with the numbers that their classes have among these."""
    unknown = [name for name in test.classes if name not in classes]
    if unknown:
        raise DataError(
            f"--test: the class {unknown[0]} is not among those to train on: "
            f"{short(', '.join(classes))}"
        )
    numbers = np.array([classes.index(name) for name in test.classes])
    return Split(test.images.images, numbers[test.images.labels])


def _refuse_classes(classes: Sequence[str]) -> None:
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise DataError(
            f"{len(classes)} classes: {short(', '.join(classes))}; expected 2 to {MOST_CLASSES}"
        )


def _refuse_lonely(train: Labelled) -> None:
    counts = np.bincount(train.images.labels, minlength=len(train.classes))
    for name, count in zip(train.classes, counts.tolist(), strict=True):
        if count < 2:
            raise DataError(
                f"class {name}: {count} image{'s' * (count != 1)}; at least 2 are needed, one to "
                "train on and one to test"
            )


def _refuse_many(*counts: int) -> None:
    if max(counts) > MOST_IMAGES:
        raise DataError(f"{max(counts)} images: a file may have {MOST_IMAGES}")


def refuse_taken(folder: Path) -> None:
    """Raise UsageError if there is anything at the path but a folder with nothing to see in it."""
    if not storage.is_taken(folder):
        return
    if not folder.is_dir():
        raise UsageError(f"{folder}: is there already, and no folder; give another --to")
    if any(not name.startswith(".") for name in storage.names(folder)):
        raise UsageError(f"{folder}: is not empty; give another --to")


def write(folder: Path, parts: Parts) -> None:
    """Write MNIST's four files and classes.txt into the folder, all or none. Raises: StorageError.

    The folder is made for them, and is gone again if they cannot be written.
    """
    refuse_taken(folder)
    made = list(takewhile(lambda path: not storage.exists(path), (folder, *folder.parents)))
    try:
        storage.make_folder(folder)
        for name, content in _files(parts):
            storage.write(folder / name, content)
    except BaseException:
        _remove(folder, made)
        raise


def _files(parts: Parts) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents, one at a time in memory; the names of the classes first."""
    yield own_files.CLASSES, "".join(f"{name}\n" for name in parts.classes).encode()
    for split, names in ((parts.train, NAMES[:2]), (parts.test, NAMES[2:])):
        yield names[0], idx.encode(split.images.reshape(-1, SIDE, SIDE))
        yield names[1], idx.encode(split.labels.astype(np.uint8))


def _remove(folder: Path, made: Sequence[Path]) -> None:
    for name in (own_files.CLASSES, *NAMES):
        with suppress(StorageError):  # it is not there
            storage.remove(folder / name)
    for path in made:
        with suppress(OSError):
            path.rmdir()
