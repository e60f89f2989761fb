"""Memory that processes share: no name, all of it there at once, or a line."""

import os
import resource
import signal
import tempfile
from pathlib import Path

import pytest

from bpnet.errors import BpnetError
from bpnet.system import shared_memory

MEGABYTE = 2**20
SIZES = [1, 4096, MEGABYTE, 3 * MEGABYTE + 5]


@pytest.fixture(params=["memfd", "a file without a name"])
def kind(request, tmp_path, monkeypatch):
    """Both kinds; of the second, where its folder is."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if request.param != "memfd":
        monkeypatch.delattr(os, "memfd_create")
    elif not hasattr(os, "memfd_create"):
        pytest.skip("there is no memfd here")


@pytest.fixture
def allocated():
    """Allocate; what was is closed at the end."""
    found = []

    def allocate(size):
        found.append(shared_memory.allocate(size))
        return found[-1]

    yield allocate
    for descriptor in found:
        os.close(descriptor)


@pytest.mark.parametrize("size", SIZES)
def test_it_is_zeros_all_of_them_written(kind, allocated, size):
    descriptor = allocated(size)
    assert os.fstat(descriptor).st_blocks * 512 >= size  # a hole has none, until it is read
    assert shared_memory.mapped(descriptor)[:] == bytes(size)


def test_what_one_process_writes_is_read_by_the_others_after_the_descriptor_is_closed(kind):
    descriptor = shared_memory.allocate(10)
    own, other = shared_memory.mapped(descriptor), shared_memory.mapped(descriptor)
    os.close(descriptor)
    if not (child := os.fork()):
        other[3:5] = b"hi"
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert own[:] == b"\0\0\0hi\0\0\0\0\0"


def test_it_has_no_name(kind, allocated, tmp_path):
    assert os.fstat(allocated(MEGABYTE)).st_nlink == 0
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_not_so_much_a_line_says_so_and_nothing_is_kept(kind, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(BpnetError, match="no 4 MB of memory .*: No space left on device; .*rs 1 "):
        shared_memory.allocate(4_000_000)
    assert len(list(descriptors.iterdir())) == before


@pytest.mark.parametrize("room", [MEGABYTE, MEGABYTE + 100])
def test_what_is_only_partly_there_is_not_enough(kind, room):
    """A write at a limit, or of the last free bytes, is cut short: only the next one fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(BpnetError, match="no 2 MB of memory .*: File too large"):
            shared_memory.allocate(2 * MEGABYTE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
