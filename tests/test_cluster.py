"""Runs on a Dask cluster: real schedulers and workers, which share no disk with the program."""

import signal
import subprocess
import sys

import pytest

from bpnet.config import load
from bpnet.runs import metadata
from tests.helpers import clusters, forks
from tests.helpers.clusters import finish, runs, seconds_until, wait_for_epochs
from tests.helpers.forks import Fork, outcome

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")


@pytest.fixture
def alone(home):
    """Return a function that trains a seed alone, here, and returns what it comes to."""

    def train(seed, *options):
        folder = f"alone-{seed}"
        command = ("train", "--config", "small.yaml", "--quiet", "--set", f"seed={seed}", *options)
        assert forks.run(home, *command, "--run-dir", folder).status == 0
        return outcome(home / folder)

    return train


def begin(*options):
    return ("train", "--config", "small.yaml", "--run-dir", "r", *options)


LONG = ("--set", "train.epochs=40")


def test_runs_on_a_cluster_come_to_the_bytes_of_runs_here(cluster, program, home, alone):
    process = program(*begin("--seeds", 8), *cluster.options)
    out, err = process.communicate(timeout=clusters.PATIENCE)
    assert process.returncode == 0, err
    assert "mean of 8 seeds" in out
    assert clusters.told(err) == []
    for seed, run in enumerate(runs(home / "r", 8)):
        assert outcome(run) == alone(seed)
        assert metadata.status(run) == "finished"
        assert load(run / "config.yaml", environment={}).data.dir == "data"
        assert all(f"seed-{seed}: epoch {epoch}/3 " in err for epoch in (1, 2, 3))
    again = forks.run(home, "train", "--resume", "r")
    assert (again.status, again.out) == (0, out)


def test_a_signal_stops_the_runs_and_resumed_they_end_the_same(cluster, home, alone):
    process = Fork(home, *begin(*LONG, "--seeds", 2), *cluster.options)
    wait_for_epochs(process)
    assert len(cluster.jobs()) == 2
    process.send(signal.SIGINT)
    ended = finish(process)
    assert (ended.status, ended.out) == (130, "")
    resume = f"bpnet train --resume r {' '.join(cluster.options)}"
    assert clusters.told(ended.err) == [f"interrupted; go on with: {resume}"]
    assert cluster.jobs() == []
    assert [metadata.status(run) for run in runs(home / "r")] == ["interrupted"] * 2
    resumed = forks.run(home, *resume.split()[1:])
    assert resumed.status == 0, resumed.err
    assert "seed-0: epoch  1/40" not in resumed.err
    assert [outcome(run) for run in runs(home / "r")] == [alone(seed, *LONG) for seed in range(2)]


def test_what_a_killed_worker_trained_is_trained_elsewhere(cluster, home, alone):
    process = Fork(home, *begin(*LONG, "--seeds", 2), *cluster.options)
    wait_for_epochs(process)
    killed = next(worker for worker in cluster.workers if clusters.jobs(worker.folder))
    (job,) = clusters.jobs(killed.folder)
    killed.send(signal.SIGKILL)
    assert seconds_until(lambda: job not in cluster.jobs()) < 5
    ended = finish(process)
    killed.end()
    assert ended.status == 0, ended.err
    (line,) = clusters.told(ended.err)
    assert "begun again by tcp://127.0.0.1:" in line
    assert [outcome(run) for run in runs(home / "r")] == [alone(seed, *LONG) for seed in range(2)]


def test_a_host_with_another_bpnet_is_told_before_anything_starts(cluster, home):
    other = cluster.start_worker(**clusters.another_bpnet(cluster.folder / "other", "0.0.1"))
    other.wait_for("Registered to:")
    ended = finish(Fork(home, *begin("--seeds", 2), *cluster.options))
    other.end()
    line, hint, *_ = ended.err.splitlines()
    assert (ended.status, ended.out) == (2, "")
    assert "127.0.0.1: the Dask worker has bpnet 0.0.1" in line
    assert "install the same" in hint
    assert not list(home.glob("r/*/checkpoint.npz"))


ALL_BUT_IT = """
import sys
from importlib import import_module
from pkgutil import walk_packages
import bpnet
for module in walk_packages(bpnet.__path__, "bpnet."):
    if not module.name.startswith(("bpnet.__main__", "bpnet.cli.cluster")):
        import_module(module.name)
print(sorted({"distributed", "dask", "tornado"} & {*sys.modules}))
"""


def test_nothing_else_imports_what_a_cluster_needs():
    code = [sys.executable, "-P", "-c", ALL_BUT_IT]
    environment = {"PYTHONPATH": str(clusters.ROOT)}
    done = subprocess.run(code, capture_output=True, check=True, env=environment, text=True)
    assert done.stdout == "[]\n"
