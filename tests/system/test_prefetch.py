"""Items made on another thread: in order, one ahead, and errors in their turn."""

import threading

import pytest

from bpnet.system.prefetch import prefetch


def test_one_item_is_made_ahead_and_no_more():
    made = []
    second = threading.Event()

    def items():
        for number in range(5):
            made.append(number)
            if number == 1:
                second.set()
            yield number

    found = prefetch(items())
    assert next(found) == 0
    assert second.wait(10)
    found.close()
    assert made == [0, 1]


def test_items_are_made_on_another_thread():
    (name,) = prefetch(threading.current_thread().name for _ in range(1))
    assert name != threading.current_thread().name


def test_an_error_comes_in_its_items_turn():
    def items():
        yield 1
        raise MemoryError

    found = prefetch(items())
    assert next(found) == 1
    with pytest.raises(MemoryError):
        next(found)


def test_no_thread_is_left_of_an_abandoned_iterator():
    before = set(threading.enumerate())
    found = prefetch(iter("abc"))
    next(found)
    (thread,) = set(threading.enumerate()) - before
    found.close()
    thread.join(10)
    assert not thread.is_alive()


def test_an_abandoned_iterator_does_not_block():
    second, left = threading.Event(), threading.Event()

    def items():
        yield 1
        second.set()
        assert left.wait(10)

    found = prefetch(items())
    next(found)
    assert second.wait(10)
    found.close()
    left.set()
