"""A table, CSV -> images and the names of their classes: a row has a label, then 784 grey levels.

It may be packed by gzip. A first row of words, as Kaggle's tables have it, is their heading.
Between the columns are commas, semicolons or tabs, whichever the first line has.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np

from bpnet.array import Array
from bpnet.config.schema import CLASS_NAME, MOST_IMAGES
from bpnet.datasets.splits import WIDTH
from bpnet.errors import DataError, short
from bpnet.system import storage
from bpnet.system.progress import Advance, ByteProgress

COLUMNS = 1 + WIDTH
LONGEST = 2**16  # bytes of a line
MOST_WRONG = 20  # rows that are told of
PACKED, ARCHIVE = b"\x1f\x8b", b"PK\3\4"  # how a file begins


def read(path: Path, progress: ByteProgress) -> tuple[Array, list[str]]:
    """Return the images (N, 784), and the name of the class of each.

    Raises: DataError that names each wrong row by its line; StorageError.
    """
    images, names, wrong, more = bytearray(), list[str](), list[str](), 0
    with storage.opened(path) as (descriptor, size), progress(path.name, size) as advance:
        for number, row in _rows(path, descriptor, advance):
            try:
                images += _image(row)
                names.append(_name(row))
            except DataError as error:
                more += len(wrong) == MOST_WRONG
                wrong += [f"{path}: line {number}: {error}"] * (len(wrong) < MOST_WRONG)
            if len(names) > MOST_IMAGES:
                break
    if wrong:
        raise DataError(*wrong, *[f"{path}: and {more} lines more"] * (more > 0))
    if not 0 < len(names) <= MOST_IMAGES:
        raise DataError(
            f"{path}: more than {MOST_IMAGES} images" if names else f"{path}: no images"
        )
    return np.frombuffer(images, np.uint8).reshape(-1, WIDTH), names


def _rows(path: Path, descriptor: int, advance: Advance) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its line, without the heading and empty lines."""
    with open(descriptor, "rb", closefd=False) as file:
        start = file.peek(4)
        if start.startswith(ARCHIVE):
            raise DataError(f"{path}: is a ZIP archive; unpack it, and give what is in it")
        unpacked = gzip.GzipFile(fileobj=file) if start.startswith(PACKED) else file
        lines = _lines(path, unpacked, file, advance)
        try:
            first = next(lines, "")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{path}: damaged: {error}") from error
        reader = csv.reader(chain([first], lines), delimiter=max(",;\t", key=first.count))
        try:
            for row in reader:
                if row and not (reader.line_num == 1 and _is_heading(path, row)):
                    yield reader.line_num, row
        except csv.Error as error:
            raise DataError(f"{path}: line {reader.line_num}: {error}") from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{path}: damaged: {error}") from error


def _lines(
    path: Path, unpacked: BinaryIO | gzip.GzipFile, file: BinaryIO, advance: Advance
) -> Iterator[str]:
    """Yield each line, and tell how many bytes of the file are read."""
    done = number = 0
    while line := unpacked.readline(LONGEST):
        number += 1
        if len(line) == LONGEST:
            raise DataError(
                f"{path}: line {number}: longer than {LONGEST} bytes: no row of an image"
            )
        if b"\0" in line:
            raise DataError(
                f"{path}: not text in UTF-8: expected a CSV file, or a folder, of IDX files or of "
                "folders of pictures"
            )
        now = file.tell()
        advance(now - done)
        done = now
        yield line.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")


def _is_heading(path: Path, row: list[str]) -> bool:
    """Whether the first row is of words. Raises: DataError if they are of another table."""
    if any(map(_is_level, row[1:])) or len(row) < 2:
        return False
    if len(row) != COLUMNS:
        raise DataError(f"{path}: line 1: {_columns(row)}")
    if row[-1].strip().lower() in ("label", "class"):
        raise DataError(f"{path}: line 1: the column {row[-1]} is the last; it must be the first")
    return True


def _image(row: list[str]) -> bytes:
    """Return the grey levels of a row. Raises: DataError if they are no such."""
    if len(row) != COLUMNS:
        raise DataError(_columns(row))
    try:
        try:
            return bytes(map(int, row[1:]))
        except ValueError:  # the slower way
            return bytes(map(_level, row[1:]))
    except ValueError as error:
        wrong = next(n for n, text in enumerate(row[1:], 2) if not _is_level(text))
        raise DataError(
            f"column {wrong}: expected a whole number from 0 to 255, got {short(row[wrong - 1])!r}"
        ) from error


def _is_level(text: str) -> bool:
    try:
        return _level(text) in range(256)
    except ValueError:
        return False


def _level(text: str) -> int:
    """Return a whole number, also one that is written as a fraction, as pandas has it.

    >>> _level("255.0"), _level(" 7 ")
    (255, 7)
    """
    return int(_whole(text))


def _whole(text: str) -> str:
    """Return the text without the end of a whole number that is written as a fraction.

    >>> _whole("5.0"), _whole("0.5"), _whole("v. 0")
    ('5', '0.5', 'v. 0')
    """
    return re.sub(r"^\s*(\d+)\.0*\s*$", r"\1", text)


def _columns(row: list[str]) -> str:
    hints = {
        WIDTH: "; the label seems to be missing",
        COLUMNS + 1: "; the first may be an index: pandas leaves it out by index=False",
    }
    expected = f"expected {COLUMNS}: the label, then {WIDTH} grey levels"
    return f"{len(row)} columns, {expected}{hints.get(len(row), '')}"


def _name(row: list[str]) -> str:
    name = _whole(row[0].strip())
    if not CLASS_NAME.takes(name):
        raise DataError(f"label: expected {CLASS_NAME}, got {short(name)!r}")
    return name
