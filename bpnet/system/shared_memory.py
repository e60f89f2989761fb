"""Memory that several processes share: it has no name, and goes with the last of them."""

import mmap
import os
import tempfile

from bpnet.errors import BpnetError

PIECE = bytes(2**20)


def allocate(size: int) -> int:
    """Return a descriptor of so many zero bytes, to be mapped by each process (`mapped`).

    All are written at once: where memory is short, a byte that is first written later would end the
    process by SIGBUS.
    Raises: BpnetError if there is not so much.
    """
    try:
        return _written(_nameless(), size)
    except OSError as error:
        raise BpnetError(
            f"no {size / 1e6:.0f} MB of memory for train.workers to share: {error.strerror}; "
            "with train.workers 1 none is shared"
        ) from error


def _written(descriptor: int, size: int) -> int:
    """Write so many zeros, and return the descriptor; close it if they are too many."""
    written = 0
    try:
        while written < size:  # what has room for half a piece writes it, and fails at the next
            written += os.pwrite(descriptor, PIECE[: size - written], written)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _nameless() -> int:
    if hasattr(os, "memfd_create"):  # Linux: no file system is asked, so none can be full
        return os.memfd_create("bpnet")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def mapped(descriptor: int) -> mmap.mmap:
    """Return the memory; it stays mapped when the descriptor is closed."""
    return mmap.mmap(descriptor, 0)
