"""The process that trains a run on a Dask worker, and hangs on a pipe of it: it dies with it.

Whether the run is still wanted, the thread that waits for the process asks the Dask worker. That
knows whether the client or the scheduler has gone, and whether the run has been given up.
"""

import os
import platform
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO

from bpnet.cli.cluster.desk import Desk
from bpnet.system import background, companions, processors

OFTEN = 0.1  # seconds between two looks at whether a run is still wanted
LONGEST = 10_000  # letters of a line

_running: dict[tuple[str, int], "subprocess.Popen[str]"] = {}
_stopped: dict[str, int] = {}  # the signal that all runs of a sweep have been sent


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


def run(desk: Desk, folder: Path, data: Path) -> int:
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
