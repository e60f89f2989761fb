"""A published file, known by its content wherever it lies, under whatever name, packed or not.

It is looked for in the dataset's own folder, then in the data folder itself, then where torchvision
puts it. Only where the unpacked SHA-256 is known can it be known again when somebody has unpacked
it, or packed it anew.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from bpnet.datasets import catalogue, idx, packing
from bpnet.datasets.catalogue import LARGEST, File, Source
from bpnet.errors import StorageError
from bpnet.system import storage
from bpnet.system.progress import Tell

OTHER = "not the published file"
UNKNOWN = (
    "unpacked or packed anew: only the SHA-256 of the published .gz is known; get that, or take "
    "this as it is with data.dataset: files"
)


class Found(NamedTuple):
    """What lies at a path where the file may lie: its published content, or what it is instead."""

    path: Path
    content: bytes | None  # packed or not
    otherwise: str = ""


def places(source: Source, folder: Path) -> tuple[Path, ...]:
    """Return the folders in which files of the dataset may lie; the dataset's own comes first."""
    data = folder.parent
    return (folder, data, *([data / source.torchvision] if source.torchvision else []))


def find(source: Source, folder: Path, file: File, tell: Tell) -> bytes | None:
    """Return the unpacked content of the file if one of the places has it, whole and right.

    What else has its name is told of in the dataset's own folder; elsewhere it may be another's.
    """
    for found in chain(_look(file, folder), _look_elsewhere(source, folder, file)):
        if found.content is not None:
            return packing.unpacked(found.content)
        if found.path.parent == folder:
            tell(f"{found.path}: {found.otherwise}; passed over")
    return None


def original(source: Source, folder: Path, file: File) -> bytes | None:
    """Return the file as it was published, packed or not, as one of the places has it."""
    found = chain(_look(file, folder), _look_elsewhere(source, folder, file))
    return next((entry.content for entry in found if entry.content is not None), None)


def state(source: Source, folder: Path, file: File) -> str:
    """Return what is found of the file: right, wrong or missing, with names and reasons."""
    here = {found.path.name: found.otherwise for found in _look(file, folder)}
    right = [name for name, otherwise in here.items() if not otherwise]
    harmless = ("", UNKNOWN) if right else ("",)
    wrong = {name: otherwise for name, otherwise in here.items() if otherwise not in harmless}
    if wrong:
        return f"wrong: {_listed(wrong)}"
    if right:
        return f"right: {', '.join(right)}"
    others = {found.path: found.otherwise for found in _look_elsewhere(source, folder, file)}
    if "" in others.values():
        return f"right: {next(path for path, otherwise in others.items() if not otherwise)}"
    return f"missing; {_listed(others)}" if others else "missing"


def home(source: Source, folder: Path) -> Path:
    """Return the dataset's own folder; if there is none yet, the place that has all its files."""
    if not storage.exists(folder):
        for place in places(source, folder)[1:]:
            with suppress(StorageError):
                if all(_is_in(place, file) for file in source.files):
                    return place
    return folder


def _is_in(place: Path, file: File) -> bool:
    return any(found.content is not None for found in _look(file, place))


def whereabouts(source: Source, folder: Path, file: File) -> str:
    """Return where a file that is missing was looked for, and what lies there instead."""
    looked = f"looked in {', '.join(map(str, places(source, folder)))}"
    found = [*_look(file, folder), *_look_elsewhere(source, folder, file)]
    there = _listed({entry.path: entry.otherwise for entry in found})
    return f"{looked}: {there or f'no {file.name} there, packed or unpacked'}"


def _listed(found: Mapping[Any, str]) -> str:
    return ", ".join(f"{place} ({otherwise})" for place, otherwise in found.items())


def _look_elsewhere(source: Source, folder: Path, file: File) -> Iterator[Found]:
    """Yield what lies in the other places; they need not be there, nor let anybody in."""
    for place in places(source, folder)[1:]:
        with suppress(StorageError):
            yield from _look(file, place)


def _look(file: File, place: Path) -> Iterator[Found]:
    """Yield what lies in the folder under a name of the file, the quickest to read first."""
    names = packing.names(file.name)
    for name in names if file.unpacked else reversed(names):
        if storage.exists(place / name):
            yield _judged(place / name, file)


def _judged(path: Path, file: File) -> Found:
    try:
        content = storage.read(path, packing.most_bytes(LARGEST))
    except StorageError as error:
        return Found(path, None, f"{OTHER}: {str(error).removeprefix(f'{path}: ')}")
    if not any(form.matches(content) for form in file.forms()):
        unpacked = _unpacked_anew(content, file)
        return Found(path, unpacked, "" if unpacked else _otherwise(content, file))
    return Found(path, content)


def _unpacked_anew(content: bytes, file: File) -> bytes | None:
    """Return what a .gz file of another packer holds, if it is the published content."""
    if file.unpacked is None or not packing.is_packed(content):
        return None
    try:
        content = packing.unpacked_within(content, file.unpacked.size)
    except ValueError:
        return None
    return content if file.unpacked.matches(content) else None


def _otherwise(content: bytes, file: File) -> str:
    """Return what the bytes are that are not this file."""
    whose = catalogue.known(content)
    if whose:
        return f"{OTHER}, but {whose}"
    start = packing.beginning(content, 4) if packing.is_packed(content) else content
    if file.unpacked is None and idx.is_idx(start):
        return UNKNOWN
    return OTHER
