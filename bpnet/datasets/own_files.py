"""Four IDX files of somebody's own: found by their names, and known by their own SHA-256.

Their classes are the labels that occur among the training images, in order. The lines of
classes.txt name them: the first line the smallest label, and so on; without it, a mapping as EMNIST
has it. Whatever the headers of all four say is checked before more of them is read, or unpacked.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from bpnet.array import Array
from bpnet.config.schema import MOST_CLASSES, MOST_IMAGES
from bpnet.datasets import class_names, idx, packing
from bpnet.datasets.catalogue import NAMES
from bpnet.datasets.splits import SIDE
from bpnet.errors import BpnetError, DataError, short
from bpnet.system import memory, storage

CLASSES, MAPPING = "classes.txt", "mapping.txt"
HEAD = 2**16  # bytes of a packed file: the header of the .gz, and that of the images

T = TypeVar("T")
R = TypeVar("R")


class File(NamedTuple):
    """A file that is there, and the sizes that its header says: (N, 28, 28) or (N,)."""

    path: Path
    sizes: tuple[int, ...]

    @property
    def length(self) -> int:
        """How many bytes it is long, unpacked."""
        return idx.header_size(len(self.sizes)) + math.prod(self.sizes)


def load(folder: Path) -> dict[str, bytes]:
    """Return the unpacked content of the four files by their names.

    Raises: DataError with a line for each file that is not as it should be; StorageError;
    BpnetError if memory cannot hold them.
    """
    files = dict(zip(NAMES, _each(_file, find(folder).values()), strict=True))
    _refuse_other_counts(files)
    memory.refuse_more(
        sum(file.length for file in files.values()), f"{folder}: this dataset", "take fewer images"
    )
    contents = dict(zip(NAMES, _each(_content, files.values()), strict=True))
    _refuse_labels_of_no_class(files, contents)
    return contents


def classes(
    folder: Path, labels: bytes | None = None, expected: Sequence[str] = ()
) -> dict[str, int]:
    """Return the names of the classes, each with its label, in the order of the labels.

    `labels` is the content of the file of the training labels, if it has been read already.
    Raises: DataError with a line for each name that will not do, or if the names are not the
    expected ones; StorageError.
    """
    path = find(folder)[NAMES[1]]
    known = _occurring(labels or _content(_file(path)))
    if len(known) < 2:
        raise DataError(f"{path}: every label is {known[0]}; expected 2 to {MOST_CLASSES} classes")
    mapping = folder / f"{_prefix(folder)}{MAPPING}"
    named = class_names.named(folder / CLASSES, known, mapping)
    if expected and tuple(named) != tuple(expected):
        raise DataError(
            f"{folder}: has the classes {short(', '.join(named))}, but data.classes has "
            f"{short(', '.join(expected))}: put {CLASSES} and the labels back, or start a new run "
            "without data.classes"
        )
    return named


def verify(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file, and how many classes there are, if all is right.

    Raises: DataError, StorageError.
    """
    contents, paths = load(folder), find(folder)
    states = {
        name: f"right: {paths[name].name}, unpacked SHA-256 {sha256}"
        for name, sha256 in idx.sha256(contents).items()
    }
    return states | {"classes": f"right: {len(classes(folder, contents[NAMES[1]]))}"}


def counts(folder: Path) -> tuple[int, int]:
    """Return how many images the headers say there are, to train on and to test on.

    Raises: DataError, StorageError.
    """
    paths = find(folder)
    train, test = (_file(paths[name]).sizes[0] for name in (NAMES[0], NAMES[2]))
    return train, test


