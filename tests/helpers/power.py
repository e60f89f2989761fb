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

Contents: TypeAlias = Mapping[str, bytes]  # of files, by their paths


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


Names: TypeAlias = "dict[str, File | Folder]"


@dataclass
class Folder:
    """What is in a folder, by its names: as the program sees it, and as it is for certain."""

    seen: Names = field(default_factory=dict)
    certain: Names = field(default_factory=dict)
    since: list[Names] = field(default_factory=list)  # as it was seen after each change of a name

    def change(self, names: Names) -> None:
        """Let these be the names from now on."""
        self.seen = names
        self.since.append(names)

    def without(self, name: str) -> Names:
        """Return the names but for one."""
        return {other: entry for other, entry in self.seen.items() if other != name}

    def sync(self) -> None:
        """Make the names certain."""
        self.certain, self.since = self.seen, []

    def states(self, above: str = "") -> Iterator[Contents]:
        """Yield every content that files may have when the power fails now, by their paths."""
        for names in (self.certain, *self.since):
            fates = [_fates(entry, above + name) for name, entry in names.items()]
            for contents in product(*fates):
                yield {path: content for part in contents for path, content in part.items()}


def _fates(entry: File | Folder, path: str) -> list[Contents]:
    if isinstance(entry, Folder):
        return list(entry.states(f"{path}/"))
    return [{path: content} for content in sorted(entry.fates())]


@dataclass
class Disk:
    """A folder with all that is below it, while a program works in there."""

    root: Path
    tree: Folder
    opened: dict[int, File] = field(default_factory=dict)

    @classmethod
    def holding(cls, root: Path) -> "Disk":
        """Return a disk on which the files of the folder are safe."""
        files = {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()}
        names: Names = {name: File(content, content) for name, content in files.items()}
        return cls(root, Folder(dict(names), dict(names)))

    def folder(self, path: Path) -> Folder:
        """Return the folder at the path."""
        found: File | Folder = self.tree
        for name in path.relative_to(self.root).parts:
            assert isinstance(found, Folder)
            found = found.seen[name]
        assert isinstance(found, Folder)
        return found

    def take(self, operation: Operation, result: Any) -> None:
        """Follow an operation that has been done."""
        name, arguments, path = operation.name, operation.arguments, operation.path
        if name == "open" and operation.changes:
            self._open(path, arguments[1], result)
        elif name == "write":
            self.opened[arguments[0]].written += bytes(arguments[1])
        elif name == "fsync" and arguments[0] in self.opened:
            self.opened[arguments[0]].synced = self.opened[arguments[0]].written
        elif name == "fsync":
            self.folder(path).sync()
        elif name == "close":
            self.opened.pop(arguments[0], None)
        elif name == "mkdir":
            parent = self.folder(path.parent)
            parent.change({**parent.seen, path.name: Folder()})
        elif name in ("replace", "unlink"):
            parent = self.folder(path.parent)
            new = {Path(arguments[1]).name: parent.seen[path.name]} if name == "replace" else {}
            parent.change({**parent.without(path.name), **new})

    def _open(self, path: Path, flags: int, descriptor: int) -> None:
        parent = self.folder(path.parent)
        if flags & os.O_CREAT and path.name not in parent.seen:
            parent.change({**parent.seen, path.name: File(b"", b"")})
        file = parent.seen[path.name]
        assert isinstance(file, File)
        self.opened[descriptor] = file
        if flags & os.O_TRUNC:
            file.written = b""


def failures(folder: Path, work: Callable[[], object]) -> Iterator[tuple[bool, Contents]]:
    """Do the work in the folder; yield each state that may be left, and whether after its end.

    A file is known by its path in the folder.
    """
    disk = Disk.holding(folder)
    left: list[tuple[bool, Contents]] = [(False, state) for state in disk.tree.states()]

    def meet(operation: Operation) -> object:
        result = operation.do()
        disk.take(operation, result)
        left.extend((False, state) for state in disk.tree.states())
        return result

    with watched(folder, meet):
        work()
    yield from left
    yield from ((True, state) for state in disk.tree.states())
