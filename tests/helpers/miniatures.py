"""Datasets in miniature: the four files, with few images, each of which shows its label."""

import gzip
from collections.abc import Sequence

import numpy as np

from bpnet.array import Array
from bpnet.datasets import idx
from bpnet.datasets.catalogue import NAMES, File, Source
from bpnet.datasets.splits import SIDE
from tests.helpers.sources import as_published

LETTERS = range(1, 27)  # the labels of EMNIST's letters


def images_of(labels: Array, rng: np.random.Generator) -> Array:
    """Return images of noise, with a white row and a white column that tell the label."""
    images = rng.integers(50, size=(len(labels), SIDE, SIDE), dtype=np.uint8)
    images[np.arange(len(labels)), labels % SIDE] = 255
    images[np.arange(len(labels)), :, labels // SIDE] = 255
    return images


def miniature(
    labels: Sequence[int], train: int = 5, test: int = 2, seed: int = 0
) -> dict[str, bytes]:
    """Return the content of the four files, with so many images of each label."""
    rng = np.random.default_rng(seed)
    contents: dict[str, bytes] = {}
    for part, each in ((NAMES[:2], train), (NAMES[2:], test)):
        t = np.tile(np.array(labels, np.uint8), each)
        contents |= {part[0]: idx.encode(images_of(t, rng)), part[1]: idx.encode(t)}
    return contents


def known_packed(contents: dict[str, bytes], torchvision: str) -> Source:
    """Return a source as Fashion-MNIST and KMNIST are known: by their .gz only, no mirrors."""
    return Source(
        (), tuple(File(file.packed) for file in as_published(contents).files), torchvision
    )


def named_with_a_dot(name: str) -> str:
    """Return the name as some programs write it.

    >>> named_with_a_dot("t10k-images-idx3-ubyte")
    't10k-images.idx3-ubyte'
    """
    return name.replace("-idx", ".idx")


def otherwise(content: bytes) -> bytes:
    """Return the content packed as nobody has published it."""
    return gzip.compress(content, 1, mtime=7)
