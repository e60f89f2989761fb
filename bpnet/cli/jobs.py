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
Event: TypeAlias = Message | int | BpnetError | None  # `Engine`
Events: TypeAlias = "SimpleQueue[tuple[Path, Event]]"


class Engine(Protocol):
    """Where runs are trained. What becomes of each of them are events.

    They are messages of its job, and at last its exit status, or None if it has been given up
    before it began. An error instead means that nothing more will be heard of it.
    """

    most: int  # runs that it takes at a time; on a cluster more than are trained at a time

    def start(self, folder: Path, events: Events) -> None:
        """Train the run on, as soon as there is room for it."""

    def give_up(self) -> None:
        """Begin no more of those that wait for room."""

    def forward(self, number: int) -> None:
        """Pass a signal on to all runs that are trained, and give up those that wait."""

    def kill(self) -> None:
        """End all runs at once."""


def train(
    folders: Iterable[Path],
    engine: Engine,
    watch: Watch,
    ended: Ended = lambda run, status: True,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[dict[Path, int], int]:
    """Train the runs on, in their order, so many at a time; do something else now and then.

    The next folder is asked for before there is room for it: it may take a while to make one.
    A signal is forwarded to the jobs, and no more are started; a second one kills them. Nor are
    more started once `ended`, which is told of each run that has ended, says no.
    Returns: the exit status of each job, and the signal, or 0.
    """
    waiting, under_way = iter(folders), UnderWay(engine, watch, ended)
    try:
        with signals.collected() as received:
            upcoming = next(waiting, None)
            while not received:
                while upcoming and under_way.has_room():
                    under_way.start(upcoming)
                    upcoming = next(waiting, None)
                if not under_way.running:
                    break
                under_way.take_next()
                meanwhile()
            for number in received[:1]:
                engine.forward(number)
            while under_way.running:
                under_way.take_next()
                meanwhile()
    finally:
        if under_way.running:
            engine.kill()
    return under_way.statuses, received[0] if received else 0


class UnderWay:
    """The runs that are being trained, and what has become of those that have ended."""

    def __init__(self, engine: Engine, watch: Watch, ended: Ended) -> None:
        self.engine = engine
        self.watch = watch
        self.ended = ended
        self.events: Events = SimpleQueue()
        self.running: set[Path] = set()
        self.statuses: dict[Path, int] = {}
        self.are_more_begun = True

    def has_room(self) -> bool:
        """Whether one more is begun now."""
        return self.are_more_begun and len(self.running) < self.engine.most

    def start(self, folder: Path) -> None:
        """Begin with a run."""
        held.refuse_another(folder.parent)
        self.engine.start(folder, self.events)
        self.running.add(folder)

    def take_next(self) -> None:
        """Take in what comes next, if it comes before it is time to look for a signal again."""
        try:
            folder, event = self.events.get(timeout=0.1)
        except Empty:
            return
        if isinstance(event, BpnetError):
            raise event
        if isinstance(event, EpochRecord | str):
            self.watch(folder, event)
            return
        self.running.remove(folder)
        if event is not None:
            self.statuses[folder] = event
            if not self.ended(folder, event):
                self.are_more_begun = False
                self.engine.give_up()


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

    def give_up(self) -> None:
        """Begin no more of those that wait: here none does."""

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


def _forward(process: "subprocess.Popen[str]", number: int) -> None:
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # it has ended meanwhile: the pipe is broken, or closed
        os.write(process.stdin.fileno(), bytes([number]))
