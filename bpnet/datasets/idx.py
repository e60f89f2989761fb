"""MNIST's file format, IDX, for arrays of unsigned bytes.

    0, 0, 8 (the type: unsigned byte), the number of dimensions, each size in 4 bytes (big-endian),
    then the numbers, the last dimension running fastest

Source: Yann LeCun's page of the MNIST database.
"""

import hashlib
import math
import struct
from collections.abc import Mapping

import numpy as np

from bpnet.array import Array
from bpnet.errors import DataError


def is_idx(start: bytes) -> bool:
    """Whether these are the first bytes of an array of unsigned bytes.

    >>> is_idx(bytes([0, 0, 8, 3])), is_idx(b"<htm")
    (True, False)
    """
    return start[:3] == bytes([0, 0, 8])


def header_size(dimensions: int) -> int:
    """Return how many bytes come before the numbers."""
    return 4 + 4 * dimensions


def sizes(start: bytes, dimensions: int, name: str) -> tuple[int, ...]:
    """Return the size of each dimension, which the first bytes of the file `name` say.

    Raises: DataError that says what is wrong, and at which byte.

    >>> sizes(bytes([0, 0, 8, 1, 0, 0, 0, 3]), 1, "labels")
    (3,)
    """
    end = header_size(dimensions)
    if len(start) < end:
        raise DataError(f"{name}: ends at byte {len(start)}, inside its header of {end} bytes")
    if start[:4] != bytes([0, 0, 8, dimensions]):
        raise DataError(
            f"{name}: starts with {start[:4].hex(' ')} at byte 0; "
            f"unsigned bytes in {dimensions} dimensions start with 00 00 08 {dimensions:02x}"
        )
    shape = struct.unpack(f">{dimensions}I", start[4:end])
    if 0 in shape:  # and then the others may be anything
        raise DataError(f"{name}: holds nothing: its header says {_shown(shape)}")
    return shape


def parse(content: bytes, dimensions: int, name: str) -> Array:
    """Return the array that the bytes describe: uint8, read-only, not copied.

    Raises: DataError that says what is wrong, and at which byte of the file `name`.

    >>> parse(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]), 1, "labels").tolist()
    [7, 8, 9]
    """
    shape, start = sizes(content, dimensions, name), header_size(dimensions)
    if len(content) - start != math.prod(shape):
        raise DataError(
            f"{name}: has {len(content) - start} numbers from byte {start} on, "
            f"and its header says {_shown(shape)}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _shown(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def encode(array: Array) -> bytes:
    """Return the bytes that describe an array of unsigned bytes.

    >>> encode(np.array([7, 8, 9], np.uint8)).hex(" ")
    '00 00 08 01 00 00 00 03 07 08 09'
    """
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def sha256(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Return the hash of each file."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
