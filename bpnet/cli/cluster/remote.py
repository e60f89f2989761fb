"""What is done on a Dask worker with a run: a process trains it there, and its files return."""

from pathlib import Path
from typing import Any

from distributed import Reschedule, get_worker

from bpnet.cli.cluster import carrying, process, store, versions
from bpnet.cli.cluster.carrying import reason
from bpnet.cli.cluster.desk import Desk, Outcome, Task, UnwantedError
from bpnet.errors import StorageError

PIECE = bytes(2**20)


def train(task: dict[str, Any]) -> dict[str, Any]:
    """Train the run of a `Task` on in a process of its own; return the `Outcome`, with its files.

    Both are the fields alone: these can be read where there is no bpnet.
    """
    worker = get_worker()
    return vars(_outcome(Desk(worker, worker.get_current_task(), Task(**task))))


def _outcome(desk: Desk) -> Outcome:
    worker, task = desk.worker, desk.task
    here = versions.here()
    if here != task.versions:
        return Outcome(worker.address, refusal=f"has {versions.difference(here, task.versions)}")
    try:
        return _train(desk)
    except (StorageError, OSError) as error:  # there is no room for the run, or for its data
        return Outcome(worker.address, refusal=f"{worker.local_directory}: {reason(error)}")
    except UnwantedError:
        raise Reschedule from None  # if it was the Dask worker that closes
    except Exception as error:  # one that the client could not read would never reach it
        desk.say(message=f"Error: {type(error).__name__}: {error}")
        return Outcome(worker.address, status=1)


def _train(desk: Desk) -> Outcome:
    with carrying.unpacked(desk.task.files, Path(desk.worker.local_directory)) as folder:
        status = process.run(desk, folder, store.find(desk))
        if status:
            _refuse_full(folder, desk.task.largest)
        return Outcome(desk.worker.address, status, carrying.pack(folder))


def _refuse_full(folder: Path, largest: int) -> None:
    """Raise OSError if there is no room for the largest file: that is why the run has failed."""
    with (folder / "room").open("wb") as file:
        for _ in range(0, largest, len(PIECE)):
            file.write(PIECE)
