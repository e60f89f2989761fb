"""The files of a run <-> bytes that travel: to a Dask worker, and home again."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeAlias

from bpnet.errors import RunError
from bpnet.runs import metadata
from bpnet.runs.directory import PREVIOUS_CHECKPOINT, Run
from bpnet.runs.kinds import CONFIG
from bpnet.system import storage

Files: TypeAlias = dict[str, bytes]  # of a run, or of a folder of data: the content by the name

# All that a run can have, and what says how far it is last: until it is there, the others are not.
NAMES = (
    *(CONFIG, PREVIOUS_CHECKPOINT, "checkpoint.npz", "log.csv", "weights.npz", "doubt.npz"),
    metadata.NAME,
)
LARGEST = 2**30  # bytes of one file


def pack(folder: Path) -> Files:
    """Return the files of the run that are there. Raises: StorageError."""
    there = [name for name in NAMES if storage.exists(folder / name)]
    return {name: storage.read(folder / name, LARGEST) for name in there}


def unpack(files: Files, folder: Path) -> None:
    """Write the files into the run's folder, durably and in their order. Raises: StorageError."""
    for name in NAMES:
        if name in files:
            storage.write(folder / name, files[name])


@contextmanager
def unpacked(files: Files, directory: Path | None = None) -> Iterator[Path]:
    """Yield a new folder with the files, which is removed when it has served its purpose.

    Raises: OSError if there is no room for them.
    """
    folder = Path(mkdtemp(prefix="bpnet-run-", dir=directory))
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def refuse_strange(run: Run, files: Files, most: int) -> None:
    """Raise RunError unless these are files that a run can have, none larger than that."""
    for name, content in files.items():
        if name not in NAMES or not isinstance(content, bytes) or len(content) > most:
            raise RunError(f"{run.folder}: what came back is no file of this run: {name!r:.40}")


def reason(error: Exception) -> str:
    """Return what the system says, without the name of a file, which is another each time."""
    return getattr(error.__cause__ or error, "strerror", None) or str(error)
