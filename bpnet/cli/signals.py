"""The signals that end the program: acted on, or collected while there is something to finish.

A signal that the program was started to ignore, as by nohup or a shell's &, stays ignored.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

HANGUP = [signal.SIGHUP] if hasattr(signal, "SIGHUP") else []  # Windows has none
ENDING = [signal.SIGINT, signal.SIGTERM, *HANGUP]


def leave_on_them() -> None:
    """From now on, leave at a signal: so that everything on the way is closed and removed."""
    _handle(ENDING, _leave)


def ignore_them() -> None:
    """From now on, when all is done, ignore them: Python's own end has no room for them."""
    _handle(ENDING, signal.SIG_IGN)


@contextmanager
def collected() -> Iterator[list[int]]:
    """Collect the signals instead of acting on them; a second one acts at once.

    But no hangup does after another signal: a terminal that is closed sends two, one of its own and
    one through the shell.
    """
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDING}

    def put_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        put_back()
        _handle(HANGUP, signal.SIG_IGN)

    _handle(ENDING, note)
    try:
        yield received
    finally:
        put_back()
        if received:
            _handle(HANGUP, signal.SIG_IGN)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """Leave by SystemExit, after Ctrl-C by KeyboardInterrupt; a further signal does not wait."""
    _handle(ENDING, _die)
    _handle(HANGUP, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)


def _die(number: int, frame: FrameType | None) -> NoReturn:
    os._exit(128 + number)


def _handle(numbers: Iterable[int], handler: Callable[[int, FrameType | None], Any] | int) -> None:
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
