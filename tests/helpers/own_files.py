"""Four IDX files of somebody's own, with shapes of any number of classes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bpnet.array import Array
from bpnet.config import Config, DataConfig, NetworkConfig, TrainConfig
from bpnet.datasets import SIDE, idx
from bpnet.datasets.catalogue import NAMES

CORNERS, PEN, TALL = 5, 1.6, 17  # of a shape: its strokes, their thickness and its size, in pixels


def shapes(classes: int, each: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return so many shapes of each class (N, 28, 28), in MNIST's form, and their labels."""
    labels = rng.permutation(np.repeat(np.arange(classes, dtype=np.uint8), each))
    corners = np.random.default_rng(3).random((classes, CORNERS, 2))[labels]
    corners = corners + rng.normal(0, 0.03, corners.shape)
    corners = corners - corners.min(axis=1, keepdims=True)
    corners *= TALL / corners.max(axis=(1, 2), keepdims=True)
    return _drawn(corners + (SIDE - 1) / 2 - corners.mean(axis=1, keepdims=True)), labels


def _drawn(corners: Array) -> Array:
    """Return thick lines with grey edges through corners (N, P, 2), the middle in the middle."""
    pixels = np.indices((SIDE, SIDE)).reshape(2, -1).T[None]
    distances = [
        _distances(pixels, corners[:, [i]], corners[:, [i + 1]]) for i in range(CORNERS - 1)
    ]
    ink = np.clip(255 * (PEN + 0.5 - np.min(distances, axis=0)), 0, 255)
    middles = (ink @ pixels[0]) / ink.sum(axis=1, keepdims=True)
    moves = np.rint((SIDE - 1) / 2 - middles).astype(int)
    images = ink.astype(np.uint8).reshape(-1, SIDE, SIDE)
    return np.stack(
        [np.roll(image, move, (0, 1)) for image, move in zip(images, moves, strict=True)]
    )


def _distances(pixels: Array, start: Array, end: Array) -> Array:
    """Return how far each pixel is from each of the lines from start to end (N, 1, 2)."""
    along = end - start
    share = ((pixels - start) * along).sum(axis=-1) / (along**2).sum(axis=-1)
    distances: Array = np.linalg.norm(
        pixels - start - np.clip(share, 0, 1)[..., None] * along, axis=-1
    )
    return distances


def made(folder: Path, names: Sequence[str], each: int = 12) -> Config:
    """Write so many images of each class to train on, and 4 to test on; return a config of them."""
    rng = np.random.default_rng(1)
    write(folder, shapes(len(names), each, rng), shapes(len(names), 4, rng), names)
    return Config(
        data=DataConfig("files", str(folder), validation=2 * len(names)),
        network=NetworkConfig(hidden=(40,)),
        train=TrainConfig(epochs=12, batch_size=10),
    )


def write(
    folder: Path, train: Sequence[Array], test: Sequence[Array], names: Sequence[str] = ()
) -> None:
    """Write images and labels to train and to test on as four files, and names as classes.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(NAMES, [*train, *test], strict=True):
        (folder / name).write_bytes(idx.encode(array))
    if names:
        (folder / "classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
