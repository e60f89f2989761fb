"""Pictures as files, made by Pillow, and what it takes to predict them."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bpnet.array import Array
from bpnet.pictures.normalizing import normalized

PROGRAM = """
import json, sys
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from bpnet.cli import main
status = main.run(["predict", *sys.argv[1:]])
with open("/proc/self/status", encoding="utf-8") as file:
    own = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
used = [getrusage(whose) for whose in (RUSAGE_SELF, RUSAGE_CHILDREN)]
seconds = sum(part.ru_utime + part.ru_stime for part in used)
print(json.dumps([status, 1024 * (own + used[1].ru_maxrss), seconds]), file=sys.stderr)
"""


class Weighed(NamedTuple):
    """How `bpnet predict` has ended, what it said and took, with the processes it has started."""

    status: int
    memory: int  # bytes: its own peak and the highest of theirs
    seconds: float  # of the processor
    out: str
    err: list[str]


def only_digit(grey: Array) -> Array:
    """Return the one digit of a picture in MNIST's form."""
    ((digit,),) = normalized(grey)
    return digit.image


def thickness(digit: Array) -> float:
    """Return the thickness of a digit's strokes in pixels: twice its ink for its outline."""
    padded = np.pad(digit.astype(float), 1)
    outline = sum(np.abs(np.diff(padded, axis=axis)).sum() for axis in (0, 1))
    return float(2 * padded.sum() / outline)


def predict(folder: Path, *names: str) -> Weighed:
    """Let the real program predict these pictures with the run `r` of the folder."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names, "--run", "r"],
        cwd=folder, capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip
    *lines, taken = done.stderr.splitlines()
    status, memory, seconds = json.loads(taken)
    return Weighed(status, memory, seconds, done.stdout, lines)


def saved(image: Any, form: str = "PNG", **options: Any) -> bytes:
    """Return Pillow's image as the content of a file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
