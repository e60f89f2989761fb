"""A grey image -> the content of a PNG file; no more of the format than that needs.

Source: PNG (Portable Network Graphics) Specification, ISO/IEC 15948.
"""

import struct
import zlib

import numpy as np

from bpnet.array import Array

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS, GREY, DEFLATE, ADAPTIVE, NOT_INTERLACED = 8, 0, 0, 0, 0
UNFILTERED = 0  # the byte before each row


def png(image: Array) -> bytes:
    """Return an image (H, W) of bytes, black 0 and white 255, as the content of a PNG file."""
    height, width = image.shape
    header = struct.pack(">2I5B", width, height, BITS, GREY, DEFLATE, ADAPTIVE, NOT_INTERLACED)
    rows = np.pad(image, ((0, 0), (1, 0)), constant_values=UNFILTERED)
    parts = {b"IHDR": header, b"IDAT": zlib.compress(rows.tobytes()), b"IEND": b""}
    return SIGNATURE + b"".join(_chunk(kind, content) for kind, content in parts.items())


def _chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk: its length, its kind, its content, and the CRC-32 of the last two."""
    return struct.pack(">I", len(content)) + kind + content + _crc(kind + content)


def _crc(content: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(content))
