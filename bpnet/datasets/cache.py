"""A dataset's folder: files found there, or downloaded and kept; one process at a time fills it.

A folder that holds the right files, packed or unpacked, is only read. What is missing is downloaded
into it, and unpacked beside it, so that the next start is quicker.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import takewhile
from pathlib import Path

from bpnet.datasets.catalogue import File, Published, Source
from bpnet.errors import DataError, StorageError
from bpnet.system import locks, storage
from bpnet.system.progress import ByteProgress, Tell, silent

GZIP = zlib.MAX_WBITS | 16  # zlib's word for it
PATIENCE = 180  # seconds; the largest dataset takes 320 at the lowest rate, but seldom that


def load(
    source: Source, folder: Path, mirror: str | None, progress: ByteProgress, tell: Tell
) -> dict[str, bytes]:
    """Return the content of each unpacked file by its name, downloading what is missing.

    `mirror`, if given, is asked before those of the source.
    Raises: DataError if a file cannot be had, StorageError if it cannot be kept.
    """
    mirrors = ([mirror.rstrip("/") + "/"] if mirror else []) + list(source.mirrors)
    contents = find(source, folder, tell)
    missing = [file for file in source.files if file.name not in contents]
    if missing:
        with filling(folder, tell):
            for file in missing:  # another process may have fetched it meanwhile
                contents[file.name] = _find(file, folder, silent) or _fetch(
                    file, folder, mirrors, progress, tell
                )
    return contents


def find(source: Source, folder: Path, tell: Tell) -> dict[str, bytes]:
    """Return, by their names, the contents of the unpacked files that the folder has, and right."""
    found = {file.name: _find(file, folder, tell) for file in source.files}
    return {name: content for name, content in found.items() if content is not None}


def verify(source: Source, folder: Path) -> Mapping[str, str]:
    """Return what is found of each file: "missing", or "right: NAMES" or "wrong: NAMES"."""
    return {file.name: _state(file, folder) for file in source.files}


def _find(file: File, folder: Path, tell: Tell) -> bytes | None:
    """Return the content of the file if the folder has it in either form, whole and right."""
    for form in file.forms():
        path = folder / form.name
        if not storage.exists(path):
            continue
        content = _read(path, form)
        if content is not None:
            return _unpacked(content) if form is file.packed else content
        tell(f"{path}: not the published file; passed over")
    return None


def _unpacked(content: bytes) -> bytes:
    """Return what a .gz file holds; its last four bytes say how much: room is made for it once."""
    return zlib.decompress(content, GZIP, int.from_bytes(content[-4:], "little"))


def _read(path: Path, form: Published) -> bytes | None:
    """Return the bytes of the file if they are the published ones."""
    try:
        content = storage.read(path, limit=form.size)
    except StorageError:
        return None
    return content if form.matches(content) else None


def _fetch(
    file: File, folder: Path, mirrors: Sequence[str], progress: ByteProgress, tell: Tell
) -> bytes:
    """Download a file into the folder, in both forms, and return its unpacked content."""
    from bpnet.datasets import download  # with requests: 60 ms that most starts do without

    try:
        packed = download.fetch(mirrors, file.packed, progress)
    except DataError as error:
        raise DataError(
            *error.lines,
            f"put the four .gz files into {folder} yourself; or, if another folder has a "
            f"{folder.name}/ with them, use --data-dir with that folder; or train without a "
            "download: bpnet train --config drawn",
        ) from error
    content = _unpacked(packed)
    for form, kept in ((file.packed, packed), (file.unpacked, content)):
        if form:
            _keep(folder / form.name, form, kept, tell)
    return content


def _keep(path: Path, form: Published, content: bytes, tell: Tell) -> None:
    """Write the file, unless it is there; a wrong one in its place is kept, under another name."""
    storage.make_folder(path.parent)
    if storage.exists(path):
        if _read(path, form) is not None:
            return
        aside = storage.move_aside(path)
        tell(f"{path}: replaced; what was there is now {aside.name}")
    storage.write(path, content)


def _state(file: File, folder: Path) -> str:
    states = {}
    for form in file.forms():
        path = folder / form.name
        if storage.exists(path):
            states[form.name] = _read(path, form) is not None
    if not states:
        return "missing"
    wrong = [name for name, right in states.items() if not right]
    return f"wrong: {', '.join(wrong)}" if wrong else f"right: {', '.join(states)}"


@contextmanager
def filling(folder: Path, tell: Tell) -> Iterator[None]:
    """Make the folder, and be alone in filling it if that can be had in good time.

    It is no more than a courtesy to the mirrors. A folder that cannot be written is told of when a
    file is to be kept there, since some can do without. If nothing is kept there, then nothing new
    is left.
    """
    with ExitStack() as stack:
        with suppress(StorageError):
            if _alone(folder, tell, stack):
                storage.sweep(folder)  # nobody else is writing there
        yield


def _alone(folder: Path, tell: Tell, stack: ExitStack) -> bool:
    """Make the folder, and hold its lock until the stack ends; return whether it could be had.

    Whoever had the lock before may have removed it with the empty folder. Then this one is worth
    nothing, since nobody who comes later would see it.
    """
    lock = folder / locks.NAME
    while True:
        made = list(takewhile(lambda path: not storage.exists(path), (folder, *folder.parents)))
        before = [] if made else storage.names(folder)
        try:
            storage.make_folder(folder)
            holder = stack.enter_context(locks.hold(lock, PATIENCE, partial(_wait, folder, tell)))
        except StorageError:
            stack.callback(_remove, made)
            raise
        if holder:
            return False
        if storage.exists(lock):
            stack.callback(_undo, folder, before, made)
            return True


def _wait(folder: Path, tell: Tell, holder: str) -> None:
    tell(f"{folder}: waiting for {holder}, which is filling it")


def _undo(folder: Path, before: Sequence[str], made: Sequence[Path]) -> None:
    """Remove the lock if nothing else is new in the folder, and the folders that were made."""
    with suppress(StorageError):  # it has been removed meanwhile, or cannot be read
        if set(storage.names(folder)) - {*before} == {locks.NAME}:
            storage.remove(folder / locks.NAME)
            _remove(made)


def _remove(made: Sequence[Path]) -> None:
    for folder in made:
        with suppress(OSError):  # it is not there, or not empty: another process fills it
            folder.rmdir()
