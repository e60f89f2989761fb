"""Any server: a good mirror behind a bad one wins, a bad one alone is told of; nothing stays."""

import time
from functools import partial

import pytest

from bpnet.datasets import catalogue, download
from bpnet.datasets.catalogue import File, Source
from tests.helpers.bad_servers import CONTENT, FAULTS, FILE, LIMITS, LONGEST
from tests.helpers.forks import run
from tests.helpers.server import serving, whole

ROWS = list(FAULTS)
PROGRAM = 1.5  # seconds for the program itself, on a busy machine


@pytest.fixture
def fetch(tmp_path, monkeypatch):
    """Return a function that fetches a file, as the program does, from the mirrors given."""
    monkeypatch.setattr(download, "fetch", partial(download.fetch, limits=LIMITS))

    def fetch(*mirrors):
        monkeypatch.setitem(catalogue.SOURCES, "mnist", Source(mirrors, (File(FILE),)))
        began = time.monotonic()
        ended = run(tmp_path, "data", "fetch", "--data-dir", "data")
        assert time.monotonic() - began < LIMITS.rounds * LONGEST + PROGRAM
        assert "Traceback" not in ended.err
        assert "a bug of bpnet" not in ended.err
        return ended

    return fetch


def kept(tmp_path):
    return {p.name: p.read_bytes() for p in (tmp_path / "data/mnist").iterdir()}


def test_there_are_enough_ways_to_be_bad():
    assert len(FAULTS) >= 25


def test_a_good_mirror_behind_a_bad_one_wins(fetch, tmp_path, row):
    with serving() as server:
        mirrors = server.mirror(FAULTS[row][0]), server.mirror(whole(CONTENT))
        assert fetch(*mirrors)[:3] == (0, "data/mnist\n", "")
        assert server.count(mirrors[1]) == 1
    assert kept(tmp_path).items() >= {FILE.name: CONTENT}.items()
    assert kept(tmp_path).keys() == {FILE.name, ".lock"}


def test_bad_mirrors_alone_are_told_of_and_leave_nothing(fetch, tmp_path, row):
    with serving() as server:
        mirror = server.mirror(FAULTS[row][0])
        ended = fetch(mirror)
        first, reason, looked, advice = ended.err.splitlines()
        assert (ended.status, ended.out) == (1, "")
        assert first == f"Error: {FILE.name}: could not be downloaded"
        assert reason.startswith(f"       {mirror}: ")
        assert looked.startswith("       looked in ")
        assert "--data-dir" in advice
    assert not (tmp_path / "data").exists()
