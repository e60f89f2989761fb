"""A picture's file -> its grey levels, by Pillow in a process of its own (`decoder`).

A decoder that takes too long, or too much memory, or that a file makes crash, is lost with its
process: this one goes on with a fresh one.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from threading import Timer
from typing import IO, TYPE_CHECKING, Any

from bpnet.errors import BpnetError, DataError
from bpnet.pictures import decoder
from bpnet.pictures.levels import STRIP

if TYPE_CHECKING:  # the process should start before NumPy is imported, to be ready with it
    from bpnet.array import Array

LARGEST_FILE = 2**25  # bytes
PATIENCE = 20  # seconds by the clock, on a busy machine too, until a process is taken for stuck
KEPT = {  # of freed memory, for the next array: glibc would give it back, and have it zeroed anew
    "MALLOC_MMAP_THRESHOLD_": str(2**22),  # bytes: what a picture of 400 x 400 takes is less
    "MALLOC_TRIM_THRESHOLD_": str(2**25),
}
REMEDY = "save it smaller, or in another format"
PILLOW = "pillow>={}.{}".format(*decoder.OLDEST_PILLOW)


class Decoder:
    """The process that decodes pictures, from `with` to its end; a fresh one after its death.

    Its module may do more than decode.
    """

    def __init__(self, module: str = "bpnet.pictures.decoder") -> None:
        self._module = module

    def __enter__(self) -> "Decoder":
        self._process = _start(self._module)
        return self

    def __exit__(self, *error: object) -> None:
        _end(self._process)

    def grey(self, content: bytes, name: str) -> "Array":
        """Return the picture as bytes (H, W), black 0 and white 255; what is transparent is white.

        What has one colour on nothing is black. Of several pictures in a file it is the first.
        Raises: DataError if this is no picture, or one that costs too much; BpnetError if Pillow is
        missing.
        """
        if self._process.poll() is not None:
            _end(self._process)
            self._process = _start(self._module)
        try:
            return _answer(self._process, content)
        except DataError as error:
            raise DataError(f"{name}: {error}") from error


def _start(module: str) -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(sys.path)  # with -P: modules come from where this process has its own
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            env=os.environ | KEPT | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is for this process alone; on Windows:
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    except OSError as error:
        raise BpnetError(f"no process to decode pictures: {error.strerror}") from error


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    with suppress(OSError), process:  # to leave it is to close the pipes and to wait
        pass


def _answer(process: "subprocess.Popen[bytes]", content: bytes) -> "Array":
    """Return the grey levels that the process finds in a file."""
    began = time.monotonic()
    clock = _alarm(process)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(len(content).to_bytes(8))
        process.stdin.write(content)
        process.stdin.flush()
        return received(process.stdout)
    except (OSError, EOFError) as error:  # the pipes are closed: it is dying
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        _end(process)
        raise _cause(process.returncode, time.monotonic() - began) from error
    finally:
        clock.cancel()


def _alarm(process: "subprocess.Popen[bytes]") -> Timer:
    """Return a clock that kills the process if it is not stopped in time; it is running."""
    clock = Timer(PATIENCE, process.kill)
    try:
        clock.start()
    except RuntimeError as error:
        raise BpnetError(f"no thread to watch over the decoding of pictures: {error}") from error
    return clock


def _cause(status: int, seconds: float) -> BpnetError:
    """Return why a process ended with this status, so long after it was given a picture."""
    if status == decoder.NO_PILLOW:
        return BpnetError(f'pictures are read by Pillow: pip install "{PILLOW}"')
    if status == decoder.OUT_OF_MEMORY:
        return DataError(f"takes more than {decoder.MEMORY >> 20} MB to decode; {REMEDY}")
    if status < 0 and status == -getattr(signal, "SIGPROF", 0):
        return DataError(f"takes more than {decoder.SECONDS} s to decode; {REMEDY}")
    if seconds >= PATIENCE:
        return DataError(f"not decoded within {PATIENCE} s; {REMEDY}")
    return DataError(f"not a picture that can be read: its decoder ended with status {status}")


def received(answers: IO[bytes]) -> "Array":
    """Return the grey levels of an answer. Raises: DataError if it is a problem."""
    import numpy as np

    head = _head(answers)
    kind = np.dtype(head["kind"])
    grey = np.empty(head["shape"], np.uint8)
    flat = grey.reshape(-1)
    for start in range(0, flat.size, STRIP):
        part = flat[start : start + STRIP]
        levels = np.frombuffer(_exactly(answers, part.size * kind.itemsize), kind)
        part[:] = levels if kind == np.uint8 else _of_many_bits(levels, *head["ends"])
    return _upright(grey, head["turned"])


def _head(answers: IO[bytes]) -> dict[str, Any]:
    line = answers.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    head: dict[str, Any] = json.loads(line)
    if "problem" in head:
        raise DataError(head["problem"])
    return head


def _exactly(answers: IO[bytes], size: int) -> bytes:
    found = answers.read(size)
    if len(found) < size:
        raise EOFError
    return found


def _of_many_bits(levels: "Array", low: float, high: float) -> "Array":
    """Return levels of any range as bytes, the lowest black and the highest white.

    Whole numbers from 0 on are of so many bits as the highest takes: black and white are known.
    """
    import numpy as np

    if low >= 0 and levels.dtype.kind == "i":
        low, high = 0, 2 ** int(high).bit_length() - 1
    scale = 255 / (high - low) if high > low else 0
    bytes_: Array = np.floor((levels.astype(np.float64) - low) * scale + 0.5).astype(np.uint8)
    return bytes_


def _upright(grey: "Array", turned: int) -> "Array":
    """Return the picture as it was taken, by EXIF's number of how its camera has turned it."""
    if turned in (5, 6, 7, 8):
        grey = grey.T
    if turned in (2, 3, 6, 7):
        grey = grey[:, ::-1]
    if turned in (3, 4, 7, 8):
        grey = grey[::-1]
    return grey
