"""Four IDX files of somebody's own, with shapes of any number of classes."""

import numpy as np

from bpnet.datasets import SIDE, idx
from bpnet.datasets.catalogue import NAMES

CORNERS, PEN, TALL = (
    5,
    1.6,
    17,
)  # of a shape: its strokes and their thickness and its size in pixels


def shapes(classes, each, rng):
    """Return so many shapes of each class (N, 28, 28), in MNIST's form, and their labels."""
    labels = rng.permutation(np.repeat(np.arange(classes, dtype=np.uint8), each))
    corners = np.random.default_rng(3).random((classes, CORNERS, 2))[labels]
    corners = corners + rng.normal(0, 0.03, corners.shape)
    corners = corners - corners.min(axis=1, keepdims=True)
    corners *= TALL / corners.max(axis=(1, 2), keepdims=True)
    images = np.stack([_drawn(path) for path in corners])
    return images, labels


def _drawn(path):
    """Return a line through corners (P, 2), thick and with grey edges, its middle in the middle."""
    pixels = np.stack(np.mgrid[:SIDE, :SIDE], axis=-1)
    path = path + (SIDE - 1) / 2 - path.mean(axis=0)
    nearest = np.full((SIDE, SIDE), np.inf)
    for start, end in zip(path[:-1], path[1:], strict=True):
        along = end - start
        share = np.clip((pixels - start) @ along / (along @ along), 0, 1)
        distance = np.linalg.norm(pixels - start - share[..., None] * along, axis=-1)
        nearest = np.minimum(nearest, distance)
    image = np.clip(255 * (PEN + 0.5 - nearest), 0, 255).astype(np.uint8)
    weights = image.sum(axis=1), image.sum(axis=0)
    middles = [np.average(np.arange(SIDE), weights=weight) for weight in weights]
    return np.roll(image, [round((SIDE - 1) / 2 - middle) for middle in middles], (0, 1))


def write(folder, train, test, names=()):
    """Write images and labels to train and to test on as four files, and names as classes.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(NAMES, [*train, *test], strict=True):
        (folder / name).write_bytes(idx.encode(array))
    if names:
        (folder / "classes.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
