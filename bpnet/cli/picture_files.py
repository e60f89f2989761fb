"""The files of pictures: found by the names that are given, read, and what was seen kept."""

import os
import sys
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bpnet.errors import DataError, StorageError
from bpnet.system import storage
from bpnet.system.held import as_storage_error
from bpnet.system.ordering import natural

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENDINGS = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".gif", ".bmp", ".tif", ".tiff", ".webp"),
    *(".pbm", ".pgm", ".ppm", ".pnm", ".avif", ".heic", ".heif"),
)
LONGEST_STEM = 200  # bytes, of a picture's name in the name of what was seen: no name may have 256


def is_folder(path: Path) -> bool:
    """Whether there is a folder at the path."""
    with as_storage_error(path, "cannot be read"):
        return path.is_dir()


def in_folder(folder: Path) -> tuple[list[str], str]:
    """Return the pictures in the folder, numbers in their order, and what else is passed over.

    What is hidden is no part of it, nor is what lies in its own folders.
    Raises: DataError if there is no picture.
    """
    names = [name for name in storage.names(folder) if not name.startswith(".")]
    paths = [folder / name for name in sorted(names, key=natural)]
    pictures = list(filter(_may_be_a_picture, paths))
    folders = sum(is_folder(path) for path in set(paths) - set(pictures))
    others = _others(len(paths) - len(pictures) - folders, folders)
    if not pictures:
        raise DataError(f"{folder}: holds no pictures{f', but {others}' if others else ''}")
    return list(map(str, pictures)), others


def _may_be_a_picture(path: Path) -> bool:
    """Whether the file begins as a picture or is named as one; also if it cannot be read now."""
    from bpnet.pictures import formats

    try:
        if is_folder(path):
            return False
        named = path.name.lower().endswith(ENDINGS)  # a damaged picture is told of, not passed over
        return named or formats.kind(storage.head(path, formats.HEAD)) is not None
    except StorageError as error:
        return not storage.is_lasting(error)


def _others(files: int, folders: int) -> str:
    """Say what is no picture.

    >>> _others(1, 2), _others(3, 0), _others(0, 0)
    ('1 file that is no picture and 2 folders', '3 files that are no pictures', '')
    """
    one, many = "1 file that is no picture", f"{files} files that are no pictures"
    told = [one if files == 1 else many] if files else []
    told += [f"{folders} folder{'s' * (folders > 1)}"] if folders else []
    return " and ".join(told)


def content(name: str, limit: int) -> bytes:
    """Return the content of the file of this name; `-` is stdin."""
    if name != "-":
        return storage.read(Path(name), limit)
    if sys.stdin is None:
        raise DataError("-: stdin is closed")
    found = sys.stdin.buffer.read(limit + 1)
    if len(found) > limit:
        raise DataError(f"-: larger than the {limit} bytes it may have")
    return found


def keep(folder: Path, name: str, seen: "Sequence[NDArray[np.uint8]]") -> None:
    """Write what the network saw of a picture, a file for each digit, over nothing that is there.

    The names are 1-seen.png, and 2026-seen-1.png to 2026-seen-4.png for four digits; where a name
    is taken, the next number is.
    """
    from bpnet.pictures.png import png

    stem = Path(name).stem if name != "-" else "stdin"
    stem = os.fsencode(stem)[:LONGEST_STEM].decode(errors="ignore")
    storage.make_folder(folder)
    paths = (folder / f"{stem}-seen{ending}.png" for ending in _endings(len(seen)))
    for image in seen:
        storage.write(next(path for path in paths if not storage.is_taken(path)), png(image))


def _endings(digits: int) -> Iterator[str]:
    """Yield what tells names apart: a number for each of several digits, and where one is taken.

    >>> from itertools import islice
    >>> list(islice(_endings(1), 3)), list(islice(_endings(4), 3))
    (['', '-2', '-3'], ['-1', '-2', '-3'])
    """
    return ("" if number == 1 and digits == 1 else f"-{number}" for number in count(1))
