"""How files are opened: by their paths, or, in a folder that is held, through that open folder.

The path of a folder can be given to another while a run is trained in the first: it is removed and
made anew, or renamed. What is held is the folder itself.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from bpnet.errors import StorageError

BINARY = getattr(os, "O_BINARY", 0)  # Windows would change the ends of lines
NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # a pipe would wait for somebody who writes into it


@dataclass
class Held:
    """A folder that is held: what must still be at a path, that same thing, open, and by how many.

    The count is of the threads of this process, of which the lock in the folder lets one through.
    """

    witness: Path
    descriptor: int
    holders: int = 0


_held: dict[Path, Held] = {}
_changing = Lock()


def _folders_can_be_opened() -> bool:
    return os.open in os.supports_dir_fd


@contextmanager
def held(folder: Path, name: str) -> Iterator[None]:
    """Read and write in the folder that is now at the path, and in no other, until the end.

    Once another folder, or none, is at the path, nothing more is written: StorageError. Where the
    system cannot open a folder, the file of this name in it, which must stay, stands for it.
    """
    with _changing:
        own = _held.get(folder) or _opened(folder, name)
        own.holders += 1
        _held[folder] = own
    try:
        yield
    finally:
        with _changing:
            own.holders -= 1
            if not own.holders:
                del _held[folder]
                with suppress(OSError):  # nothing was written through it
                    os.close(own.descriptor)


def _opened(folder: Path, name: str) -> Held:
    witness, flags = folder, os.O_RDONLY
    if not _folders_can_be_opened():
        witness, flags = folder / name, os.O_RDWR | os.O_CREAT
    with as_storage_error(folder, "cannot be opened"):
        return Held(witness.absolute(), os.open(witness, flags | BINARY))


def refuse_another(folder: Path) -> None:
    """Raise StorageError if the folder is held, and is no longer what is at its path."""
    own = _held.get(folder)
    if own is None:
        return
    with as_storage_error(folder, "cannot be looked for"):
        try:
            same = os.path.samestat(own.witness.stat(), os.fstat(own.descriptor))
        except (FileNotFoundError, NotADirectoryError):
            same = False
    if not same:
        raise StorageError(f"{folder}: was removed or replaced meanwhile; nothing is written there")


def _within(path: Path) -> tuple[Path, int | None]:
    """Return how the system finds the path: in a held folder by the name alone."""
    own = _held.get(path.parent)
    if own is None or not _folders_can_be_opened():
        return path, None
    return Path(path.name), own.descriptor


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
    own = _held.get(folder)
    if own and _folders_can_be_opened():
        return os.open(".", os.O_RDONLY, dir_fd=own.descriptor)
    return os.open(folder, os.O_RDONLY)


@contextmanager
def as_storage_error(path: Path, what: str) -> Iterator[None]:
    """Turn the errors of the system, and a path that cannot be one, into a StorageError."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StorageError(f"{path}: {what}: {reason}") from error
