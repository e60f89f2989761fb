"""The program in a forked process: it starts at once, and can be hindered, killed and measured.

The child has everything imported already. What a test patches in `hinder` is patched in it alone.
Its signals are as Python's at a terminal; a test that wants one ignored says so itself.
"""

import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

from bpnet.cli import main, signals

for name in ("cli.seeds", "gradcheck", "pictures.normalizing", "runs.listing", "runs.session"):
    import_module(f"bpnet.{name}")  # as commands do when they begin


class Ended(NamedTuple):
    """How a process has ended (a signal's number is negative), what it said and what it took."""

    status: int
    out: str
    err: str
    seconds: float  # of the processor
    memory: int  # bytes at the peak
    inherited: int  # bytes of the process that it was forked from

    @property
    def own_memory(self) -> int:
        """The bytes at the peak beyond those that it began with."""
        return self.memory - self.inherited


class Fork:
    """A process that runs `bpnet` with these arguments, after `hinder`, in `folder`."""

    def __init__(
        self, folder: Path, *arguments: object, hinder: Callable[[], object] = lambda: None
    ) -> None:
        stem = f".fork-{os.getpid()}-{time.monotonic_ns()}"
        self.outputs = [folder.parent / f"{stem}.out", folder.parent / f"{stem}.err"]
        self.inherited = _resident()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # a test's server is a thread
            self.pid = os.fork()
        if not self.pid:
            self._run(folder, [str(argument) for argument in arguments], hinder)

    def _run(self, folder: Path, arguments: list[str], hinder: Callable[[], object]) -> NoReturn:
        status = 70
        try:
            os.chdir(folder)
            for number, path in enumerate(self.outputs, start=1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), number)
            sys.stdout, sys.stderr = (os.fdopen(n, "w", 1, encoding="utf-8") for n in (1, 2))
            for number in signals.ENDING:
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.hindered = hinder()  # a context that is entered lasts as long as it is kept
            try:
                status = main.run(arguments)
            except KeyboardInterrupt:
                status = 130
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else 70
        except BaseException:
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, AttributeError):  # a test may have closed or filled it
                    stream.flush()
            os._exit(status)

    def heard(self) -> str:
        """Return what it has said on stderr so far."""
        path = self.outputs[1]
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def wait_for(self, word: str, seconds: float = 20) -> None:
        """Wait until it says the word on stderr."""
        until = time.monotonic() + seconds
        while word not in self.heard():
            assert time.monotonic() < until, f"never said {word!r}: {self.heard()}"
            time.sleep(0.002)

    def send(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self) -> Ended:
        """Wait for its end."""
        _, status, used = os.wait4(self.pid, 0)
        out, err = (p.read_text(encoding="utf-8") if p.exists() else "" for p in self.outputs)
        for path in self.outputs:
            path.unlink(missing_ok=True)
        seconds = used.ru_utime + used.ru_stime
        memory = (used.ru_maxrss * 1024, self.inherited)
        return Ended(os.waitstatus_to_exitcode(status), out, err, seconds, *memory)


def _resident() -> int:
    """Return how many bytes of this process are in memory, where Linux tells it."""
    found = Path("/proc/self/statm")
    pages = int(found.read_text(encoding="ascii").split()[1]) if found.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def run(folder: Path, *arguments: object, hinder: Callable[[], object] = lambda: None) -> Ended:
    """Run `bpnet` to its end in a process of its own."""
    return Fork(folder, *arguments, hinder=hinder).wait()


class Outcome(NamedTuple):
    """What a run has come to, but for the times it took."""

    weights: str  # their SHA-256: pytest would compare the bytes of two for minutes
    log: list[list[str]]


def outcome(folder: Path) -> Outcome:
    """Return what is in a finished run's directory."""
    log = (folder / "log.csv").read_text(encoding="utf-8")
    rows = [line.split(",")[:-2] for line in log.splitlines()]
    return Outcome(sha256((folder / "weights.npz").read_bytes()).hexdigest(), rows)
