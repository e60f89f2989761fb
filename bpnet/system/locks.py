"""Locks between processes: a file that one of them holds, and in it who that is.

The system takes a lock back when its holder ends, however it ends. The file stays: to remove it
would part those who wait for it from those who come later. On some network file systems locks do
nothing, and not all of these say so; no file is whole because of a lock, it only saves work and
mistakes.
"""

import errno
import os
import platform
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bpnet.system.held import NONBLOCK, as_storage_error, open_file

NAME = ".lock"
LENGTH = 100  # of the holder's name: always the same, so that no part of an older one is left
PAUSE = 0.05  # seconds between two tries
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)  # a link may lead anywhere
LOOKING = 0 if sys.platform == "linux" else 0.5  # seconds that one who only looks may hold it
FLOCK = "hhqqi0q"  # Linux's struct flock: type, whence, start, length, process


@contextmanager
def hold(
    path: Path, patience: float = 0, waiting: Callable[[str], object] = lambda holder: None
) -> Iterator[str | None]:
    """Hold the lock and yield None, or, if it cannot be had in time, yield who holds it.

    `patience` is in seconds; `waiting` is told whom it is waited for.
    Raises: StorageError if there can be no such file.
    """
    with as_storage_error(path, "cannot be written"):
        descriptor = open_file(path, os.O_RDWR | os.O_CREAT | NOFOLLOW)
    try:
        with as_storage_error(path, "cannot be locked"):
            holder = _wait(descriptor, max(patience, LOOKING), waiting)
            if holder is None:
                os.lseek(descriptor, 0, os.SEEK_SET)
                os.write(descriptor, _own_name())
        yield holder
    finally:
        with suppress(OSError):  # the lock goes in any case, and what is in the file is no loss
            os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock; nothing is written, and on Linux nobody is kept waiting.

    Raises: StorageError if that cannot be told.
    """
    with as_storage_error(path, "cannot be read"):
        try:
            descriptor = open_file(path, os.O_RDONLY | NONBLOCK | NOFOLLOW)
        except FileNotFoundError:
            return False
        try:
            return _is_locked(descriptor)
        finally:
            os.close(descriptor)


def _wait(descriptor: int, patience: float, waiting: Callable[[str], object]) -> str | None:
    """Return None when the lock is had, or who holds it when the time is up."""
    until = time.monotonic() + patience
    told_of = None
    while not _locked(descriptor):
        os.lseek(descriptor, 0, os.SEEK_SET)
        holder = os.read(descriptor, LENGTH).decode(errors="replace").strip() or "another process"
        if time.monotonic() >= until:
            return holder
        if holder != told_of:
            waiting(holder)
            told_of = holder
        time.sleep(PAUSE)
    return None


def _own_name() -> bytes:
    return f"process {os.getpid()} on {platform.node()}".encode()[:LENGTH].ljust(LENGTH)


def _locked(descriptor: int) -> bool:
    """Try to lock; a file system without locks lets everybody through."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 2 * LENGTH, os.SEEK_SET)  # what is locked there cannot be read
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if sys.platform == "linux":  # and a lock that can be asked about: `is_held`
                fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _whole_file(fcntl.F_WRLCK))
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
    return True


def _is_locked(descriptor: int) -> bool:
    """Whether another has locked it; only Linux can be asked, others are tried."""
    if sys.platform != "linux":
        return not _locked(descriptor)
    import fcntl

    try:
        found = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _whole_file(fcntl.F_RDLCK))
    except OSError:  # a file system without locks
        return False
    return bool(struct.unpack(FLOCK, found)[0] != fcntl.F_UNLCK)


def _whole_file(kind: int) -> bytes:
    return struct.pack(FLOCK, kind, os.SEEK_SET, 0, 0, 0)
