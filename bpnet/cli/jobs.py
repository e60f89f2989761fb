"""Runs trained by processes of their own, some at a time; what they say comes together here.

A job (`job`) follows this process by its stdin (`system/companions`): it gets signals there, and
dies with it.
"""

import os
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, TypeAlias

from bpnet.cli import signals
from bpnet.errors import BpnetError, RunError
from bpnet.system import background, companions, held, strict_json
from bpnet.training.state import EpochRecord

Message: TypeAlias = EpochRecord | str  # the end of an epoch, or a line for people
Watch: TypeAlias = Callable[[Path, Message], object]  # takes a run, and a message of its job
Event: TypeAlias = Message | int | BpnetError  # a message, the exit status, or: it is not heard
Events: TypeAlias = "SimpleQueue[tuple[Path, Event]]"
Running: TypeAlias = dict[Path, "subprocess.Popen[str]"]


def train(
    folders: Sequence[Path], jobs: int, options: Sequence[str], watch: Watch
) -> tuple[dict[Path, int], int]:
    """Train the runs on, in their order, so many at a time, each with these options of a job.

    A signal is forwarded to the jobs, and no more are started; a second one kills them.
    Returns: the exit status of each job, and the signal, or 0.
    """
    events: Events = SimpleQueue()
    waiting, running, statuses = deque(folders), Running(), dict[Path, int]()
    try:
        with signals.collected() as received:
            while (waiting or running) and not received:
                while waiting and len(running) < jobs:
                    folder = waiting.popleft()
                    held.refuse_another(folder.parent)
                    running[folder] = _start(folder, options, events)
                _next_event(events, running, statuses, watch)
            for process in running.values():
                _forward(process, received[0])
            while running:
                _next_event(events, running, statuses, watch)
    finally:
        for process in running.values():
            process.kill()
    return statuses, received[0] if received else 0


def _start(folder: Path, options: Sequence[str], events: Events) -> "subprocess.Popen[str]":
    try:
        process = companions.python(
            "bpnet.cli.job",
            *options,
            "--",
            str(folder),
            environment={"PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise RunError(
            f"{folder}: no process for it: {error.strerror}; try fewer --jobs"
        ) from error
    try:
        background.start(_listen, folder, process, events, daemon=False)
    except BpnetError:  # nobody would hear it, or kill it
        with process:
            process.kill()
        raise
    return process


def _listen(folder: Path, process: "subprocess.Popen[str]", events: Events) -> None:
    """Put each message of the job, and its exit status at last, among the events."""
    with process:  # to leave it is to close the pipes and to wait
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            strangers = background.start(_listen_to_stderr, folder, process.stderr, events)
        except BpnetError as error:
            events.put((folder, error))
            return
        for line in process.stdout:
            events.put((folder, _message(line)))
        strangers.join()
    events.put((folder, process.returncode))


def _message(line: str) -> Message:
    """Return what the line says; what no job sends, as a library's own print, is a line itself."""
    try:
        found = strict_json.parse(line.encode())
        if "line" in found:
            return str(found["line"])
        return strict_json.decode(EpochRecord, found["record"])
    except (LookupError, TypeError, ValueError):
        return line.rstrip("\n")


def _listen_to_stderr(folder: Path, stderr: IO[str], events: Events) -> None:
    """Take in what no job sends, such as the traceback of a bug, or a library's last words."""
    for line in stderr:
        events.put((folder, line.rstrip("\n")))


def _next_event(events: Events, running: Running, statuses: dict[Path, int], watch: Watch) -> None:
    """Take in what comes next, if it comes before it is time to look for a signal again."""
    try:
        folder, event = events.get(timeout=0.1)
    except Empty:
        return
    if isinstance(event, BpnetError):
        raise event
    if isinstance(event, int):
        statuses[folder] = event
        del running[folder]
    else:
        watch(folder, event)


def _forward(process: "subprocess.Popen[str]", number: int) -> None:
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # it has ended meanwhile: the pipe is broken, or closed
        os.write(process.stdin.fileno(), bytes([number]))
