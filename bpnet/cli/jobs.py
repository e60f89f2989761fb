"""Runs trained by processes of their own, some at a time; what they say comes together here.

A child's stdin is the way to it (`child`). A byte is the number of a signal: it reaches a child
however young, and on Windows too. Should this process die, of whatever, the system ends the pipe,
and at that the child dies.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeAlias

from bpnet.cli import signals
from bpnet.errors import RunError

Watch: TypeAlias = Callable[[Path, str], object]  # takes a run, and a line from its child
News: TypeAlias = "SimpleQueue[tuple[Path, str | int]]"  # a run, and a line or the exit status
Running: TypeAlias = dict[Path, "subprocess.Popen[str]"]


def train(
    folders: Sequence[Path], jobs: int, options: Sequence[str], watch: Watch
) -> tuple[dict[Path, int], int]:
    """Train the runs on, in their order, so many at a time.

    A signal is handed on to the children, and no more are started; a second one kills them.
    Returns: the exit status of each child, and the signal, or 0.
    """
    news: News = SimpleQueue()
    waiting, running, statuses = deque(folders), Running(), dict[Path, int]()
    try:
        with signals.collected() as received:
            while (waiting or running) and not received:
                while waiting and len(running) < jobs:
                    folder = waiting.popleft()
                    running[folder] = _start(folder, options, news)
                _hear(news, running, statuses, watch)
            for process in running.values():
                _hand_on(process, received[0])
            while running:
                _hear(
                    news, running, statuses, lambda *said: _is_no_farewell(*said) and watch(*said)
                )
    finally:
        for process in running.values():
            process.kill()
    return statuses, received[0] if received else 0


def _start(folder: Path, options: Sequence[str], news: News) -> "subprocess.Popen[str]":
    command = ["-m", "bpnet.cli.job", "train", "--resume", str(folder), *options]
    path = os.pathsep.join(sys.path)  # with -P: modules come from where this process has its own
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", *command],
            env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C in the terminal is for this process alone; on Windows:
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except OSError as error:
        raise RunError(
            f"{folder}: no process for it: {error.strerror}; try fewer --jobs"
        ) from error
    Thread(target=_listen, args=(folder, process, news)).start()
    return process


def _listen(folder: Path, process: "subprocess.Popen[str]", news: News) -> None:
    """Put each line of the child, and its exit status at last, into the news."""
    with process:  # to leave it is to close the pipes and to wait
        assert process.stderr is not None
        for line in process.stderr:
            news.put((folder, line.rstrip("\n")))
    news.put((folder, process.returncode))


def _hear(news: News, running: Running, statuses: dict[Path, int], watch: Watch) -> None:
    """Take in what comes next, if it comes before it is time to look for a signal again."""
    try:
        folder, said = news.get(timeout=0.1)
    except Empty:
        return
    if isinstance(said, str):
        watch(folder, said)
    else:
        statuses[folder] = said
        del running[folder]


def _hand_on(process: "subprocess.Popen[str]", number: int) -> None:
    assert process.stdin is not None
    with suppress(OSError, ValueError):  # it has ended meanwhile: the pipe is broken, or closed
        os.write(process.stdin.fileno(), bytes([number]))


def _is_no_farewell(folder: Path, line: str) -> bool:
    """Whether a line says more than that a signal has come, which is known, and how to go on."""
    return not line.startswith(("interrupted", "Error: interrupted"))
