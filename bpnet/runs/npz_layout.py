"""What stands around the numbers of an .npz file: a ZIP archive with an .npy file for each array.

It is always written in one way: nothing compressed, no dates, one array after the other. So all of
it is known beforehand, but for the checksums.
Source: PKWARE, .ZIP File Format Specification (APPNOTE.TXT), sections 4.3.7, 4.3.12 to 4.3.16 and
4.5.3; what they leave open is as Python's zipfile writes it.
"""

import io
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

# A dtype, and a shape; None is a row of any length.
Form: TypeAlias = tuple[str, tuple[int, ...] | None]

LOCAL, CENTRAL, END, LARGE_END, LARGE_PLACE = (
    b"PK" + kind for kind in (b"\3\4", b"\1\2", b"\5\6", b"\6\6", b"\6\7")
)
LARGE = 2**31 - 1  # a larger number gets a field of 8 bytes; that of 4 then holds FULL
FULL = 2**32 - 1
VERSION, VERSION_OF_LARGE = 20, 45
DATE = 0x21  # 1 January 1980, the first that a ZIP can name
UNIX, WINDOWS = 3, 0  # where it was made: on Windows, a run of an earlier version says so
PERMISSIONS = 0o600 << 16


class Member(NamedTuple):
    """An array in the archive: where its file begins, and the CRC-32 of that."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    place: int
    crc: int = 0

    @property
    def before(self) -> bytes:
        """All that stands before the numbers."""
        size, extra = self.file_size, b""
        if self.version == VERSION_OF_LARGE:
            size, extra = FULL, struct.pack("<HHQQ", 1, 16, size, size)
        fields = (self.version, 0, 0, 0, DATE, self.crc, size, size)
        lengths = (len(self.file_name), len(extra))
        header = struct.pack("<4s5H3I2H", LOCAL, *fields, *lengths)
        return header + self.file_name + extra + self.npy_header

    def entry(self, system: int) -> bytes:
        """Return its entry in the directory."""
        size, place, large = self.file_size, self.place, []
        if size > LARGE:
            size, large = FULL, [size, size]
        if place > LARGE:
            place, large = FULL, [*large, place]
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        version = VERSION_OF_LARGE if large else self.version
        fields = (system << 8 | version, version, 0, 0, 0, DATE, self.crc, size, size)
        lengths = (len(self.file_name), len(extra), 0, 0, 0)
        header = struct.pack("<4s6H3I5H2I", CENTRAL, *fields, *lengths, PERMISSIONS, place)
        return header + self.file_name + extra

    @property
    def file_name(self) -> bytes:
        """The name of its file."""
        return f"{self.name}.npy".encode()

    @property
    def npy_header(self) -> bytes:
        """What stands in the file before the numbers."""
        return npy_header(self.dtype, self.shape)

    @property
    def size(self) -> int:
        """The bytes of its numbers."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize

    @property
    def file_size(self) -> int:
        """The bytes of its file."""
        return len(self.npy_header) + self.size

    @property
    def version(self) -> int:
        """The version of the format that it needs; zipfile asks for the later one in good time."""
        return VERSION_OF_LARGE if self.file_size * 1.05 > LARGE else VERSION

    @property
    def start(self) -> int:
        """Where its numbers begin."""
        return self.place + len(self.before)

    @property
    def end(self) -> int:
        """Where they end, and the next file begins."""
        return self.start + self.size

    def with_crc_of(self, numbers: memoryview) -> "Member":
        """Return it with the right checksum for these numbers."""
        return self._replace(crc=zlib.crc32(numbers, zlib.crc32(self.npy_header)))


def in_a_row(forms: Mapping[str, Form]) -> list[Member]:
    """Return the members of the archive of such arrays, without their checksums."""
    members: list[Member] = []
    for name, (dtype, shape) in forms.items():
        assert shape is not None
        members.append(Member(name, dtype, shape, members[-1].end if members else 0))
    return members


def directory(members: Sequence[Member], system: int = UNIX) -> bytes:
    """Return what stands behind the last numbers."""
    entries = b"".join(member.entry(system) for member in members)
    count, size, place, large = len(members), len(entries), members[-1].end, b""
    if place > LARGE:
        numbers = (44, VERSION_OF_LARGE, VERSION_OF_LARGE, 0, 0, count, count, size, place)
        large = struct.pack("<4sQHHIIQQQQ", LARGE_END, *numbers)
        large += struct.pack("<4sIQI", LARGE_PLACE, 0, place + size, 1)
    end = struct.pack("<4s4H2IH", END, 0, 0, count, count, size, min(place, FULL), 0)
    return entries + large + end


@lru_cache
def npy_header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """Return what stands before the numbers of an .npy file."""
    buffer = io.BytesIO()
    description = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, description)
    return buffer.getvalue()
