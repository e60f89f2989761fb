"""stdout and stderr where nobody reads them any more: written to, into nothing."""

import os
import sys

import pytest

from bpnet.cli.broken_pipes import IgnoringBrokenPipe, surviving_broken_pipes


@pytest.fixture
def pipe():
    """A pipe's two ends."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "w", encoding="utf-8") as writer:
        yield reader, writer


def test_what_is_read_is_written_and_whatever_else_the_stream_has_is_there(pipe):
    reader, writer = pipe
    stream = IgnoringBrokenPipe(writer)
    assert stream.write("a\n") == 2
    stream.flush()
    assert reader.read1() == b"a\n"
    assert (stream.encoding, stream.isatty()) == ("utf-8", False)


def test_from_the_first_write_on_that_fails_it_goes_into_nothing(pipe):
    reader, writer = pipe
    stream = IgnoringBrokenPipe(writer)
    reader.close()
    for _ in range(3):
        assert stream.write("a\n") == 2
        stream.flush()
    writer.write("and directly")
    writer.flush()


def test_at_the_end_there_is_nothing_left_that_could_fail(pipe, monkeypatch):
    reader, writer = pipe
    monkeypatch.setattr(sys, "stdout", writer)
    with surviving_broken_pipes():
        print("lost")  # noqa: T201
        reader.close()
    writer.flush()


def test_stderr_is_guarded_inside_and_itself_again_behind(pipe, monkeypatch):
    reader, writer = pipe
    monkeypatch.setattr(sys, "stderr", writer)
    reader.close()
    with surviving_broken_pipes():
        print("lost", file=sys.stderr, flush=True)  # noqa: T201
    assert sys.stderr is writer


def test_an_error_goes_through_and_a_stream_may_be_missing(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(ZeroDivisionError), surviving_broken_pipes():
        raise ZeroDivisionError
