"""The next item, made on another thread while this one is used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, each made while the one before is in use.

    One item is ready at most, and one in use: the making of the next must not change either.
    What is raised in the making of an item is raised here, in the item's turn.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    with ThreadPoolExecutor(1) as thread:  # to leave it is to wait for what is being made
        following = thread.submit(_next, items)
        while ready := following.result():
            following = thread.submit(_next, items)
            yield from ready


def _next(items: Iterator[Item]) -> list[Item]:
    """Return the next item, or nothing at the end."""
    return list(islice(items, 1))
