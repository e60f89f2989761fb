"""Processes that work for this one, stopped together."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from bpnet.cli.signals import PARENT


class Children:
    """`bpnet train` in processes of their own; their lines of stderr are handed on.

    Each is in a session of its own, so that Ctrl-C in the terminal reaches this process alone, and
    each stops by itself should this process be killed.
    """

    def __init__(self) -> None:
        self.stopped = 0  # the signal that has been sent to all, if any
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = Lock()

    def train(self, folder: Path, options: list[str], watch: Callable[[str], object]) -> int | None:
        """Train the run on to its end; return its exit status, or None if it was not started."""
        with self._lock:
            if self.stopped:
                return None
            process = subprocess.Popen(
                [sys.executable, "-m", "bpnet", "train", "--resume", str(folder), *options],
                env=os.environ | {PARENT: str(os.getpid()), "PYTHONIOENCODING": "utf-8"},
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            self._running.add(process)
        with process:
            assert process.stderr is not None
            for line in process.stderr:
                with self._lock:
                    watch(line.rstrip("\n"))
        with self._lock:
            self._running.remove(process)
        return process.returncode

    def stop(self, number: int) -> None:
        """Send the signal to all that run, and start no more."""
        with self._lock:
            self.stopped = number
            for process in self._running:
                if os.name == "posix":  # Windows hands Ctrl-C to all in the window itself
                    process.send_signal(number)

    def kill(self) -> None:
        """End all that run, at once, and start no more."""
        with self._lock:
            self.stopped = self.stopped or signal.SIGTERM
            for process in self._running:
                process.kill()
