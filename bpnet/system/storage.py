"""Bytes on disk: every file that bpnet reads, writes or renames goes through this module.

It calls the system by the functions of `os`, one for each thing that can go wrong: there the tests
of faults stand in.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bpnet.errors import StorageError

BINARY = getattr(os, "O_BINARY", 0)  # Windows would change the ends of lines
NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # a pipe would wait for somebody who writes into it
TEMPORARY = re.compile(r"\..+\.([0-9]{1,7})-[0-9a-f]{8}\.tmp")  # and the process that writes it


def read(path: Path, limit: int) -> bytes:
    """Return the whole content of a regular file of at most `limit` bytes.

    Raises: StorageError, naming the path; also for a folder, a device, or a pipe.
    """
    with _opened(path) as (descriptor, size):
        content = _content(descriptor, size, limit)
    if content is None:
        raise StorageError(f"{path}: larger than the {limit} bytes it may have")
    return content


def head(path: Path, length: int) -> bytes:
    """Return the first bytes of a regular file; fewer only where it ends.

    Raises: StorageError, as `read` does.
    """
    with _opened(path) as (descriptor, _):
        return os.read(descriptor, length)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[int, int]]:
    """Yield the descriptor of a regular file, and its size; the system may say 0 of any size."""
    with as_storage_error(path, "cannot be read"):
        descriptor = os.open(path, os.O_RDONLY | NONBLOCK | BINARY)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise StorageError(f"{path}: not a regular file")
            yield descriptor, found.st_size
        finally:
            os.close(descriptor)


def _content(descriptor: int, size: int, limit: int) -> bytes | None:
    """Return all that can be read, or None if it is larger than the limit."""
    pieces, length = [], 0
    while size <= limit and (piece := os.read(descriptor, size + 1)):
        pieces.append(piece)
        length += len(piece)
        size = max(size, length)
    return b"".join(pieces) if size <= limit else None


def exists(path: Path) -> bool:
    """Whether there is something at the path."""
    with as_storage_error(path, "cannot be looked for"):
        try:
            os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
    return True


def make_folder(path: Path) -> None:
    """Make the folder, and those above it, where they are missing."""
    with as_storage_error(path, "cannot be made"):
        path.mkdir(parents=True, exist_ok=True)


def make_new_folder(path: Path) -> bool:
    """Make the folder, and those above it; return False if there is something at the path."""
    make_folder(path.parent)
    with as_storage_error(path, "cannot be made"):
        try:
            path.mkdir()
        except FileExistsError:
            return False
    return True


def names(folder: Path) -> list[str]:
    """Return the names of what is in the folder."""
    with as_storage_error(folder, "cannot be read"):
        return sorted(os.listdir(folder))


def remove(path: Path) -> None:
    """Remove the file, durably, and with it what is new in its folder."""
    with as_storage_error(path, "cannot be removed"):
        os.unlink(path)
        _sync_folder(path.parent)


def move_aside(path: Path) -> Path:
    """Rename the file to one that nothing reads, and return the new path."""
    aside = path.with_name(f"{path.name}.corrupt")
    with (
        as_storage_error(path, "cannot be moved aside"),
        suppress(FileNotFoundError),
    ):  # another was quicker
        os.replace(path, aside)
    return aside


def write(path: Path, content: bytes) -> None:
    """Put `content` in the place of the file at `path`, whole or not at all, and durably.

    The bytes go to a temporary file in the same folder, reach the disk, and only then take the
    name. A failed fsync is never tried again: what the disk then holds is unknown.
    Raises: StorageError; the old file is then as it was, but if all that failed was to make the new
    name durable, the new one is whole in its place.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    with as_storage_error(path, "cannot be written"):
        try:
            _write_new(temporary, content)
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):  # the first error is told; what is left is swept
                os.unlink(temporary)
            raise
        _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove the temporary files that killed processes have left in the folder."""
    for name in names(folder):
        match = TEMPORARY.fullmatch(name)
        if match and not _writes(int(match[1])):
            with as_storage_error(folder / name, "cannot be removed"), suppress(FileNotFoundError):
                os.unlink(folder / name)


def _writes(process: int) -> bool:
    """Whether another process of this number may be writing."""
    if process == os.getpid():
        return False
    if os.name == "nt":
        return True  # its signal 0 is Ctrl-C
    try:
        os.kill(process, 0)  # only asks
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o666)  # and umask
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
def as_storage_error(path: Path, what: str) -> Iterator[None]:
    """Turn the errors of the system, and a path that cannot be one, into a StorageError."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StorageError(f"{path}: {what}: {reason}") from error
