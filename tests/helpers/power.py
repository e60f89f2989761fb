"""What a disk can hold after the power has failed, by a model of it.

What is written into a file is on the disk for certain after the file's fsync; before that it is
there in part, or as garbage. What is done to the names in a folder is there after the folder's
fsync; before that, as far as some point in the order in which it was done.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

from tests.helpers.disk import Operation, watched

Contents: TypeAlias = Mapping[str, bytes]  # of a folder's files, by their names


@dataclass
class File:
    """A file by its content, whatever its name is."""

    written: bytes
    synced: bytes

    def fates(self) -> set[bytes]:
        """Return what it may hold when the power fails."""
        new, old = self.written, self.synced
        if new == old:
            return {new}
        half, sector = len(new) // 2, min(512, len(new))
        return {
            old, new, new[:half], new[:sector], new[:-1], bytes(len(new)),
            new[:half] + bytes(len(new) - half), new[:half] + b"\xa5" * (len(new) - half),
        }  # fmt: skip


Names: TypeAlias = dict[str, File]


@dataclass
class Disk:
    """A folder, as the program sees it and as it is for certain."""

    seen: Names
    certain: Names
    since: list[Names] = field(default_factory=list)  # as it was seen after each change of a name
    opened: dict[int, File] = field(default_factory=dict)

    @classmethod
    def holding(cls, contents: Contents) -> "Disk":
        """Return a disk on which these files are safe."""
        files = {name: File(content, content) for name, content in contents.items()}
        return cls(dict(files), dict(files))

    def take(self, operation: Operation, result: Any) -> None:
        """Follow an operation that has been done."""
        name, arguments = operation.name, operation.arguments
        if name == "open" and operation.changes:
            if arguments[1] & os.O_CREAT and operation.path.name not in self.seen:
                self._rename({**self.seen, operation.path.name: File(b"", b"")})
            self.opened[result] = self.seen[operation.path.name]
            if arguments[1] & os.O_TRUNC:
                self.opened[result].written = b""
        elif name == "write":
            self.opened[arguments[0]].written += bytes(arguments[1])
        elif name == "fsync" and arguments[0] in self.opened:
            self.opened[arguments[0]].synced = self.opened[arguments[0]].written
        elif name == "fsync":
            self.certain, self.since = self.seen, []
        elif name == "close":
            self.opened.pop(arguments[0], None)
        elif name == "replace":
            rest = {n: file for n, file in self.seen.items() if n != operation.path.name}
            self._rename({**rest, Path(arguments[1]).name: self.seen[operation.path.name]})
        elif name == "unlink":
            self._rename({n: file for n, file in self.seen.items() if n != operation.path.name})

    def _rename(self, names: Names) -> None:
        self.seen = names
        self.since.append(names)

    def states(self) -> Iterator[Contents]:
        """Yield everything that may be there when the power fails now."""
        for names in (self.certain, *self.since):
            fates = [sorted(file.fates()) for file in names.values()]
            for contents in product(*fates):
                yield dict(zip(names, contents, strict=True))


def failures(folder: Path, work: Callable[[], object]) -> Iterator[tuple[bool, Contents]]:
    """Do the work in the folder; yield each state that may be left, and whether after its end."""
    disk = Disk.holding({path.name: path.read_bytes() for path in folder.iterdir()})
    left: list[tuple[bool, Contents]] = [(False, state) for state in disk.states()]

    def meet(operation: Operation) -> object:
        result = operation.do()
        disk.take(operation, result)
        left.extend((False, state) for state in disk.states())
        return result

    with watched(folder, meet):
        work()
    yield from left
    yield from ((True, state) for state in disk.states())
