"""Four IDX files of somebody's own: found by their names, and known by their own SHA-256.

Their classes are the lines of classes.txt, label n being line n from 0 on; without that file they
are the labels that occur among the training images, in order.
"""

from pathlib import Path

import numpy as np

from bpnet.config.schema import MOST_CLASSES, MOST_IMAGES
from bpnet.datasets import idx
from bpnet.datasets.catalogue import NAMES
from bpnet.datasets.splits import WIDTH
from bpnet.errors import DataError
from bpnet.system import storage

CLASSES = "classes.txt"
NAME_LIMIT = 32  # characters


def load(folder: Path) -> dict[str, bytes]:
    """Return the content of the four files by their names. Raises: DataError, StorageError."""
    return {name: _content(folder, name) for name in NAMES}


def _content(folder: Path, name: str) -> bytes:
    path = folder / name
    if not storage.exists(path):
        raise DataError(f"{path}: is missing; data.dataset files needs {', '.join(NAMES)}")
    return storage.read(path, 16 + MOST_IMAGES * (WIDTH if "images" in name else 1))


def classes(folder: Path) -> dict[str, int]:
    """Return the names of the classes, each with its label, in the order of the labels.

    Raises: DataError, StorageError.
    """
    name = NAMES[1]
    labels = idx.parse(_content(folder, name), 1, name)
    if storage.exists(folder / CLASSES):
        found = {text: number for number, text in enumerate(_names(folder / CLASSES))}
    else:
        found = {str(label): label for label in np.unique(labels).tolist()}
    if not 2 <= len(found) <= MOST_CLASSES:
        raise DataError(f"{folder}: has {len(found)} classes, expected 2 to {MOST_CLASSES}")
    return found


def _names(path: Path) -> list[str]:
    text = storage.read(path, MOST_CLASSES * 4 * (1 + NAME_LIMIT)).decode("utf-8-sig")
    return text.splitlines()
