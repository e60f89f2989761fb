"""Bytes on disk: every file that bpnet reads, writes or renames goes through this module."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bpnet.errors import StorageError


def read(path: Path, limit: int) -> bytes:
    """Return the whole content of a regular file of at most `limit` bytes.

    Raises: StorageError, naming the path; also for a folder, a device, or a pipe (it could block).
    """
    with _told(path, "cannot be read"):
        if not stat.S_ISREG(path.stat().st_mode):
            raise StorageError(f"{path}: not a regular file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    if len(content) > limit:
        raise StorageError(f"{path}: larger than the {limit} bytes it may have")
    return content


def exists(path: Path) -> bool:
    """Whether there is something at the path."""
    with _told(path, "cannot be looked for"):
        return path.exists()


def make_folder(path: Path) -> None:
    """Make the folder, and those above it, where they are missing."""
    with _told(path, "cannot be made"):
        path.mkdir(parents=True, exist_ok=True)


def make_new_folder(path: Path) -> bool:
    """Make the folder, and those above it; return False if there is something at the path."""
    with _told(path, "cannot be made"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir()
        except FileExistsError:
            return False
    return True


def is_empty_folder(path: Path) -> bool:
    """Whether the path is a folder with nothing in it."""
    with _told(path, "cannot be read"):
        return path.is_dir() and not any(path.iterdir())


def remove(path: Path) -> None:
    """Remove the file, durably, and with it what is new in its folder."""
    with _told(path, "cannot be removed"):
        path.unlink()
        _sync_folder(path.parent)


def move_aside(path: Path) -> Path:
    """Rename the file to one that nothing reads, and return the new path."""
    aside = path.with_name(f"{path.name}.corrupt")
    with _told(path, "cannot be moved aside"):
        path.replace(aside)
    return aside


def write(path: Path, content: bytes) -> None:
    """Put `content` in the place of the file at `path`, whole or not at all, and durably.

    The bytes go to a temporary file in the same folder, reach the disk, and only then take the
    name. A failed fsync is never tried again: what the disk then holds is unknown.
    Raises: StorageError; the old file is then as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    with _told(path, "cannot be written"):
        try:
            _write_new(temporary, content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove the temporary files that a killed process has left in the folder."""
    with _told(folder, "cannot be swept"):
        for temporary in folder.glob(".*.tmp"):
            temporary.unlink(missing_ok=True)


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_BINARY", 0)  # Windows would change the ends of lines
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


@contextmanager
def _told(path: Path, what: str) -> Iterator[None]:
    """Turn the errors of the system, and a path that cannot be one, into a StorageError."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StorageError(f"{path}: {what}: {reason}") from error
