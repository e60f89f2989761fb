"""Bytes on disk: every file that bpnet reads, writes or renames goes through this module.

The system is called by the functions of `os`, one for each thing that can go wrong: there the tests
of faults stand in.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path

from bpnet.errors import StorageError
from bpnet.system import held
from bpnet.system.held import NONBLOCK, as_storage_error

# And the process that writes it; before version 0.3 the file's own name stood in front.
TEMPORARY = re.compile(r"\.(?:.+\.)?([0-9]{1,7})-[0-9a-f]{8}\.tmp")


def read(path: Path, limit: int) -> bytes:
    """Return the whole content of a regular file of at most `limit` bytes.

    Raises: StorageError, naming the path; also for a folder, a device, or a pipe.
    """
    with opened(path) as (descriptor, size):
        content = _content(descriptor, size, limit)
    if content is None:
        raise StorageError(f"{path}: larger than the {limit} bytes it may have")
    return content


def head(path: Path, length: int) -> bytes:
    """Return the first bytes of a regular file; fewer only where it ends.

    Raises: StorageError, as `read` does.
    """
    with opened(path) as (descriptor, _):
        return os.read(descriptor, length)


@contextmanager
def opened(path: Path) -> Iterator[tuple[int, int]]:
    """Yield the descriptor of a regular file, and its size; the system may say 0 of any size."""
    with as_storage_error(path, "cannot be read"):
        descriptor = held.open_file(path, os.O_RDONLY | NONBLOCK)
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
    """Whether there is something at the path; a link in a circle is something too."""
    return _leads_to_something(path, follow_links=True)


def is_taken(path: Path) -> bool:
    """Whether there is anything at the path, even a link that leads nowhere just now."""
    return _leads_to_something(path, follow_links=False)


def _leads_to_something(path: Path, follow_links: bool) -> bool:
    with as_storage_error(path, "cannot be looked for"):
        try:
            held.stat(path, follow_links)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
    return True


def is_lasting(error: StorageError) -> bool:
    """Whether it stays so: what lies there is too large, or no file, or a link to itself.

    Anything else the system may grant another time, or to another user.
    """
    cause = error.__cause__
    return not isinstance(cause, OSError) or cause.errno in (errno.ELOOP, errno.ENXIO)  # a socket


def make_folder(path: Path) -> None:
    """Make the folder, and those above it, where they are missing, durably."""
    missing = [path]
    while not exists(missing[-1].parent):
        missing.append(missing[-1].parent)
    for folder in reversed(missing):
        _make_folder(folder)
    with as_storage_error(path, "cannot be made"):
        if not stat.S_ISDIR(held.stat(path).st_mode):
            raise StorageError(f"{path}: cannot be made: a file is in its place")


def make_new_folder(path: Path) -> bool:
    """Make the folder, and those above it; return False if there is something at the path."""
    make_folder(path.parent)
    return _make_folder(path)


def _make_folder(path: Path) -> bool:
    held.refuse_another(path.parent)
    with as_storage_error(path, "cannot be made"):
        try:
            os.mkdir(path)
        except FileExistsError:
            return False
        held.sync_folder(path.parent)
    return True


def names(folder: Path) -> list[str]:
    """Return the names of what is in the folder."""
    with as_storage_error(folder, "cannot be read"):
        return sorted(os.listdir(folder))


def remove(path: Path) -> None:
    """Remove the file, durably, and with it what is new in its folder."""
    held.refuse_another(path.parent)
    with as_storage_error(path, "cannot be removed"):
        held.unlink(path)
        held.sync_folder(path.parent)


def move_aside(path: Path) -> Path:
    """Rename the file to one that nothing reads, over none that is there; return the new path."""
    numbered = (f"{path.name}.corrupt-{number}" for number in count(2))
    free = map(path.with_name, chain([f"{path.name}.corrupt"], numbered))
    aside = next(new for new in free if not is_taken(new))
    held.refuse_another(path.parent)
    with as_storage_error(path, "cannot be moved aside"), suppress(FileNotFoundError):
        held.rename(path, aside)  # unless another was quicker
    return aside


def write(path: Path, content: bytes) -> None:
    """Put `content` in the place of the file at `path`, whole or not at all, and durably.

    The bytes go to a temporary file in the same folder, reach the disk, and only then take the
    name. A failed fsync is never tried again: what the disk then holds is unknown.
    Raises: StorageError; the old file is then as it was, but if all that failed was to make the new
    name durable, the new one is whole in its place.
    """
    held.refuse_another(path.parent)
    temporary = path.with_name(f".{os.getpid()}-{os.urandom(4).hex()}.tmp")
    with as_storage_error(path, "cannot be written"):
        try:
            _write_new(temporary, content)
            _put(temporary, path)
        except BaseException:
            with suppress(OSError):  # the first error is told; what is left is swept
                held.unlink(temporary)
            raise
        held.sync_folder(path.parent)


def _put(temporary: Path, path: Path) -> None:
    """Let the file take the path; a folder there, which it cannot replace, is moved aside."""
    try:
        held.rename(temporary, path)
    except IsADirectoryError:
        move_aside(path)
        held.rename(temporary, path)


def sweep(folder: Path) -> None:
    """Remove the temporary files that killed processes have left in the folder."""
    for name in names(folder):
        match = TEMPORARY.fullmatch(name)
        if match and not _writes(int(match[1])):
            with as_storage_error(folder / name, "cannot be removed"), suppress(FileNotFoundError):
                held.unlink(folder / name)


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
    descriptor = held.open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
