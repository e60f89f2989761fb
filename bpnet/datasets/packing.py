"""The forms of an IDX file on a disk: with a dash or a dot in its name, packed or not.

Whoever makes such files may put the name of their set first, and say test for t10k, as EMNIST does.

A packed file is known by its first bytes: some browsers unpack what they download, and leave .gz
in its name.
"""

import io
import re
import zlib
from collections.abc import Iterable

GZIP = zlib.MAX_WBITS | 16  # zlib's word for it
OF_A_SET = re.compile(
    r"(|.*-)(?:train|t10k|test)-(?:images[.-]idx3|labels[.-]idx1)-ubyte(?:\.gz)?", re.DOTALL
)


def names(name: str) -> tuple[str, ...]:
    """Return the names that the file may have, the quicker one to read first.

    >>> names("t10k-labels-idx1-ubyte")[:2]
    ('t10k-labels-idx1-ubyte', 't10k-labels.idx1-ubyte')
    >>> names("t10k-labels-idx1-ubyte")[2:]
    ('t10k-labels-idx1-ubyte.gz', 't10k-labels.idx1-ubyte.gz')
    """
    spellings = dict.fromkeys((name, name.replace("-idx", ".idx")))
    return tuple(spelling + ending for ending in ("", ".gz") for spelling in spellings)


def names_in_a_set(prefix: str, name: str) -> tuple[str, ...]:
    """Return the names that the file may have in a set, the quicker one to read first.

    >>> names_in_a_set("emnist-letters-", "t10k-labels-idx1-ubyte")[1]
    'emnist-letters-test-labels-idx1-ubyte'
    """
    words = dict.fromkeys((name, name.replace("t10k", "test")))
    forms = zip(*(names(prefix + word) for word in words), strict=True)
    return tuple(form for same in forms for form in same)


def prefixes(found: Iterable[str]) -> list[str]:
    """Return what the sets that these files are of have before the names.

    >>> prefixes(["emnist-digits-test-labels-idx1-ubyte.gz", "train-images.idx3-ubyte", "notes"])
    ['', 'emnist-digits-']
    """
    return sorted({match[1] for name in found if (match := OF_A_SET.fullmatch(name))})


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
