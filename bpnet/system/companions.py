"""Processes that work for this one, and die with it: copies of it, or modules of their own.

The stdin of each is a pipe from this process. Should this one die, however it ends, the system
closes the pipe, and at that the other dies (`follow`). A byte is the number of a signal: that
reaches a process however young, and on Windows too.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from bpnet.errors import BpnetError
from bpnet.system import background, threads

ENDING = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
THREADS = Path("/proc/self/task")  # those of this process, where there is Linux


class Companion(Protocol):
    """Another process."""

    def ended(self) -> int | None:
        """Return its exit status, or minus the signal that ended it; None while it lives."""

    def end(self) -> None:
        """End it at once, and wait until it is gone."""


def can_be_forked() -> bool:
    """Whether a copy of this process would be whole: of several threads it would have but one.

    Elsewhere than on Linux libraries of the system have threads that nobody can count.
    """
    return THREADS.exists() and len(list(THREADS.iterdir())) == 1


@dataclass
class Forked:
    """A copy of this process, and the pipe that it lives by."""

    process: int
    pipe: int
    status: int | None = None

    def ended(self) -> int | None:
        """Return its exit status, or minus the signal that ended it; None while it lives."""
        return self._wait(os.WNOHANG)

    def end(self) -> None:
        """End it at once, and wait until it is gone."""
        if self.ended() is None:
            os.kill(self.process, signal.SIGKILL)
            self._wait(0)

    def _wait(self, options: int) -> int | None:
        if self.status is None:
            process, status = os.waitpid(self.process, options)
            if process:
                self.status = os.waitstatus_to_exitcode(status)
                os.close(self.pipe)
        return self.status


@dataclass(frozen=True)
class Spawned:
    """A module in a process of its own."""

    process: "subprocess.Popen[bytes]"

    def ended(self) -> int | None:
        """Return its exit status, or minus the signal that ended it; None while it lives."""
        return self.process.poll()

    def end(self) -> None:
        """End it at once, and wait until it is gone."""
        self.process.kill()
        with self.process:  # to leave it is to close the pipe and to wait
            pass


def fork(work: Callable[[], object], keep: Sequence[int]) -> Forked:
    """Do the work in a copy of this process; of its open files it keeps these, and stderr.

    Raises: BpnetError if there can be no other process.
    """
    reading, writing = os.pipe()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # none may find this one's handlers
    try:
        process = os.fork()
        if process == 0:
            _work(work, reading, keep)
    except OSError as error:
        os.close(writing)
        raise _no_process(error) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(reading)
    return Forked(process, writing)


def _work(work: Callable[[], object], pipe: int, keep: Sequence[int]) -> NoReturn:
    """Do the work of a forked companion, and nothing that this process had still to do."""
    status = 1
    try:
        os.dup2(pipe, 0)
        os.dup2(2, 1)
        start = 3
        for descriptor in sorted(keep):
            os.closerange(start, descriptor)
            start = descriptor + 1
        os.closerange(start, os.sysconf("SC_OPEN_MAX"))  # locks and pipes live by their last holder
        ignore_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        follow()
        work()
        status = 0
    except BaseException as error:
        os.write(2, f"a worker: {type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(status)


def spawn(module: str, message: bytes, keep: Sequence[int]) -> Spawned:
    """Start a module in a process of its own: it has these open files, and a line on its stdin.

    Raises: BpnetError if there can be no other process.
    """
    one_thread = dict.fromkeys(threads.VARIABLES, "1")
    try:
        process = python(module, environment=one_thread, stdout=2, pass_fds=keep)
        assert process.stdin is not None
        os.write(process.stdin.fileno(), message + b"\n")
    except OSError as error:
        raise _no_process(error) from error
    return Spawned(process)


def python(
    module: str, *arguments: str, environment: dict[str, str], **options: Any
) -> "subprocess.Popen[Any]":
    """Start a module in a process of its own, with a pipe to its stdin; see `subprocess.Popen`.

    Ctrl-C in the terminal is not for it. With -P, its modules come from where this process has its
    own.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        stdin=subprocess.PIPE,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        **options,
    )


def _no_process(error: OSError) -> BpnetError:
    return BpnetError(f"no process for another worker: {error.strerror}; try fewer train.workers")


def ignore_signals() -> None:
    """From now on leave it to the other process to act on signals, which all may get at once."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def follow() -> None:
    """From now on take each byte of stdin for a signal, and its end for the death of the other.

    Whoever goes on with the work of that process must be alone with it: this one ends at once.
    """
    background.start(_follow)


def _follow() -> None:
    while number := os.read(0, 1):
        signal.raise_signal(number[0])
    os._exit(1)
