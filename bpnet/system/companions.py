"""Processes that work for this one, and die with it: copies of it, or modules of their own.

The stdin of each is a pipe from this process. Should this one die, however it ends, the system
closes the pipe, and at that the other dies (`follow`). A byte is the number of a signal: that
reaches a process however young, and on Windows too. A companion does not end of itself: one that
has ended before this process ends it has failed, and on its stdout may be why (`work`).
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn, TypeAlias

from bpnet.errors import BpnetError
from bpnet.system import background, threads

ENDING = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
THREADS, DESCRIPTORS = Path("/proc/self/task"), Path("/proc/self/fd")  # where there is Linux
WORDS = 1000  # bytes at most, that a pipe takes at once
PARENT_DEATH_SIGNAL = 1  # of Linux's prctl


def can_be_forked() -> bool:
    """Whether a copy of this process would be whole: of several threads it would have but one.

    Elsewhere than on Linux libraries of the system have threads that nobody can count.
    """
    return THREADS.exists() and len(list(THREADS.iterdir())) == 1


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no signal come between a companion and what will end it, or find it unready."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@dataclass
class Forked:
    """A copy of this process, and the pipes to its stdin and from its stdout."""

    process: int
    stdin: int
    stdout: int
    status: int | None = None

    def ended(self) -> int | None:
        """Return its exit status, or minus the signal that ended it; None while it lives."""
        return self._wait(os.WNOHANG) if self.status is None else self.status

    def last_words(self) -> str:
        """Return what it has said of its failure, when it has ended."""
        return _read(self.stdout)

    def end(self) -> None:
        """End it at once, and wait until it is gone."""
        if self.ended() is None:
            os.kill(self.process, signal.SIGKILL)
            self._wait(0)
        os.close(self.stdin)
        os.close(self.stdout)

    def _wait(self, options: int) -> int | None:
        try:
            process, status = os.waitpid(self.process, options)
        except ChildProcessError:  # the program lets the system, or someone else, wait for all
            process, status = self.process, 0
        self.status = os.waitstatus_to_exitcode(status) if process else None
        return self.status


@dataclass(frozen=True)
class Spawned:
    """A module in a process of its own."""

    process: "subprocess.Popen[bytes]"

    def ended(self) -> int | None:
        """Return its exit status, or minus the signal that ended it; None while it lives."""
        return self.process.poll()

    def last_words(self) -> str:
        """Return what it has said of its failure, when it has ended."""
        return _read(self.process.stdout.fileno()) if self.process.stdout else ""

    def end(self) -> None:
        """End it at once, and wait until it is gone."""
        with self.process:  # to leave it is to close the pipes and to wait
            self.process.kill()


Companion: TypeAlias = Forked | Spawned


def _read(pipe: int) -> str:
    os.set_blocking(pipe, False)  # should it have a child that lives on, there is no end of it
    with suppress(BlockingIOError):
        return " ".join(os.read(pipe, WORDS).decode(errors="replace").split())
    return ""


def fork(task: Callable[[], object], keep: Sequence[int]) -> Forked:
    """Do a task in a copy of this process; of its open files it keeps these, and stderr.

    Raises: BpnetError if there can be no other process.
    """
    pipes: list[int] = []
    try:
        pipes += os.pipe()
        pipes += os.pipe()
        process = os.fork()
    except OSError as error:
        for descriptor in pipes:
            os.close(descriptor)
        raise _no_process(error) from error
    reading, stdin, stdout, writing = pipes
    if process == 0:
        work(task, lambda: _part(reading, writing, keep))
    os.close(reading)
    os.close(writing)
    return Forked(process, stdin, stdout)


def _part(reading: int, writing: int, keep: Sequence[int]) -> None:
    """Part with the files of the other process: locks and pipes live by their last holder."""
    os.dup2(reading, 0)
    os.dup2(writing, 1)
    for entry in list(DESCRIPTORS.iterdir()):  # closerange is slow where very many are allowed
        if int(entry.name) not in (0, 1, 2, *keep):
            with suppress(OSError):  # what has listed them is closed already
                os.close(int(entry.name))


def work(task: Callable[[], object], prepare: Callable[[], object] = lambda: None) -> NoReturn:
    """Do the task of a companion, and stay until the other process dies; if it fails, say why."""
    words = 1
    try:
        prepare()
        words = os.dup(1)
        with suppress(OSError):  # there may be no stderr
            os.dup2(2, 1)  # what a layer of one's own prints
        for number in ENDING:  # the other process acts on what all may get at once
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        following = follow()
        task()
        following.join()
    except BaseException as error:
        os.write(words, _told(error).encode(errors="replace")[:WORDS])
    finally:
        os._exit(1)


def _told(error: BaseException) -> str:
    if isinstance(error, BpnetError):
        return str(error)
    advice = "a bug of bpnet, or of a layer of your own; with train.workers 1, BPNET_DEBUG=1 shows"
    return f"{type(error).__name__}: {error} ({advice} where)"


def spawn(module: str, message: str, keep: Sequence[int]) -> Spawned:
    """Start a module in a process of its own: its argument is the message, it has these open files.

    Raises: BpnetError if there can be no other process.
    """
    options = {"stdout": subprocess.PIPE, "pass_fds": keep}
    one_thread = dict.fromkeys(threads.VARIABLES, "1")
    try:
        return Spawned(python(module, message, environment=one_thread, **options))
    except OSError as error:
        raise _no_process(error) from error


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


def follow() -> Thread:
    """From now on take each byte of stdin for a signal, and its end for the death of the other.

    Whoever goes on with its work must be alone: this one ends at once, also if it was stopped.
    """
    if sys.platform == "linux":
        import ctypes  # NumPy has it already

        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGCONT)
    return background.start(_follow)


def _follow() -> None:
    while number := os.read(0, 1):
        signal.raise_signal(number[0])
    os._exit(1)
