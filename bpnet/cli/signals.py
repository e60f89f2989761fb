"""SIGINT and SIGTERM, collected while there is something to finish."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PARENT = "BPNET_PARENT"  # in the environment: the number of the process that this one belongs to


@contextmanager
def collected() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM instead of acting on them; a second one acts at once.

    A signal that the program was started to ignore, as by nohup, stays ignored.
    """
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def put_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)
        put_back()

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, note)
    try:
        yield received
    finally:
        put_back()


def orphaned() -> bool:
    """Whether the process that PARENT names is no longer the parent: it has gone."""
    return os.environ[PARENT] != str(os.getppid())
