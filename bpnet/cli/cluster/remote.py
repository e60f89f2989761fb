"""What is done on a Dask worker: a run is trained by a process of its own, and told to stop.

The process (`job`) hangs on a pipe of the Dask worker: it dies with it, however it ends. Whether it
is still wanted, the thread that waits for it asks the Dask worker, which knows that the client or
the scheduler has gone, or that the run has been given up.
"""

import asyncio
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from typing import IO, Any

from distributed import Reschedule, Status, Worker, get_worker

from bpnet.cli.cluster import carrying, versions
from bpnet.cli.cluster.carrying import Files
from bpnet.errors import StorageError
from bpnet.system import background, companions, processors

OPEN = (Status.running, Status.paused, Status.closing_gracefully)
OFTEN = 0.1  # seconds between two looks at whether a run is still wanted
AGAIN = 10.0  # seconds after which the data are asked for once more
LONGEST = 10_000  # letters of a line
ROOM = 2**24  # bytes: with less a disk is full

_running: dict[tuple[str, int], "subprocess.Popen[str]"] = {}
_stopped: dict[str, int] = {}  # the signal that all runs of a sweep have been sent
_undelivered: dict[str, str] = {}  # why data could not be written into a folder


@dataclass(frozen=True)
class Task:
    """A run to train, and all that is needed for it; the name of the sweep is its client's."""

    sweep: str
    number: int
    versions: versions.Versions
    files: Files = field(repr=False)
    data: str  # the SHA-256 of the data
    options: tuple[str, ...]  # of the job


@dataclass(frozen=True)
class Outcome:
    """How the job of a run has ended, and its files; or why this Dask worker cannot train it."""

    worker: str
    status: int = 0
    files: Files = field(default_factory=dict, repr=False)
    refusal: str = ""


class UnwantedError(Exception):
    """Nobody waits for the run any more."""


@dataclass(frozen=True)
class Desk:
    """A Dask worker, and the task that it has in hand."""

    worker: Worker
    key: Any
    task: Task

    def say(self, **message: Any) -> None:
        """Send a message to the client."""
        mark = {"run": self.task.number, "worker": self.worker.address}
        self.worker.log_event(self.task.sweep, {**mark, **message})

    def refuse_unwanted(self) -> None:
        """Raise UnwantedError if the task has been given up, or the Dask worker is closing."""
        found = self.worker.state.tasks.get(self.key)
        if self.worker.status not in OPEN or found is None or found.state == "cancelled":
            raise UnwantedError


def train(task: Task) -> Outcome:
    """Train the run on in a process of its own, and return its files."""
    worker = get_worker()
    desk = Desk(worker, worker.get_current_task(), task)
    here = versions.here()
    if here != task.versions:
        return Outcome(worker.address, refusal=f"has {versions.difference(here, task.versions)}")
    try:
        return _train(desk)
    except (StorageError, OSError) as error:  # there is no room for the run, or for its data
        return Outcome(worker.address, refusal=f"{worker.local_directory}: {_reason(error)}")
    except UnwantedError:
        raise Reschedule from None  # if it was the Dask worker that closes
    except Exception as error:  # one that the client could not read would never reach it
        desk.say(message=f"Error: {type(error).__name__}: {error}")
        return Outcome(worker.address, status=1)


def _train(desk: Desk) -> Outcome:
    directory = Path(desk.worker.local_directory)
    with carrying.unpacked(desk.task.files, directory) as folder:
        status = _run(desk, folder, _data(desk, directory))
        if status and (reason := _is_full(folder)):
            return Outcome(desk.worker.address, refusal=reason)
        return Outcome(desk.worker.address, status, carrying.pack(folder))


def _is_full(folder: Path) -> str:
    """Return what the system says if there is no room for another file, or ""."""
    try:
        (folder / "room").write_bytes(bytes(ROOM))
    except OSError as error:
        return f"{folder.parent}: {_reason(error)}"
    return ""


def _reason(error: Exception) -> str:
    """Return what the system says, without the name of the file, which is another each time."""
    return getattr(error.__cause__ or error, "strerror", None) or str(error)


def _data(desk: Desk, directory: Path) -> Path:
    """Return the folder of the data, once the client has put them there."""
    folder = directory / f"bpnet-data-{desk.task.data}"
    asked = -AGAIN
    while not folder.is_dir():
        desk.refuse_unwanted()
        if str(folder) in _undelivered:
            raise StorageError(_undelivered.pop(str(folder)))
        if time.monotonic() > asked + AGAIN:
            desk.say(needs=desk.task.data)
            asked = time.monotonic()
        time.sleep(OFTEN)
    return folder


async def deliver(data: str, packed: Files, dask_worker: Worker) -> None:
    """Put the data where the runs on this Dask worker look for them."""
    folder = Path(dask_worker.local_directory) / f"bpnet-data-{data}"
    await asyncio.to_thread(_deliver, packed, folder)


def _deliver(packed: Files, folder: Path) -> None:
    from bpnet.datasets import parcels

    if folder.is_dir():
        return
    try:
        part = Path(mkdtemp(prefix="bpnet-part-", dir=folder.parent))
        try:
            parcels.unpack(packed, part)
            with suppress(FileExistsError):
                part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except (StorageError, OSError) as error:
        _undelivered[str(folder)] = _reason(error)


def stop(sweep: str, number: int) -> None:
    """Send a signal to all runs of the sweep that this Dask worker trains, or will train."""
    _stopped[sweep] = number
    for (running, _), process in list(_running.items()):
        if running == sweep:
            _send(process, number)


def _send(process: "subprocess.Popen[str]", number: int) -> None:
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # it has ended meanwhile
        os.write(process.stdin.fileno(), bytes([number]))


def _run(desk: Desk, folder: Path, data: Path) -> int:
    """Train in a process, pass on what it says, and return its exit status."""
    task = desk.task
    process = companions.python(
        "bpnet.cli.job",
        *("--data-dir", str(data), *task.options),
        *("--", str(folder)),
        environment={"PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    try:
        with process:
            try:
                _running[task.sweep, task.number] = process
                if task.sweep in _stopped:
                    _send(process, _stopped[task.sweep])
                desk.say(started=str(folder), host=platform.node(), cores=processors.usable())
                streams = (process.stdout, process.stderr)
                readers = [background.start(_pass_on, desk, stream) for stream in streams]
                _wait(desk, process, readers)
            except BaseException:
                process.kill()
                raise
    finally:
        _running.pop((task.sweep, task.number), None)
    return process.returncode


def _pass_on(desk: Desk, stream: IO[str]) -> None:
    for line in stream:
        desk.say(message=line[:LONGEST])


def _wait(desk: Desk, process: "subprocess.Popen[str]", readers: Sequence[Thread]) -> None:
    """Wait until the process has ended, and all that it said is passed on."""
    for reader in readers:
        while reader.is_alive() and process.poll() is None:
            desk.refuse_unwanted()
            reader.join(OFTEN)
        reader.join(1)  # a process of its own that lives on may hold the pipe
