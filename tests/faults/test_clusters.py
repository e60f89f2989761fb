"""Dask clusters that break: it ends right, or a line says what to do; no run is lost."""

import resource
import signal
import sys
import time

import pytest

from bpnet.config import dump
from bpnet.runs import metadata
from tests.helpers import clusters, forks
from tests.helpers.clusters import PATIENCE, finish, runs, seconds_until, told, wait_for_epochs
from tests.helpers.forks import outcome
from tests.helpers.teams import wait_until

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")
EPOCHS = ("--set", "train.epochs=60")


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    with clusters.running(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def cluster(started):
    """A cluster with two Dask workers, on which nothing is left when the test is done."""
    with clusters.left_clean(started) as cluster:
        yield cluster


@pytest.fixture
def home(tmp_path, small_config):
    """The folder of the program."""
    return clusters.make_home(tmp_path, small_config)


@pytest.fixture(scope="module")
def expected(small_config, small_data, tmp_path_factory):
    """What the two seeds come to, trained here."""
    home = tmp_path_factory.mktemp("alone")
    (home / "small.yaml").write_text(dump(small_config), encoding="utf-8")
    for seed in range(2):
        train = ("train", "--config", "small.yaml", "--quiet", *EPOCHS, "--set", f"seed={seed}")
        assert forks.run(home, *train, "--run-dir", f"{seed}").status == 0
    return [outcome(home / f"{seed}") for seed in range(2)]


TRAIN = ("train", "--config", "small.yaml", "--run-dir", "r", "--seeds", 2, *EPOCHS)


def test_a_scheduler_that_dies_is_told_in_a_line_and_the_runs_can_be_resumed(
    tmp_path_factory, program, home, expected
):
    with clusters.running(tmp_path_factory.mktemp("dying")) as cluster:
        process = program(*TRAIN, *cluster.options)
        wait_for_epochs(process)
        cluster.scheduler.send(signal.SIGKILL)
        status, out, err = finish(process)
        wait_until(lambda: not cluster.jobs(), PATIENCE)
    assert (status, out) == (1, "")
    lines = told(err)
    assert len(lines) <= 3, err
    assert "--resume r" in lines[-1]
    assert forks.run(home, "train", "--resume", "r", "--quiet").status == 0
    assert [outcome(run) for run in runs(home / "r")] == expected


def test_a_client_that_is_killed_leaves_no_run_on_the_cluster(cluster, program, home, expected):
    process = program(*TRAIN, *cluster.options)
    wait_for_epochs(process)
    process.kill()
    finish(process)
    assert seconds_until(lambda: not cluster.jobs()) < 20
    wait_until(lambda: not cluster.left(), PATIENCE)
    resumed = program("train", "--resume", "r", "--quiet", *cluster.options)
    assert finish(resumed)[0] == 0
    assert [outcome(run) for run in runs(home / "r")] == expected


def test_a_worker_that_is_suspended_goes_on(cluster, program, home, expected):
    process = program(*TRAIN, *cluster.options)
    wait_for_epochs(process)
    worker = next(worker for worker in cluster.workers if worker.is_alive)
    worker.send(signal.SIGSTOP)
    time.sleep(2)
    worker.send(signal.SIGCONT)
    status, _, err = finish(process)
    assert status == 0, err
    assert told(err) == []
    assert [outcome(run) for run in runs(home / "r")] == expected


def test_a_worker_with_another_bpnet_that_joins_later_trains_nothing(
    cluster, program, home, expected
):
    process = program(*TRAIN, *cluster.options)
    wait_for_epochs(process)
    versions = clusters.another_bpnet(cluster.folder / "later", "0.0.1")
    other = cluster.start_worker(**versions)
    other.wait_for("Registered to:")
    for worker in cluster.workers:
        if worker is not other and worker.is_alive:
            worker.send(signal.SIGKILL)
            break
    status, _, err = finish(process)
    other.end()
    assert status == 0, err
    assert sum("0.0.1" in line for line in err.splitlines()) == 1, err
    assert [outcome(run) for run in runs(home / "r")] == expected


def test_a_worker_with_a_full_disk_is_told_and_its_runs_are_put_elsewhere(
    cluster, program, home, expected
):
    full = next(worker for worker in cluster.workers if worker.is_alive)
    limits = (20_000, resource.RLIM_INFINITY)  # bytes of a file
    resource.prlimit(full.process.pid, resource.RLIMIT_FSIZE, limits)
    status, _, err = finish(program(*TRAIN, *cluster.options))
    full.end()
    assert status == 0, err
    (line,) = told(err)
    assert "File too large" in line
    assert "its runs are put elsewhere" in line
    assert [outcome(run) for run in runs(home / "r")] == expected


def test_two_programs_share_a_cluster(cluster, program, home, expected):
    both = [
        program(*("s" if word == "r" else word for word in TRAIN), *cluster.options),
        program(*TRAIN, *cluster.options),
    ]
    for process in both:
        status, _, err = finish(process)
        assert status == 0, err
    assert [outcome(run) for run in runs(home / "r")] == expected
    assert [outcome(home / "s" / run.name) for run in runs(home / "r")] == expected
    assert metadata.status(home / "s" / "seed-0") == "finished"
