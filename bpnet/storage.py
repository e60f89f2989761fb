"""Bytes on disk: every file that bpnet reads or writes goes through these two functions."""

import errno
import os
import secrets
import stat
from pathlib import Path

from bpnet.errors import StorageError


def read(path: Path, limit: int) -> bytes:
    """Return the whole content of a regular file of at most `limit` bytes.

    Raises: StorageError, naming the path; also for a folder, a device, or a pipe (it could block).
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise StorageError(f"{path}: not a regular file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise StorageError(f"{path}: cannot be read: {_reason(error)}") from error
    if len(content) > limit:
        raise StorageError(f"{path}: larger than the {limit} bytes it may have")
    return content


def write(path: Path, content: bytes) -> None:
    """Put `content` in the place of the file at `path`, whole or not at all, and durably.

    The bytes go to a temporary file in the same folder, reach the disk, and only then take the
    name. A failed fsync is never tried again: what the disk then holds is unknown.
    Raises: StorageError; the old file is then as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        try:
            _write_new(temporary, content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {_reason(error)}") from error


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:  # 0o666: the umask decides
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the folder's new entry durable, where the system knows such a thing."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot sync a folder
            raise
    finally:
        os.close(descriptor)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
