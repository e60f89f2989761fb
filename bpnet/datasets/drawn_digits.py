"""The digits that the program draws itself, kept in the cache with their hashes.

There is a dataset of them for each hand. They have seeds and a version of their own: the config's
seed does not redraw them. Their drawing uses more of NumPy than its promises of equal numbers
cover, so what is once drawn is kept, and the hashes of what a run used are in its records.
"""

import json
from pathlib import Path

import numpy as np

from bpnet.datasets import drawn, idx
from bpnet.datasets.cache import filling
from bpnet.datasets.catalogue import NAMES
from bpnet.datasets.splits import WIDTH
from bpnet.errors import StorageError
from bpnet.system import storage, strict_json
from bpnet.system.progress import Tell

SEEDS = {"drawn": 1998, "sketched": 2016}
COUNTS = (60_000, 10_000)
MANIFEST = "drawn.json"


def load(folder: Path, tell: Tell, dataset: str = "drawn") -> dict[str, bytes]:
    """Return the content of the four files by their names, drawing them if they are not there."""
    kept = read(folder, dataset)
    if kept:
        return kept
    with filling(folder, tell):
        return read(folder, dataset) or _draw_and_keep(folder, tell, dataset)


def _draw_and_keep(folder: Path, tell: Tell, dataset: str) -> dict[str, bytes]:
    tell(f"drawing {COUNTS[0]} + {COUNTS[1]} digits")
    contents = draw(dataset)
    try:
        _keep(folder, contents, dataset)
    except StorageError as error:
        tell(f"the drawn digits are not kept: {error}")
    return contents


def read(folder: Path, dataset: str = "drawn") -> dict[str, bytes] | None:
    """Return what is kept in the folder, or None if it is not whole, right and of this version."""
    try:
        manifest = strict_json.parse(storage.read(folder / MANIFEST, limit=4096))
        contents = {name: storage.read(folder / name, _largest(name)) for name in NAMES}
    except (StorageError, ValueError):
        return None
    return contents if manifest == _manifest(contents, dataset) else None


def _largest(name: str) -> int:
    count = COUNTS[NAMES.index(name) // 2]
    return 16 + count * (WIDTH if "images" in name else 1)


def draw(dataset: str = "drawn") -> dict[str, bytes]:
    """Return all the digits, as the content of four IDX files."""
    contents = {}
    for stream, count in enumerate(COUNTS):
        rng = np.random.default_rng([SEEDS[dataset], stream])
        images, labels = drawn.draw(count, rng, drawn.HANDS[dataset])
        contents[NAMES[2 * stream]] = idx.encode(images)
        contents[NAMES[2 * stream + 1]] = idx.encode(labels)
    return contents


def _manifest(contents: dict[str, bytes], dataset: str) -> dict[str, object]:
    return {"version": drawn.VERSION, "seed": SEEDS[dataset], "sha256": idx.sha256(contents)}


def _keep(folder: Path, contents: dict[str, bytes], dataset: str) -> None:
    storage.make_folder(folder)
    for name, content in files(contents, dataset).items():
        storage.write(folder / name, content)


def files(contents: dict[str, bytes], dataset: str) -> dict[str, bytes]:
    """Return all that the folder holds; the manifest, which makes the others count, is last."""
    manifest = json.dumps(_manifest(contents, dataset), indent=2) + "\n"
    return {**contents, MANIFEST: manifest.encode()}
