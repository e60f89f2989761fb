"""What a process does to the files of a folder, one operation at a time, so that it can go wrong.

`storage` and `locks` call the system by the functions of `os`: these are replaced for a while.
"""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

BY_PATH = ("open", "replace", "unlink", "mkdir", "stat", "listdir")
BY_DESCRIPTOR = ("read", "write", "fsync", "close", "fstat", "lseek")
ERRORS = [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EACCES]
CHANGING = ("open", "write", "fsync", "close", "replace", "unlink", "mkdir")


@dataclass(frozen=True)
class Operation:
    """One call of the system, before it is made."""

    name: str
    path: Path
    arguments: tuple[Any, ...]
    real: Callable[..., Any] = field(compare=False)

    @property
    def changes(self) -> bool:
        """Whether it can change what is on the disk."""
        reads = self.name == "open" and not self.arguments[1] & (os.O_WRONLY | os.O_RDWR)
        return self.name in CHANGING and not reads

    def do(self, *arguments: Any) -> Any:
        """Make the call, as it was meant or with other arguments."""
        return self.real(*(arguments or self.arguments))


Meet = Callable[[Operation], Any]  # makes the call, or does something worse, and returns its result


@contextmanager
def watched(folder: Path, meet: Meet) -> Iterator[None]:
    """Let `meet` make every call that concerns what is in the folder, or the folder itself."""
    paths = _opened_before(folder)

    def by_path(
        name: str, real: Callable[..., Any], path: Any, *arguments: Any, **more: Any
    ) -> Any:
        real = partial(real, **more)
        where = Path(path) if isinstance(path, str | os.PathLike) else Path()
        opened = more.get("dir_fd", more.get("src_dir_fd"))
        where = paths.get(opened or -1, Path()) / where
        if not where.absolute().is_relative_to(folder):
            return real(path, *arguments)
        result = meet(Operation(name, where.absolute(), (path, *arguments), real))
        if name == "open":
            paths[result] = where.absolute()
        return result

    def by_descriptor(name: str, real: Callable[..., Any], number: int, *arguments: Any) -> Any:
        if number not in paths:
            return real(number, *arguments)
        path = paths.pop(number) if name == "close" else paths[number]
        return meet(Operation(name, path, (number, *arguments), real))

    with ExitStack() as stack:
        for names, stand_in in ((BY_PATH, by_path), (BY_DESCRIPTOR, by_descriptor)):
            for name in names:
                real = getattr(os, name)
                stack.enter_context(patch.object(os, name, partial(stand_in, name, real)))
        yield


def _opened_before(folder: Path) -> dict[int, Path]:
    """Return what of the folder is open, as the folder of a run while it is trained."""
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # what has listed them is closed again
            found[int(entry.name)] = entry.readlink()
    return {number: path for number, path in found.items() if path.is_relative_to(folder)}


def from_now_on(folder: Path, meet: Meet) -> object:
    """Watch the folder for as long as the result is kept."""
    context = watched(folder, meet)
    context.__enter__()
    return context


class Refusing:
    """A disk that refuses one operation, and complains of an fsync after a failed one."""

    def __init__(self, number: int, code: int) -> None:
        self.left, self.code = number, code
        self.spoilt: set[int] = set()  # descriptors whose fsync has failed

    def meet(self, operation: Operation) -> Any:
        """Make the call, or refuse it."""
        self.left -= 1
        if operation.name == "close":
            self.spoilt.discard(operation.arguments[0])
        if operation.name == "fsync" and operation.arguments[0] in self.spoilt:
            os.write(2, b"a failed fsync is tried again\n")
        if self.left == 0:
            if operation.name == "fsync":
                self.spoilt.add(operation.arguments[0])
            if operation.name == "close":
                operation.do()  # the descriptor is gone all the same
            raise OSError(self.code, os.strerror(self.code), str(operation.path))
        return operation.do()


def refusing(folder: Path, number: int, code: int) -> Callable[[], object]:
    """Return what lets the so-manieth operation in the folder fail, in this process."""
    return lambda: from_now_on(folder, Refusing(number, code).meet)


def dying_at(number: int, folder: Path) -> Callable[[], object]:
    """Return what makes a process die before its so-manieth change of a file, or in its middle.

    A write counts twice: before, and when half of it is done.
    """
    left = [number]

    def is_the_moment() -> bool:
        left[0] -= 1
        return left[0] == 0

    def meet(operation: Operation) -> Any:
        if operation.changes and is_the_moment():
            os.kill(os.getpid(), signal.SIGKILL)
        if operation.name == "write" and is_the_moment():
            descriptor, content = operation.arguments
            operation.do(descriptor, content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return operation.do()

    return lambda: from_now_on(folder, meet)


def strays(folder: Path) -> set[str]:
    """Return the names of all files below the folder that bpnet has no business to leave there."""
    allowed = {
        "config.yaml", "run.json", "checkpoint.npz", "checkpoint.previous.npz", "log.csv",
        "weights.npz", "doubt.npz", ".lock",
    }  # fmt: skip
    return {path.name for path in folder.rglob("*") if path.is_file()} - allowed
