"""The data on a Dask worker: below its own folder, once, whatever runs need them."""

import asyncio
import shutil
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from distributed import Worker

from bpnet.cli.cluster.carrying import Files, reason
from bpnet.cli.cluster.desk import Desk
from bpnet.errors import StorageError

OFTEN = 0.1  # seconds between two looks
AGAIN = 10.0  # seconds after which the data are asked for once more

_undelivered: dict[Path, str] = {}  # why data could not be written into a folder


def find(desk: Desk) -> Path:
    """Return the folder of the data, once the client has put them there."""
    folder = _folder(desk.worker, desk.task.data)
    asked = -AGAIN
    while not folder.is_dir():
        desk.refuse_unwanted()
        if folder in _undelivered:
            raise StorageError(_undelivered.pop(folder))
        if time.monotonic() > asked + AGAIN:
            desk.say(needs=desk.task.data)
            asked = time.monotonic()
        time.sleep(OFTEN)
    return folder


async def deliver(data: str, packed: Files, dask_worker: Worker) -> None:
    """Put the data where the runs on this Dask worker look for them."""
    await asyncio.to_thread(_deliver, packed, _folder(dask_worker, data))


def _folder(worker: Worker, data: str) -> Path:
    return Path(worker.local_directory) / f"bpnet-data-{data}"


def _deliver(packed: Files, folder: Path) -> None:
    from bpnet.datasets import parcels

    if folder.is_dir():
        return
    try:
        part = Path(mkdtemp(prefix="bpnet-part-", dir=folder.parent))
        try:
            parcels.unpack(packed, part)
            with suppress(OSError):  # another thread may have been quicker
                part.rename(folder)
            if not folder.is_dir():
                raise StorageError(f"{folder}: cannot be made")
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except (StorageError, OSError) as error:
        _undelivered[folder] = reason(error)
