"""A dataset's folder: files found there, or downloaded and kept; one process at a time fills it.

Files that are found, there or in the other places of `published_files`, are only read. What is
missing is downloaded into the folder, and unpacked beside it, so that the next start is quicker.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import takewhile
from pathlib import Path

from bpnet.datasets import packing, published_files
from bpnet.datasets.catalogue import File, Published, Source
from bpnet.errors import DataError, StorageError
from bpnet.system import locks, storage
from bpnet.system.progress import ByteProgress, Tell, silent

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
                found = published_files.find(source, folder, file, silent)
                contents[file.name] = found or _fetch(source, folder, file, mirrors, progress, tell)
    return contents


def find(source: Source, folder: Path, tell: Tell) -> dict[str, bytes]:
    """Return, by their names, the contents of the unpacked files that are there, and right."""
    found = {file.name: published_files.find(source, folder, file, tell) for file in source.files}
    return {name: content for name, content in found.items() if content is not None}


def verify(source: Source, folder: Path) -> Mapping[str, str]:
    """Return for each file whether it is right, wrong or missing, with names and reasons."""
    return {file.name: published_files.state(source, folder, file) for file in source.files}


def _fetch(
    source: Source,
    folder: Path,
    file: File,
    mirrors: Sequence[str],
    progress: ByteProgress,
    tell: Tell,
) -> bytes:
    """Download a file into the folder, in both forms, and return its unpacked content."""
    from bpnet.datasets import download  # with requests: 60 ms that most starts do without

    try:
        packed = download.fetch(mirrors, file.packed, progress)
    except DataError as error:
        raise DataError(
            *error.lines,
            published_files.whereabouts(source, folder, file),
            f"put the four .gz files into {folder} yourself; or, if another folder has them, or "
            f"has a {folder.name}/ with them, use --data-dir with that folder; or train without a "
            "download: bpnet train --config drawn",
        ) from error
    content = packing.unpacked(packed)
    for form, kept in ((file.packed, packed), (file.unpacked, content)):
        if form:
            _keep(folder / form.name, form, kept, tell)
    return content


def _keep(path: Path, form: Published, content: bytes, tell: Tell) -> None:
    """Write the file, unless it is there; a wrong one in its place is kept, under another name."""
    storage.make_folder(path.parent)
    if storage.exists(path):
        if _is(form, path):
            return
        aside = storage.move_aside(path)
        tell(f"{path}: replaced; what was there is now {aside.name}")
    storage.write(path, content)


def _is(form: Published, path: Path) -> bool:
    """Whether the file is there, as it was published."""
    with suppress(StorageError):
        return form.matches(storage.read(path, limit=form.size))
    return False


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
