"""The forms of an IDX file on a disk: with a dash or a dot in its name, packed or not.

A packed file is known by its first bytes: some browsers unpack what they download, and leave .gz
in its name.
"""

import io
import zlib

GZIP = zlib.MAX_WBITS | 16  # zlib's word for it


def names(name: str) -> tuple[str, ...]:
    """Return the names that the file may have, the quicker one to read first.

    >>> names("t10k-labels-idx1-ubyte")[:2]
    ('t10k-labels-idx1-ubyte', 't10k-labels.idx1-ubyte')
    >>> names("t10k-labels-idx1-ubyte")[2:]
    ('t10k-labels-idx1-ubyte.gz', 't10k-labels.idx1-ubyte.gz')
    """
    spellings = dict.fromkeys((name, name.replace("-idx", ".idx")))
    return tuple(spelling + ending for ending in ("", ".gz") for spelling in spellings)


def is_packed(content: bytes) -> bool:
    """Whether the bytes begin as those of a .gz file.

    >>> is_packed(bytes.fromhex("1f8b08")), is_packed(bytes.fromhex("000008"))
    (True, False)
    """
    return content[:2] == b"\x1f\x8b"


def most_bytes(size: int) -> int:
    """Return how long a file may be, packed or not, that holds so many bytes.

    A packer makes what it cannot shorten a little longer, and may add the name of the file.
    """
    return size + size // 64 + 4096


def unpacked(content: bytes) -> bytes:
    """Return the content of a file of a known SHA-256, unpacked if it is packed.

    Its last four bytes say how much it holds: room is made for it once.
    """
    if not is_packed(content):
        return content
    return zlib.decompress(content, GZIP, int.from_bytes(content[-4:], "little"))


def unpacked_within(content: bytes, size: int) -> bytes:
    """Return what a .gz file of anybody's holds, all its parts, or the first bytes above the size.

    Raises: ValueError if it is not whole, or something else comes after it.
    """
    import gzip  # 2 ms that most starts do without

    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            return file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"not a whole .gz file: {error}") from error


def beginning(content: bytes, length: int) -> bytes:
    """Return the first bytes of what a .gz file holds, fewer if it is cut; none if it is no .gz."""
    try:
        return zlib.decompressobj(GZIP).decompress(content, length)
    except zlib.error:
        return b""
