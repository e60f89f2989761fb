"""Runs trained elsewhere than in this process; what they say comes together here.

Where they are trained is an engine's: `Here` has a process for each, some at a time, `cluster` the
workers of a cluster. A job (`job`) follows this process by its stdin (`system/companions`): it gets
signals there, and dies with it.
"""

import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Protocol, TypeAlias

from bpnet.cli import signals
from bpnet.errors import BpnetError, RunError
from bpnet.system import background, companions, held, strict_json
from bpnet.training.state import EpochRecord

Message: TypeAlias = EpochRecord | str  # the end of an epoch, or a line for people
Watch: TypeAlias = Callable[[Path, Message], object]  # takes a run, and a message of its job
Ended: TypeAlias = Callable[[Path, int], bool]  # takes a run and its exit status: are more begun?
Event: TypeAlias = Message | int | BpnetError  # a message, the exit status, or: it is not heard
Events: TypeAlias = "SimpleQueue[tuple[Path, Event]]"


class Engine(Protocol):
    """Where runs are trained. What each of them says, and at last its exit status, are events."""

    most: int  # runs at a time

    def start(self, folder: Path, events: Events) -> None:
        """Train the run on."""

    def forward(self, number: int) -> None:
        """Pass a signal on to all runs; those that have not begun are given up."""

    def kill(self) -> None:
        """End all runs at once."""


def train(
    folders: Iterable[Path],
    engine: Engine,
    watch: Watch,
    ended: Ended = lambda run, status: True,
) -> tuple[dict[Path, int], int]:
    """Train the runs on, in their order, so many at a time.

    A signal is forwarded to the jobs, and no more are started; a second one kills them. Nor are
    more started once `ended`, which is told of each run that has ended, says no.
    Returns: the exit status of each job, and the signal, or 0.
    """
    events: Events = SimpleQueue()
    waiting, running, statuses = iter(folders), set[Path](), dict[Path, int]()
    try:
        with signals.collected() as received:
            while not received:
                while len(running) < engine.most and (folder := next(waiting, None)):
                    held.refuse_another(folder.parent)
                    engine.start(folder, events)
                    running.add(folder)
                if not running:
                    break
                if not _next_event(events, running, statuses, watch, ended):
                    waiting = iter(())
            for number in received[:1]:
                engine.forward(number)
            while running:
                _next_event(events, running, statuses, watch, ended)
    finally:
        if running:
            engine.kill()
    return statuses, received[0] if received else 0


class Here:
    """This machine: a process for each run, each with these options of a job."""

    def __init__(self, jobs: int, options: Sequence[str]) -> None:
        self.most = jobs
        self.options = options
        self.processes: dict[Path, subprocess.Popen[str]] = {}

    def start(self, folder: Path, events: Events) -> None:
        """Train the run on. Raises: RunError if there can be no process for it."""
        alive = {run: one for run, one in self.processes.items() if one.returncode is None}
        self.processes = {**alive, folder: _start(folder, self.options, events)}

    def forward(self, number: int) -> None:
        """Pass a signal on to all runs."""
        for process in self.processes.values():
            _forward(process, number)

    def kill(self) -> None:
        """End all runs at once."""
        for process in self.processes.values():
            process.kill()


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
            events.put((folder, message(line)))
        strangers.join()
    events.put((folder, process.returncode))


def message(line: str) -> Message:
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


def _next_event(
    events: Events, running: set[Path], statuses: dict[Path, int], watch: Watch, ended: Ended
) -> bool:
    """Take in what comes next, if it comes before it is time to look for a signal again.

    Return whether more runs are begun.
    """
    try:
        folder, event = events.get(timeout=0.1)
    except Empty:
        return True
    if isinstance(event, BpnetError):
        raise event
    if isinstance(event, int):
        statuses[folder] = event
        running.remove(folder)
        return ended(folder, event)
    watch(folder, event)
    return True


def _forward(process: "subprocess.Popen[str]", number: int) -> None:
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # it has ended meanwhile: the pipe is broken, or closed
        os.write(process.stdin.fileno(), bytes([number]))
