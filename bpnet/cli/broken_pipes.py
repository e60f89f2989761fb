"""stdout and stderr where nobody reads them any more, or nothing more fits."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from typing import Any, TextIO


class IgnoringBrokenPipe:
    """A stream that goes on, into nothing, from the first write on that fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text, or lose it."""
        with _lost_if_broken(self._stream):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what waits, or lose it."""
        with _lost_if_broken(self._stream):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def surviving_broken_pipes() -> Iterator[None]:
    """Let nothing depend on whether stderr is read, and leave nothing to fail at Python's end.

    It would be told there as an ignored exception, and make the exit status 120.
    """
    with redirect_stderr(None if sys.stderr is None else IgnoringBrokenPipe(sys.stderr)):
        try:
            yield
        finally:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                with _lost_if_broken(stream):
                    stream.flush()


@contextmanager
def _lost_if_broken(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except OSError:
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
