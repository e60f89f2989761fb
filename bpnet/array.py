"""What the word `Array` means in every signature, and where the large arrays lie in memory."""

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array: TypeAlias = NDArray[Any]  # its shape is in the docstring

CACHE_LINE = 64


def aligned_zeros(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    """Return zeros that begin where a cache line does.

    NumPy's own large arrays begin, on Linux, 16 bytes past that: each wide store touches two lines,
    and on two threads it waits for both to come from the other core.

    >>> aligned_zeros((2, 3), "float32").ctypes.data % 64
    0
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.zeros(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)
