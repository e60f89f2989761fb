"""Runs that a cluster trains: here the scheduler and its workers are threads of this process.

Those that are processes, and what becomes of them, are in `tests/test_cluster.py`.
"""

import sys
from pathlib import Path

import pytest

from bpnet.cli.cluster import versions
from tests.helpers.forks import outcome

distributed = pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # Dask's own
    pytest.mark.skipif(sys.platform != "linux", reason="as in tests/test_cluster.py"),
]


@pytest.fixture(scope="module")
def address():
    """The address of a scheduler with two Dask workers."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    ) as cluster:
        yield cluster.scheduler_address


def test_a_sweep_comes_to_the_bytes_of_one_here(bpnet, small_file, address):
    rates = "train.learning_rate=0.1,1e6,0.3"
    deep = "network.hidden=[16, 16, 16]"  # or 1e6 would do
    trials = ("--config", small_file, "--set", rates, "--set", deep, "--seeds", 2)
    there = bpnet("sweep", *trials, "--run-dir", "there", "--scheduler", address)
    here = bpnet("sweep", *trials, "--run-dir", "here", "--jobs", 2)
    assert there.status == here.status == 1
    assert "02/seed-1: Error: the loss or a weight is no longer a finite number" in there.err
    for run in ("01/seed-0", "01/seed-1", "03/seed-0", "03/seed-1"):
        assert outcome(Path("there") / run) == outcome(Path("here") / run)


def test_other_versions_are_told_and_nothing_is_made(bpnet, small_file, address, monkeypatch):
    monkeypatch.setattr(versions, "here", lambda: ("0.0.1", "1.0"))
    result = bpnet(
        "train", "--config", small_file, "--seeds", 2, "--run-dir", "r", "--scheduler", address
    )
    assert result.status == 2
    assert result.err.startswith("Error: 127.0.0.1: the Dask worker has bpnet ")
    assert not Path("r").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "does not exist"),
        ("{", "no scheduler's file"),
        ("[]", "no scheduler's file"),
        ('{"address": 7}', "has no address of a scheduler"),
    ],
)
def test_a_scheduler_file_that_is_none_is_refused(bpnet, small_file, content, told):
    if content:
        Path("s.json").write_text(content, encoding="utf-8")
    trials = ("--set", "train.learning_rate=0.1,0.3", "--run-dir", "r")
    result = bpnet("sweep", "--config", small_file, *trials, "--scheduler-file", "s.json")
    assert result.status == 2
    assert result.err.startswith(f"Error: s.json: {told}; expected a file that `dask scheduler")
    assert not Path("r").exists()


def test_where_no_scheduler_answers_it_is_said_and_nothing_is_made(bpnet, small_file):
    result = bpnet("train", "--config", small_file, "--seeds", 2, "--scheduler", "nowhere")
    assert result.status == 1
    assert result.err.startswith("Error: --scheduler nowhere: no Dask scheduler: ")
    assert not Path("runs").exists()
