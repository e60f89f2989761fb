"""Dask clusters that break: it ends right, or a line says what to do; no run is lost."""

import resource
import signal
import sys

import pytest

from bpnet.config import dump
from tests.helpers import clusters, forks
from tests.helpers.clusters import PATIENCE, finish, runs, seconds_until, told, wait_for_epochs
from tests.helpers.forks import Fork, outcome
from tests.helpers.teams import wait_until

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")
EPOCHS = ("--set", "train.epochs=40")
TRAIN = ("train", "--config", "small.yaml", "--run-dir", "r", "--seeds", 2, *EPOCHS)


@pytest.fixture(scope="module")
def expected(small_config, tmp_path_factory):
    """What the two seeds come to, trained here."""
    home = tmp_path_factory.mktemp("alone")
    (home / "small.yaml").write_text(dump(small_config), encoding="utf-8")
    for seed in range(2):
        train = ("train", "--config", "small.yaml", "--quiet", *EPOCHS, "--set", f"seed={seed}")
        assert forks.run(home, *train, "--run-dir", f"{seed}").status == 0
    return [outcome(home / f"{seed}") for seed in range(2)]


def resumed_here(home, folder="r"):
    """Return what the runs in a folder come to when each is resumed."""
    for run in runs(home / folder):
        assert forks.run(home, "train", "--resume", run, "--quiet").status == 0
    return [outcome(run) for run in runs(home / folder)]


def test_a_client_that_is_killed_leaves_no_run_on_the_cluster(cluster, home, expected):
    process = Fork(home, *TRAIN, *cluster.options)
    wait_for_epochs(process)
    process.send(signal.SIGKILL)
    process.wait()
    assert seconds_until(lambda: not cluster.jobs()) < 10
    assert resumed_here(home) == expected


def test_workers_that_will_not_do_are_told_and_their_runs_are_put_elsewhere(
    cluster, home, expected
):
    full = next(worker for worker in cluster.workers if worker.is_alive)
    limits = (20_000, resource.RLIM_INFINITY)  # bytes of a file
    resource.prlimit(full.process.pid, resource.RLIMIT_FSIZE, limits)
    process = Fork(home, *TRAIN, *cluster.options)
    process.wait_for("epoch ", PATIENCE)
    other = cluster.start_worker(**clusters.another_bpnet(cluster.folder / "later", "0.0.1"))
    ended = finish(process)
    for worker in (full, other):
        worker.end()
    assert ended.status == 0, ended.err
    refused = [line for line in told(ended.err) if line.endswith("; they are put elsewhere")]
    assert sum("File too large" in line for line in refused) == 1, ended.err
    assert sum("has bpnet 0.0.1" in line for line in refused) == len(refused) - 1 <= 1, ended.err
    assert len(told(ended.err)) <= 4, ended.err  # also what the disk has told one run, or both
    assert [outcome(run) for run in runs(home / "r")] == expected


def test_a_scheduler_that_dies_is_told_in_a_line_and_the_runs_can_be_resumed(
    cluster, program, home, expected
):
    sweep = ("sweep", *TRAIN[1:-2], "--set", "train.epochs=40,41")  # the first of them as above
    process = program(*sweep, *cluster.options)
    wait_until(lambda: len(list(home.glob("r/01/seed-*/run.json"))) == 2, PATIENCE)
    wait_until(lambda: len(cluster.jobs()) == 2, PATIENCE)
    cluster.scheduler.send(signal.SIGKILL)
    out, err = process.communicate(timeout=PATIENCE)
    wait_until(lambda: not cluster.jobs(), PATIENCE)
    assert (process.returncode, out) == (1, "")
    *_, line, hint = err.splitlines()
    assert "the Dask scheduler has gone" in line
    assert f"go on with: bpnet sweep --resume r {' '.join(cluster.options)}" in hint
    assert "Traceback" not in err
    assert resumed_here(home, "r/01") == expected