def find(folder: Path) -> dict[str, Path]:
    """Return the path of each of the four files, in whichever form it is there.

    Raises: DataError if one is not, or if there are several sets of them; StorageError.
    """
    prefix = _prefix(folder)
    found = {
        name: folder / form
        for name in NAMES
        for form in reversed(
            packing.names_in_a_set(prefix, name)
        )  # the last is kept: the quicker one to read
        if storage.exists(folder / form)
    }
    if missing := [name for name in NAMES if name not in found]:
        raise DataError(
            f"{folder}: lacks {', '.join(prefix + name for name in missing)}, also .gz and with a "
            "dot (.idx): with data.dataset files, data.dir (--data-dir) is the folder of these IDX "
            "files; bpnet data import makes them of pictures or of a table"
        )
    return found


def _prefix(folder: Path) -> str:
    """Return what stands before the names of the files, none if there are files without it.

    Raises: DataError if there are several sets of files; StorageError.
    """
    found = packing.prefixes(storage.names(folder) if storage.exists(folder) else [])
    if "" in found or not found:
        return ""
    if len(found) > 1:
        raise DataError(
            f"{folder}: holds {len(found)} sets: {', '.join(f'{prefix}*' for prefix in found)}; "
            "move the files of one into a folder of their own, and give that"
        )
    return found[0]


def _each(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Return what comes of each item, or raise all that is wrong with any."""
    results, problems = [], []
    for item in items:
        try:
            results.append(work(item))
        except BpnetError as error:
            problems += error.lines
    if problems:
        raise DataError(*problems)
    return results


def _file(path: Path) -> File:
    """Return the file, its header read and checked."""
    dimensions = 3 if "idx3-ubyte" in path.name else 1
    start = storage.head(path, HEAD)
    if packing.is_packed(start):
        start = packing.beginning(start, idx.header_size(dimensions))
    sizes = idx.sizes(start, dimensions, str(path))
    if sizes[1:] not in ((), (SIDE, SIDE)):
        shape = " x ".join(map(str, sizes[1:]))
        raise DataError(f"{path}: the images are {shape} pixels, not {SIDE} x {SIDE}")
    if sizes[0] > MOST_IMAGES:
        what = "images" if sizes[1:] else "labels"
        raise DataError(
            f"{path}: its header says {sizes[0]} {what}; expected at most {MOST_IMAGES}"
        )
    return File(path, sizes)


def _refuse_other_counts(files: Mapping[str, File]) -> None:
    """Raise DataError if there are not as many labels as images."""
    problems = [
        f"{files[labels].path}: has {files[labels].sizes[0]} labels, but {files[images].path.name} "
        f"has {files[images].sizes[0]} images"
        for images, labels in (NAMES[:2], NAMES[2:])
        if files[labels].sizes[0] != files[images].sizes[0]
    ]
    if problems:
        raise DataError(*problems)


def _content(file: File) -> bytes:
    """Return the unpacked content, as long as its header says."""
    if not packing.is_packed(storage.head(file.path, 2)):
        content = storage.read(file.path, file.length)
    else:
        packed = storage.read(file.path, packing.most_bytes(file.length))
        try:
            content = packing.unpacked_within(packed, file.length)
        except ValueError as error:
            raise DataError(f"{file.path}: {error}") from error
    idx.parse(content, len(file.sizes), str(file.path))
    return content


def _refuse_labels_of_no_class(files: Mapping[str, File], contents: Mapping[str, bytes]) -> None:
    """Raise DataError if an image to test on has a label that no training image has."""
    name = NAMES[3]
    known, labels = _occurring(contents[NAMES[1]]), _labels(contents[name])
    strange = np.flatnonzero(~np.isin(labels, known))
    if len(strange):
        raise DataError(
            f"{files[name].path}: image {strange[0]} has the label {labels[strange[0]]}, which no "
            f"training image has: these have {class_names.shown(known)}"
        )


def _labels(content: bytes) -> Array:
    return idx.parse(content, 1, "labels")


def _occurring(content: bytes) -> list[int]:
    """Return the labels that occur, in order."""
    found: list[int] = np.flatnonzero(np.bincount(_labels(content))).tolist()
    return found
