"""A small dataset, published by a server of one's own, in the place of MNIST."""

import gzip
import hashlib
from contextlib import AbstractContextManager
from pathlib import Path
from unittest.mock import patch

from bpnet.datasets import catalogue
from bpnet.datasets.catalogue import NAMES, File, Published, Source
from tests.helpers.server import Request, whole


def pack(content: bytes) -> bytes:
    """Return the content as the .gz file that is published."""
    return gzip.compress(content, 1, mtime=0)


def as_published(contents: dict[str, bytes], *mirrors: str) -> Source:
    """Return a source of these files, of which the mirrors have the packed ones."""

    def form(name: str, content: bytes) -> Published:
        return Published(name, len(content), hashlib.sha256(content).hexdigest())

    pairs = [
        File(form(f"{name}.gz", pack(content)), form(name, content))
        for name, content in contents.items()
    ]
    return Source(mirrors, tuple(pairs))


CONTENTS = {name: name.encode() * 5000 for name in NAMES}
PACKED = {f"{name}.gz": pack(content) for name, content in CONTENTS.items()}
ALL = CONTENTS | PACKED


def good(request: Request) -> None:
    """Answer with the file that is asked for."""
    whole(PACKED[request.path.rpartition("/")[2]])(request)


def published_by(*mirrors: str) -> AbstractContextManager[object]:
    """Return a context in which MNIST is this dataset, from these mirrors, in forks too."""
    return patch.dict(catalogue.SOURCES, mnist=as_published(CONTENTS, *mirrors))


def is_right(folder: Path) -> bool:
    """Whether the folder holds every file in both forms, and nothing else but a lock."""
    found = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}
    return found == ALL


def holds_only_right_files(folder: Path) -> bool:
    """Whether whatever has a file's name is that file."""
    paths = folder.iterdir() if folder.exists() else ()
    return all(ALL[path.name] == path.read_bytes() for path in paths if path.name in ALL)


def is_enough(folder: Path) -> bool:
    """Whether the folder holds every file in one form at least, and nothing wrong."""
    names = {path.name.removesuffix(".gz") for path in folder.iterdir() if path.name in ALL}
    return names == set(NAMES) and holds_only_right_files(folder)
