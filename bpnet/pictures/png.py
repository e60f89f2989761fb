"""An image -> the content of a PNG file, with Python's own library."""

import struct
import zlib

from bpnet.array import Array


def png(image: Array) -> bytes:
    """Return a grey image (H, W) of bytes as the content of a PNG file."""
    height, width = image.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)  # 8 bits, grey
    rows = b"".join(b"\0" + row.tobytes() for row in image)  # 0: unfiltered
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
