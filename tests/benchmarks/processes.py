"""A command, run to its end and measured from outside."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


@dataclass
class Measurement:
    """What a process has printed, when it started, its seconds, and its peak memory in MB."""

    output: str
    started: float
    seconds: float
    memory: float


def measure(command, threads=None, **environment):
    """Run the command with so many threads, or as it likes; what it writes to stderr passes on.

    Linux starts a process with the peak memory of the one that forked it: this one must stay small.
    """
    environment = os.environ | environment
    for name in VARIABLES:
        environment.pop(name, None)
        if threads:
            environment[name] = str(threads)
    started, clock = time.time(), time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - clock
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    per_megabyte = 1e6 if sys.platform == "darwin" else 1e6 / 1024  # bytes there, KiB here
    return Measurement(output, started, seconds, usage.ru_maxrss / per_megabyte)
