"""Named arrays <-> the bytes of an .npz file, which `numpy.load` reads too.

Reading trusts nothing. It takes the numbers from the places where they must be, and all around them
must be what `pack` writes there: no directory is parsed, no header interpreted, nothing unpacked,
and no size believed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from bpnet.array import Array
from bpnet.runs.npz_layout import LOCAL, WINDOWS, Form, Member, directory, in_a_row
from bpnet.system import storage

SAID_CRC, SAID_SIZE = 14, 22  # where they stand, four bytes each, before the numbers


def form(array: Array) -> Form:
    """Return the dtype and shape of an array."""
    return array.dtype.str, array.shape


def pack(arrays: Mapping[str, Array]) -> bytes:
    """Return the archive; equal arrays give equal bytes."""
    numbers = [_as_bytes(array) for array in arrays.values()]
    bare = in_a_row({name: form(array) for name, array in arrays.items()})
    members = [member.with_crc_of(own) for member, own in zip(bare, numbers, strict=True)]
    pieces: list[bytes | memoryview] = []
    for member, own in zip(members, numbers, strict=True):
        pieces += [member.before, own]
    return b"".join([*pieces, directory(members)])


def read(path: Path, forms: Mapping[str, Form], limit: int) -> bytes:
    """Return the bytes of a file, at most `limit`, that begins as an archive of these arrays.

    Raises: StorageError, or ValueError that says what is wrong.
    """
    name, form = next(iter(forms.items()))
    (first,) = in_a_row({name: form})
    before = storage.head(path, len(first.before))
    _refuse_another(before, first._replace(crc=_number(before, SAID_CRC)))
    return storage.read(path, limit)


def unpack(content: bytes, forms: Mapping[str, Form]) -> dict[str, Array]:
    """Return the arrays, which must be these and no others; they lie in the content, uncopied.

    Raises: ValueError that says what is wrong.
    """
    members = _found(content, forms)
    rest = content[members[-1].end :]
    if rest not in (directory(members), directory(members, WINDOWS)):
        raise ValueError(f"damaged: its directory is not that of {', '.join(forms)}")
    return dict(_arrays(content, members))


def unpack_first(content: bytes, forms: Mapping[str, Form]) -> dict[str, Array]:
    """Return the arrays that come first, whatever comes after them.

    Raises: ValueError that says what is wrong.
    """
    return dict(_arrays(content, _found(content, forms)))


def size_limit(forms: Mapping[str, Form], free: int = 0) -> int:
    """Return how large the archive is, with `free` bytes in the array of unknown length."""
    known: dict[str, Form] = {
        name: (dtype, (free,) if shape is None else shape) for name, (dtype, shape) in forms.items()
    }
    members = in_a_row(known)
    return members[-1].end + len(directory(members))


def _found(content: bytes, forms: Mapping[str, Form]) -> list[Member]:
    """Return the members of the archive, each as it must be for the numbers that are there."""
    known = _with_lengths(content, forms)
    return [_compared(content, member) for member in in_a_row(known)]


def _with_lengths(content: bytes, forms: Mapping[str, Form]) -> dict[str, Form]:
    """Return the forms with the length of a row that may have any, as the archive has it."""
    known: dict[str, Form] = {}
    for name, (dtype, shape) in forms.items():
        if shape is None:
            (*_, empty) = in_a_row(known | {name: (dtype, (0,))})
            said = _number(content, empty.place + SAID_SIZE) - empty.file_size
            shape = (max(said, 0) // np.dtype(dtype).itemsize,)
        known[name] = dtype, shape
    return known


def _compared(content: bytes, member: Member) -> Member:
    """Return the member with the checksum of its numbers. Raises: ValueError if it is another."""
    numbers = memoryview(content)[member.start : member.end]
    right = member.with_crc_of(numbers)
    _refuse_another(content[member.place : member.start], right)
    if len(numbers) < member.size:
        raise ValueError(f"damaged: ends before the end of {member.name}")
    return right


def _refuse_another(before: bytes, member: Member) -> None:
    """Raise ValueError unless this is what stands before the numbers of the member."""
    if not before.startswith(LOCAL):
        raise ValueError(f"damaged: {member.name} does not begin as bpnet writes it")
    if not before.endswith(member.npy_header):
        expected = f"of type {member.dtype} and shape {member.shape}"
        raise ValueError(f"{member.name} is not {expected}, as bpnet writes it")
    if before != member.before:
        raise ValueError(f"damaged: {member.name} is not what was written")


def _arrays(content: bytes, members: list[Member]) -> Iterator[tuple[str, Array]]:
    for member in members:
        numbers = np.frombuffer(memoryview(content)[member.start : member.end], np.uint8)
        yield member.name, numbers.view(member.dtype).reshape(member.shape)


def _as_bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _number(content: bytes, place: int) -> int:
    return int.from_bytes(content[place : place + 4], "little")
