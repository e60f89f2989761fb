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
from typing import Any, NoReturn, Protocol

from bpnet.errors import BpnetError
from bpnet.system import background, threads

ENDING = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
THREADS = Path("/proc/self/task")  # those of this process, where there is Linux
DESCRIPTORS = Path("/proc/self/fd")
WORDS = 1000  # bytes at most, that a pipe takes at once
PARENT_DEATH_SIGNAL = 1  # of Linux's prctl


class Companion(Protocol):
    """Another process."""

    def ended(self) -> int | None:
        """Return its exit status, or minus the signal that ended it; None while it lives."""

    def last_words(self) -> str:
        """Return what it has said of its failure, when it has ended."""

    def end(self) -> None:
        """End it at once, and wait until it is gone."""


def can_be_forked() -> bool:
    """Whether a copy of this process would be whole: of several threads it would have but one.

    Elsewhere than on Linux libraries of the system have threads that nobody can count.
    """
    return THREADS.exists() and len(list(THREADS.iterdir())) == 1


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no signal part the start of a companion from what will end it.

    The companion begins so too: none can find the handlers of this process in it.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
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
        if self.status is None:
            self._wait(os.WNOHANG)
        return self.status

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

    def _wait(self, options: int) -> None:
        try:
            process, status = os.waitpid(self.process, options)
        except ChildProcessError:  # the program lets the system, or someone else, wait for all
            process, status = self.process, 0
        if process:
            self.status = os.waitstatus_to_exitcode(status)


@dataclass(frozen=True)
class Spawned:
    """A module in a process of its own."""

    process: "subprocess.Popen[bytes]"

    def ended(self) -> int | None:
        """Return its exit status, or minus the signal that ended it; None while it lives."""
        return self.process.poll()

    def last_words(self) -> str:
        """Return what it has said of its failure, when it has ended."""
        assert self.process.stdout is not None
        return _read(self.process.stdout.fileno())

    def end(self) -> None:
        """End it at once, and wait until it is gone."""
        self.process.kill()
        with self.process:  # to leave it is to close the pipes and to wait
            pass


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
    """Have other streams than the process that this one was copied from, and none of its files.

    Locks and pipes live by their last holder.
    """
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
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        following = follow()
        task()
        following.join()
    except BpnetError as error:
        _say(words, str(error))
    except BaseException as error:
        advice = "a bug of bpnet, or of a layer of your own; with train.workers 1, BPNET_DEBUG=1"
        _say(words, f"{type(error).__name__}: {error} ({advice} shows where)")
    finally:
        os._exit(1)


def _say(pipe: int, words: str) -> None:
    os.write(pipe, words.encode(errors="replace")[:WORDS])


def spawn(module: str, message: str, keep: Sequence[int]) -> Spawned:
    """Start a module in a process of its own: its argument is the message, it has these open files.

    Raises: BpnetError if there can be no other process.
    """
    one_thread = dict.fromkeys(threads.VARIABLES, "1")
    try:
        return Spawned(
            python(module, message, environment=one_thread, stdout=subprocess.PIPE, pass_fds=keep)
        )
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

    Whoever goes on with the work of that process must be alone with it: this one ends at once, also
    if it was stopped.
    """
    if sys.platform == "linux":
        import ctypes  # NumPy has it already

        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGCONT)
    return background.start(_follow)


def _follow() -> None:
    while number := os.read(0, 1):
        signal.raise_signal(number[0])
    os._exit(1)
