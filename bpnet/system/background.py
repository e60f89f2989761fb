"""Threads of this program's own, where the system still allows one."""

from collections.abc import Callable
from threading import Thread
from typing import Any

from bpnet.errors import BpnetError


def start(work: Callable[..., object], *arguments: Any, daemon: bool = True) -> Thread:
    """Start the work on another thread; the program's end does not wait for a daemon.

    Raises: BpnetError if there can be no other thread.
    """
    thread = Thread(target=work, args=arguments, daemon=daemon)
    try:
        thread.start()
    except RuntimeError as error:
        raise BpnetError(
            "no more threads can be started: the limit of processes (ulimit -u, or a container's), "
            "or of memory (ulimit -v), is reached; raise it, or end other programs"
        ) from error
    return thread
