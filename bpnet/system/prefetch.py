"""The next item, made on another thread while this one is used."""

from collections.abc import Iterator
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

from bpnet.system import background

Item = TypeVar("Item")


def prefetch(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, each made while the one before is in use.

    One item is ready at most, and one in use: the making of the next must not change either.
    What is raised in the making of an item is raised here, in the item's turn. An abandoned
    iterator does not block: its thread ends with the item that it makes, or with the program.

    >>> list(prefetch(iter("abc")))
    ['a', 'b', 'c']
    """
    wanted = SimpleQueue[bool]()
    made = SimpleQueue[list[Item] | Exception]()
    background.start(_make, items, wanted, made)
    wanted.put(True)
    try:
        while ready := made.get():
            if isinstance(ready, Exception):
                raise ready
            wanted.put(True)
            yield from ready
    finally:
        wanted.put(False)


def _make(
    items: Iterator[Item],
    wanted: SimpleQueue[bool],
    made: SimpleQueue[list[Item] | Exception],
) -> None:
    """Make an item, or nothing at the end, as often as one is wanted."""
    while wanted.get():
        try:
            made.put(list(islice(items, 1)))
        except Exception as error:
            made.put(error)
