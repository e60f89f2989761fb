"""Named arrays <-> the bytes of an .npz file, which `numpy.load` reads too.

Reading trusts nothing. It knows which arrays must be there, of which type and shape, so each member
of the archive must be, byte for byte, what `pack` writes, but for the numbers themselves; there is
no header to interpret, no pickle, nothing to unpack, and no size to believe.
"""

import io
import math
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np

from bpnet.array import Array

# A dtype, and a shape; None is a row of any length.
Form: TypeAlias = tuple[str, tuple[int, ...] | None]

# What zipfile raises on damaged archives: some of it is documented.
DAMAGE = (
    zipfile.BadZipFile,
    OSError,
    RuntimeError,  # a password is wanted
    NotImplementedError,
    EOFError,
    OverflowError,  # a place beyond any file
    ValueError,  # a place before the file, a name that is not UTF-8
    UserWarning,  # members that overlap
)


def form(array: Array) -> Form:
    """Return the dtype and shape of an array."""
    return array.dtype.str, array.shape


def pack(arrays: Mapping[str, Array]) -> bytes:
    """Return the archive; equal arrays give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            content = _header(*form(array)) + array.tobytes()
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content)
    return buffer.getvalue()


def unpack(content: bytes, forms: Mapping[str, Form]) -> dict[str, Array]:
    """Return the arrays, which must be these and no others.

    Raises: ValueError that says what is wrong.
    """
    archive = _open(content)
    members = archive.infolist()
    if [member.filename for member in members] != [f"{name}.npy" for name in forms]:
        raise ValueError(f"does not hold just the arrays {', '.join(forms)}")
    return {
        name: _array(name, form, archive, member)
        for (name, form), member in zip(forms.items(), members, strict=True)
    }


def unpack_one(content: bytes, name: str, form: Form) -> Array:
    """Return the one array of this name, whatever else there is.

    Raises: ValueError that says what is wrong.
    """
    archive = _open(content)
    members = [member for member in archive.infolist() if member.filename == f"{name}.npy"]
    if len(members) != 1:
        raise ValueError(f"does not hold one array {name}")
    return _array(name, form, archive, members[0])


def size_limit(forms: Mapping[str, Form], free: int = 0) -> int:
    """Return how large the archive can be, with `free` bytes in arrays of unknown length."""
    known = sum(
        math.prod(shape or ()) * np.dtype(dtype).itemsize for dtype, shape in forms.values()
    )
    return known + free + 1024 * (1 + len(forms))


def _open(content: bytes) -> zipfile.ZipFile:
    with _as_value_error():
        return zipfile.ZipFile(io.BytesIO(content))


@contextmanager
def _as_value_error() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            yield
    except DAMAGE as error:
        reason = str(error) or "it ends too early"
        raise ValueError(f"damaged: {reason[:100]}") from error  # it may quote 64 KiB


def _array(name: str, form: Form, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    dtype, shape = form
    if shape is None:
        length = member.file_size - len(_header(dtype, (0,)))
        shape = (length // np.dtype(dtype).itemsize,)
    header = _header(dtype, shape)
    size = len(header) + math.prod(shape) * np.dtype(dtype).itemsize
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is not of type {dtype} and shape {shape}")
    with _as_value_error():
        content = archive.read(member)  # checks the CRC
    if len(content) != size or not content.startswith(header):
        raise ValueError(f"{name} is not of type {dtype} and shape {shape}")
    return np.frombuffer(content, dtype, offset=len(header)).reshape(shape)


def _header(dtype: str, shape: tuple[int, ...] | None) -> bytes:
    buffer = io.BytesIO()
    description = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, description)
    return buffer.getvalue()
