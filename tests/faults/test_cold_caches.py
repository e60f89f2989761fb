"""Many first runs on one cold cache: each ends well, and no wrong byte ever has a file's name."""

import fcntl
import signal

import pytest

from bpnet.datasets import cache, download
from tests.helpers.forks import Fork
from tests.helpers.server import serving, stall, status, whole
from tests.helpers.sources import (
    ALL,
    CONTENTS,
    PACKED,
    good,
    holds_only_right_files,
    is_right,
    published_by,
)

ROUNDS, PROCESSES = 5, 8


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture(params=["with locks", "with locks that do nothing"])
def locks(request, monkeypatch):
    if request.param != "with locks":
        monkeypatch.setattr(fcntl, "flock", lambda *arguments: None)
        monkeypatch.setattr(fcntl, "fcntl", lambda *arguments: arguments[-1])
    return request.param


def fetchers(folder, count, hinder=lambda: None):
    """Start processes that all want the dataset in this folder."""
    fetch = ("data", "fetch", "--data-dir", folder)
    return [Fork(folder.parent, *fetch, hinder=hinder) for _ in range(count)]


def test_eight_first_runs_on_a_cold_cache_all_end_well(server, locks, tmp_path):
    with published_by(server.mirror(good)):
        for number in range(ROUNDS):
            folder, asked = tmp_path / str(number), len(server.asked)
            ended = [child.wait() for child in fetchers(folder, PROCESSES)]
            assert [(e.status, e.out) for e in ended] == [(0, f"{folder}/mnist\n")] * PROCESSES
            assert is_right(folder / "mnist")
            if locks == "with locks":
                assert len(server.asked) - asked == len(PACKED)


def test_first_runs_that_all_fail_leave_no_file(server, tmp_path):
    """One may leave an empty folder: that of another, which has ended meanwhile."""
    with published_by(server.mirror(status(404))):
        ended = [child.wait() for child in fetchers(tmp_path / "data", PROCESSES // 2)]
    assert [e.status for e in ended] == [1] * len(ended)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_those_that_wait_say_for_whom(server, tmp_path):
    with published_by(server.mirror(stall)):
        (first,) = fetchers(tmp_path, 1)
        while not server.asked:
            pass
        (second,) = fetchers(tmp_path, 1)
        second.wait_for(f"mnist: waiting for process {first.pid} on ")
        for child in (second, first):
            child.send(signal.SIGTERM)
            assert child.wait().status == 143


def test_when_the_one_that_downloads_is_killed_another_goes_on(server, locks, tmp_path):
    with published_by(server.mirror(good, good, stall, good)):
        (first,) = fetchers(tmp_path, 1)
        while len(server.asked) < 3:
            pass
        others = fetchers(tmp_path, 3)
        first.send(signal.SIGKILL)
        assert first.wait().status == -signal.SIGKILL
        assert [child.wait().status for child in others] == [0, 0, 0]
    assert is_right(tmp_path / "mnist")


def test_one_that_is_stopped_is_not_waited_for_for_ever(server, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "PATIENCE", 0.3)
    with published_by(server.mirror(stall, good)):
        (first,) = fetchers(tmp_path, 1)
        while not server.asked:
            pass
        first.send(signal.SIGSTOP)
        (second,) = fetchers(tmp_path, 1)
        assert second.wait().status == 0
        assert is_right(tmp_path / "mnist")
        first.send(signal.SIGKILL)
        first.wait()


def test_wrong_files_that_many_find_at_once_are_replaced_and_one_is_kept(server, locks, tmp_path):
    folder = tmp_path / "mnist"
    folder.mkdir()
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"mine")
    with published_by(server.mirror(good)):
        ended = [child.wait() for child in fetchers(tmp_path, PROCESSES)]
    assert [e.status for e in ended] == [0] * PROCESSES
    assert holds_only_right_files(folder)
    assert {path.name for path in folder.iterdir()} == {
        *ALL, ".lock", "train-images-idx3-ubyte.gz.corrupt",
    }  # fmt: skip


def test_a_cache_that_is_emptied_in_the_middle_is_filled_again(server, tmp_path):
    folder = tmp_path / "mnist"

    def empty(request):
        for path in folder.iterdir():
            path.unlink()
        good(request)

    with published_by(server.mirror(good, good, empty, good)):
        (child,) = fetchers(tmp_path, 1)
        assert child.wait().status in (0, 1)  # it is told what is missing, or all is there
        assert holds_only_right_files(folder)
        (child,) = fetchers(tmp_path, 1)
        assert child.wait().status == 0
    assert is_right(folder)


def test_bytes_that_are_kept_unproven_are_found_out(server, monkeypatch, tmp_path):
    monkeypatch.setattr(download.Published, "matches", lambda file, content: True)
    wrong = PACKED["t10k-images-idx3-ubyte.gz"]
    with published_by(server.mirror(whole(wrong))):
        (child,) = fetchers(tmp_path, 1)
        child.wait()
    assert not holds_only_right_files(tmp_path / "mnist")
    assert CONTENTS
