"""What a module is given to tell how far it is; who tells it to whom is not its business."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

Tell: TypeAlias = Callable[[str], object]  # takes a line of news for the user
Advance: TypeAlias = Callable[[int], object]  # takes how many more bytes, or images, are done
ByteProgress: TypeAlias = Callable[[str, int], AbstractContextManager[Advance]]  # name, size


def silent(line: str) -> None:
    """Tell nobody."""


def never() -> bool:
    """Do not stop."""
    return False


def unwatched(done: object) -> None:
    """Show nobody."""


@contextmanager
def silently(name: str, size: int) -> Iterator[Advance]:
    """Show no progress."""
    yield unwatched
