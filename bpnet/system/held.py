"""Files by their paths, for the system; while a folder is held, they are those of that very folder.

The path of a folder can be given to another while a run is trained in the first: it is removed and
made anew, or renamed. What is held is the folder itself.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from bpnet.errors import StorageError

BINARY = getattr(os, "O_BINARY", 0)  # Windows would change the ends of lines
NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # a pipe would wait for somebody who writes into it


class Held(NamedTuple):
    """A folder that is held: what must still be at a path, and that same thing, open."""

    witness: Path
    descriptor: int


_held: dict[Path, Held] = {}


def _folders_can_be_opened() -> bool:
    return os.open in os.supports_dir_fd


@contextmanager
def held(folder: Path, name: str) -> Iterator[None]:
    """Read and write in the folder that is now at the path, and in no other, until the end.

    Once another folder, or none, is at the path, nothing more is written: StorageError. Where the
    system cannot open a folder, the file of this name in it, which must stay, stands for it.
    """
    if folder in _held:  # by this process: the lock in it will tell
        yield
        return
    witness, flags = folder, os.O_RDONLY
    if not _folders_can_be_opened():
        witness, flags = folder / name, os.O_RDWR | os.O_CREAT
    with as_storage_error(folder, "cannot be opened"):
        descriptor = os.open(witness, flags | BINARY)
    _held[folder] = Held(witness.absolute(), descriptor)
    try:
        yield
    finally:
        del _held[folder]
        with suppress(OSError):  # nothing was written through it
            os.close(descriptor)


def refuse_another(folder: Path) -> None:
    """Raise StorageError if the folder is held, and is no longer what is at its path."""
    if folder not in _held:
        return
    witness, descriptor = _held[folder]
    with as_storage_error(folder, "cannot be looked for"):
        try:
            same = os.path.samestat(witness.stat(), os.fstat(descriptor))
        except (FileNotFoundError, NotADirectoryError):
            same = False
    if not same:
        raise StorageError(f"{folder}: was removed or replaced meanwhile; nothing is written there")


def _within(path: Path) -> tuple[Path, int | None]:
    """Return how the system finds the path: in a held folder by the name alone."""
    if path.parent not in _held or not _folders_can_be_opened():
        return path, None
    return Path(path.name), _held[path.parent].descriptor


def open_file(path: Path, flags: int) -> int:
    """Return a descriptor of the file; a new one gets the rights that the umask leaves."""
    name, folder = _within(path)
    return os.open(name, flags | BINARY, 0o666, dir_fd=folder)


def stat(path: Path, follow_links: bool = True) -> os.stat_result:
    """Return what the system knows of the file, or of the link at the path."""
    name, folder = _within(path)
    return os.stat(name, dir_fd=folder, follow_symlinks=follow_links)


def rename(path: Path, new: Path) -> None:
    """Give the file the other path, in the same folder."""
    name, folder = _within(path)
    os.replace(name, _within(new)[0], src_dir_fd=folder, dst_dir_fd=folder)


def unlink(path: Path) -> None:
    """Remove the file."""
    name, folder = _within(path)
    os.unlink(name, dir_fd=folder)


def sync_folder(folder: Path) -> None:
    """Make the folder's new entry durable, where the system knows such a thing."""
    if os.name == "nt":
        return
    descriptor = _open_folder(folder)  # anew each time: no failed fsync is tried again
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems cannot sync a folder
            raise
    finally:
        os.close(descriptor)


def _open_folder(folder: Path) -> int:
    if folder in _held and _folders_can_be_opened():
        return os.open(".", os.O_RDONLY, dir_fd=_held[folder].descriptor)
    return os.open(folder, os.O_RDONLY)


@contextmanager
def as_storage_error(path: Path, what: str) -> Iterator[None]:
    """Turn the errors of the system, and a path that cannot be one, into a StorageError."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StorageError(f"{path}: {what}: {reason}") from error
