"""Runs on a Dask cluster: real schedulers and workers, which share no disk with the program."""

import os
import signal
import subprocess
import sys

import pytest

from bpnet.config import load
from bpnet.runs import metadata
from tests.helpers import clusters, forks
from tests.helpers.clusters import finish, runs, seconds_until, wait_for_epochs
from tests.helpers.forks import outcome

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")


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


def begin(*options):
    return ("train", "--config", "small.yaml", "--run-dir", "r", *options)


@pytest.fixture
def alone(home):
    """Return a function that trains a seed alone, here, and returns what it comes to."""

    def train(seed, *options):
        folder = f"alone-{seed}"
        command = ("train", "--config", "small.yaml", "--quiet", "--set", f"seed={seed}", *options)
        assert forks.run(home, *command, "--run-dir", folder).status == 0
        return outcome(home / folder)

    return train


def test_runs_on_a_cluster_come_to_the_bytes_of_runs_here(cluster, program, home, alone):
    status, out, err = finish(program(*begin("--seeds", 8), *cluster.options))
    assert status == 0, err
    assert len(out.splitlines()) == 1 + 8 + 2
    assert "mean of 8 seeds" in out
    for seed, run in enumerate(runs(home / "r", 8)):
        assert outcome(run) == alone(seed)
        assert metadata.status(run) == "finished"
        assert load(run / "config.yaml", environment={}).data.dir == "data"
        for epoch in (1, 2, 3):
            assert (
                f"seed-{seed}: epoch {epoch}/3 " in err or f"seed-{seed}: epoch  {epoch}/3" in err
            )
    again = forks.run(home, "train", "--resume", "r")
    assert (again.status, again.out) == (0, out)


LONG = ("--set", "train.epochs=60", "--seeds", 2)


@pytest.fixture
def expected(alone):
    return [alone(seed, *LONG[:2]) for seed in range(2)]


def test_a_signal_stops_the_runs_and_resumed_they_end_the_same(cluster, program, home, expected):
    process = program(*begin(*LONG), *cluster.options)
    wait_for_epochs(process)
    assert len(cluster.jobs()) == 2
    process.send_signal(signal.SIGINT)
    status, out, err = finish(process)
    assert (status, out) == (130, "")
    resume = f"bpnet train --resume r {' '.join(cluster.options)}"
    assert err.endswith(f"interrupted; go on with: {resume}\n"), err
    assert cluster.jobs() == []
    assert [metadata.status(run) for run in runs(home / "r")] == ["interrupted"] * 2
    assert all((run / "checkpoint.npz").exists() for run in runs(home / "r"))
    status, _, err = finish(program(*resume.split()[1:]))
    assert status == 0, err
    assert "seed-0: epoch  1/60" not in err
    assert [outcome(run) for run in runs(home / "r")] == expected


def test_what_a_killed_worker_trained_is_trained_elsewhere(cluster, program, home, expected):
    process = program(*begin(*LONG), *cluster.options)
    wait_for_epochs(process)
    worker = next(worker for worker in cluster.workers if worker.is_alive)
    (job,) = clusters.jobs(worker.folder)
    worker.send(signal.SIGKILL)
    assert seconds_until(lambda: job not in cluster.jobs()) < 5
    status, _, err = finish(process)
    assert status == 0, err
    assert [outcome(run) for run in runs(home / "r")] == expected
    worker.end()


def test_a_host_with_another_bpnet_is_told_before_anything_starts(cluster, program, home):
    other = cluster.start_worker(**clusters.another_bpnet(cluster.folder / "other", "0.0.1"))
    other.wait_for("Registered to:")
    status, out, err = finish(program(*begin("--seeds", 2), *cluster.options))
    line, hint = err.splitlines()
    assert (status, out) == (2, "")
    assert "0.0.1" in line
    assert "install the same" in hint
    assert not (home / "r").exists()
    other.end()


COMMANDS = """
import sys
from importlib import import_module
from pkgutil import walk_packages
import bpnet
for module in walk_packages(bpnet.__path__, "bpnet."):
    if not module.name.startswith(("bpnet.__main__", "bpnet.cli.cluster")):
        import_module(module.name)
from bpnet.cli.main import run
status = run(sys.argv[1:])
print(status, sorted({"distributed", "dask", "tornado"} & {*sys.modules}))
"""


def test_without_a_cluster_nothing_is_imported_that_one_needs(home):
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, "sweep", *begin("--set", "train.epochs=1,2")[1:]],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(clusters.ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr
