"""Images and labels, whole and in batches.

N images of D = 784 numbers. They stay unsigned bytes, a quarter of the size of float32; a batch
becomes numbers from 0 to 1 only when it is taken out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bpnet.array import Array, aligned_zeros
from bpnet.config import DataConfig
from bpnet.errors import DataError

SIDE = 28
WIDTH = SIDE * SIDE


@dataclass(frozen=True)
class Split:
    """Images (N, 784) as bytes, in this view of them, and their labels (N,)."""

    images: Array
    labels: Array
    view: str = "as-is"

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, part: slice) -> "Split":
        return Split(self.images[part], self.labels[part], self.view)

    def in_order(self, size: int, dtype: np.dtype) -> Iterator[tuple[Array, Array]]:
        """Yield every image once, as `batches` does."""
        return self.batches(np.arange(len(self)), sizes(len(self), size), dtype)

    def batches(
        self, rows: Array, sizes: Sequence[int], dtype: np.dtype
    ) -> Iterator[tuple[Array, Array]]:
        """Yield the images of the rows as numbers from 0 to 1, and their labels, so many at once.

        The images of each batch are written over those of the one before.
        """
        x = aligned_zeros((max(sizes, default=0), WIDTH), dtype)
        labels = self.labels.take(rows)
        end = 0
        for size in sizes:
            start, end = end, end + size
            images = self.images.take(rows[start:end], axis=0)
            yield scaled(images, x[:size]), labels[start:end]


def sizes(total: int, size: int) -> list[int]:
    """Return the sizes of the batches of so many images; the last may be short.

    >>> sizes(5, 2)
    [2, 2, 1]
    """
    return [min(size, total - start) for start in range(0, total, size)]


def scaled(images: Array, x: Array) -> Array:
    """Write the bytes into x as numbers from 0 to 1, and return it.

    >>> scaled(np.array([0, 255], np.uint8), np.zeros(2)).tolist()
    [0.0, 1.0]
    """
    x[:] = images
    x *= 1 / 255
    return x


def as_numbers(images: Array, dtype: np.dtype) -> Array:
    """Return images as numbers from 0 to 1: bytes are divided by 255, numbers are taken as such."""
    if images.dtype == np.uint8:
        return scaled(images, np.empty(images.shape, dtype))
    return images.astype(dtype)


def refuse_unknown(images: Array, width: int) -> Array:
    """Return images as rows (N, width), if they are such: of bytes, or of numbers from 0 to 1.

    Raises: DataError. Bytes that were taken for numbers, or numbers for bytes, would give answers
    that are nearly right.
    """
    if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
        raise DataError(
            f"images of type {images.dtype}: expected bytes (uint8), or numbers from 0 to 1 "
            "(float32, float64)"
        )
    forms = [(width,), (SIDE, SIDE)] if width == WIDTH else [(width,)]
    if images.shape[1:] not in forms:
        expected = " or ".join(str(("N", *form)).replace("'", "") for form in forms)
        raise DataError(f"images of shape {images.shape}: expected {expected}")
    if images.dtype != np.uint8 and not ((images >= 0) & (images <= 1)).all():
        found = f"from {images.min():g} to {images.max():g}"
        raise DataError(
            f"images {'with NaN' if np.isnan(images).any() else found}: expected numbers from 0 "
            "to 1; bytes from 0 to 255 must be of type uint8"
        )
    return images.reshape(len(images), width)


@dataclass(frozen=True)
class Dataset:
    """The three splits, the SHA-256 of each file they come from, and the names of the classes.

    What is mixed in comes from other files, and is among the training images only.
    """

    train: Split
    validation: Split
    test: Split
    sha256: Mapping[str, str]
    classes: tuple[str, ...] = DataConfig().names
    mixed_in: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> Mapping[str, str]:
        """The SHA-256 of every file, also of those that are mixed in."""
        return {**self.sha256, **self.mixed_in}


def split(images: Array, labels: Array, known: Sequence[int], name: str) -> Split:
    """Return images (N, 28, 28) and labels (N,) as a split, after checking that they are such.

    The labels become numbers from 0 on, those of the known ones in their order.

    Raises: DataError, naming the files by `name`.
    """
    if images.shape[1:] != (SIDE, SIDE):
        rows, columns = images.shape[1:]
        raise DataError(f"{name}: the images are {rows} x {columns} pixels, not {SIDE} x {SIDE}")
    if len(images) != len(labels) or not len(images):
        raise DataError(f"{name}: {len(images)} images, but {len(labels)} labels")
    numbers = np.full(256, -1, np.intp)
    numbers[list(known)] = np.arange(len(known))
    t = numbers[labels]
    if t.min() < 0:
        place = int(t.argmin())
        raise DataError(f"{name}: label {place} is {labels[place]}, which is no class")
    return Split(images.reshape(-1, WIDTH), t)
