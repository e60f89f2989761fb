"""A command, run to its end and measured from outside; and several, in turn."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
FOLDERS = ("TMPDIR", "TORCHINDUCTOR_CACHE_DIR")  # where PyTorch keeps what it has compiled

failures = []  # what has failed so far, by name


class Failed(Exception):
    """A command has ended with another status than 0; the text is its last line."""


@dataclass
class Measurement:
    """What a process has printed, when it started, its seconds, and its peak memory in MB.

    `watched` is what the function came to that watched it.
    """

    output: str
    started: float
    seconds: float
    memory: float
    watched: object = None


def measure(command, threads=None, watch=None, **environment):
    """Run the command with so many threads, or as it likes, and with a temporary folder of its own.

    `watch` is called with its process id, and returns when it has ended.
    Linux starts a process with the peak memory of the one that forked it: this one must stay small.
    Raises: Failed.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = os.environ | dict.fromkeys(FOLDERS, folder) | environment
        for name in VARIABLES:
            environment.pop(name, None)
            if threads:
                environment[name] = str(threads)
        errors = Path(folder) / "stderr"
        with errors.open("wb") as file:
            status, found = _run(command, environment, file, watch)
        if status:
            raise Failed(f"status {status}, {_last_line(errors)}")
        return found


def _run(command, environment, errors, watch):
    """Return the exit status and the measurement."""
    started, clock = time.time(), time.perf_counter()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
    ) as process:
        watched = watch(process.pid) if watch else None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - clock
        process.returncode = os.waitstatus_to_exitcode(status)
    per_megabyte = 1e6 if sys.platform == "darwin" else 1e6 / 1024  # bytes there, KiB here
    memory = usage.ru_maxrss / per_megabyte
    return process.returncode, Measurement(output, started, seconds, memory, watched)


def _last_line(path):
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "without a word")


def in_turn(functions, rounds, about=""):
    """Call the functions in turn, round after round; return the results of each, by its name.

    One that fails is told of, and left out from then on: it has no results.
    """
    found = {name: [] for name in functions}
    left = dict(functions)
    for number in range(rounds):
        for name, function in list(left.items()):
            print(f"round {number + 1}: {about}{name}", file=sys.stderr)
            try:
                found[name].append(function())
            except (Failed, ValueError) as error:  # ValueError: of what it has printed
                print(f"{about}{name} has failed: {error}", file=sys.stderr)
                failures.append(f"{about}{name}")
                found[name] = []
                del left[name]
    return found
