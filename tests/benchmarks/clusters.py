"""What a Dask cluster costs, and what takes too long for a test; on one machine, Linux only.

    python -m tests.benchmarks.clusters [gap|suspended|idle|scale]...

Each section starts a scheduler and workers of its own, as processes, and prints what it saw.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from bpnet.datasets import drawn_digits
from bpnet.system.progress import silent
from tests.helpers import clusters
from tests.helpers.teams import state

CONFIG = """
data: {dataset: drawn, dir: data, validation: 100}
network: {hidden: [16]}
train: {epochs: 3, batch_size: 32}
"""
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def at_home():
    """Have a folder with a small config and small data, and no more."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "small.yaml").write_text(CONFIG, encoding="utf-8")
        drawn_digits.COUNTS = (600, 200)
        drawn_digits.load(folder / "data" / "drawn", silent)
        yield folder


class Program:
    """bpnet, on a cluster; its lines are kept with the time at which they came."""

    def __init__(self, home, *arguments):
        self.log = home / f"log-{time.monotonic_ns()}"
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bpnet", *map(str, arguments)],
                cwd=home,
                env=os.environ | {"PYTHONPATH": str(clusters.ROOT)},
                stdout=log,
                stderr=log,
            )

    def said(self):
        return self.log.read_text(encoding="utf-8")

    def lines(self):
        """Return what it has said beside its epochs."""
        return clusters.told(self.said())

    def wait_for(self, words, seconds=60):
        """Wait until it has said the words; return how long that took."""
        return clusters.seconds_until(lambda: words in self.said(), seconds)


def gap():
    """From the end of one run's process to the start of the next one's, on one Dask worker."""
    for hidden in (16, 800):
        with at_home() as home, clusters.running(home / "cluster", workers=1) as cluster:
            train = ("train", "--config", "small.yaml", "--seeds", 24, "--quiet")
            wide = ("--set", f"network.hidden=[{hidden}]", "--set", "train.epochs=1")
            program = Program(home, *train, *wide, *cluster.options)
            starts, ends = watched(program, cluster)
            gaps = sorted(1000 * (s - e) for e, s in zip(ends[:-1], starts[1:], strict=True))
            size = sum(path.stat().st_size for path in home.glob("runs/*/seed-0/*")) / 1e6
            print(
                f"784-{hidden}-10, {size:.1f} MB a run: from end to start, median "
                f"{statistics.median(gaps):.0f} ms ({gaps[0]:.0f} to {gaps[-1]:.0f}), "
                f"{len(gaps)} of them; exit status {program.process.wait()}"
            )


def watched(program, cluster):
    """Return when each run's process started and when it ended, by the clock of the machine."""
    starts, ends, running = [], [], None
    while program.process.poll() is None:
        if running and state(running) in "ZX":
            ends.append(time.clock_gettime(time.CLOCK_BOOTTIME))
            running = None
        for job in () if running else cluster.jobs():
            text = Path(f"/proc/{job}/stat").read_text(encoding="utf-8")
            starts.append(int(text.rpartition(")")[2].split()[19]) / TICKS)
            running = job
        time.sleep(0.001)
    return starts, ends


def suspended():
    """A Dask worker that is suspended for 30 seconds, with and without a nanny."""
    for option in ("--no-nanny", "--nanny"):
        with at_home() as home, clusters.running(home / "cluster", workers=1) as cluster:
            other = cluster.start_worker(option)
            other.wait_for("Registered to:")
            train = ("train", "--config", "small.yaml", "--seeds", 6, "--run-dir", "r")
            program = Program(home, *train, "--set", "train.epochs=100", *cluster.options)
            clusters.seconds_until(lambda c=cluster, o=other: clusters.jobs(o.folder))
            other.send(signal.SIGSTOP)
            time.sleep(30)
            other.send(signal.SIGCONT)
            status = program.process.wait(120)
            print(f"suspended for 30 s, {option}: exit status {status}; {program.lines()}")


def idle():
    """A cluster without Dask workers: a line after 10 s; then one comes."""
    with at_home() as home, clusters.running(home / "cluster", workers=0) as cluster:
        program = Program(home, "train", "--config", "small.yaml", "--seeds", 2, *cluster.options)
        print(f"no Dask workers: told after {program.wait_for('no Dask workers'):.1f} s")
        print(*program.lines(), sep="\n")
        cluster.ready(1)
        print(f"one has come: exit status {program.process.wait(60)}")


SECTIONS = {"gap": gap, "suspended": suspended, "idle": idle}


def main():
    """Print the sections that are named, or all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS])
    for name in parser.parse_args().sections or SECTIONS:
        SECTIONS[name]()


if __name__ == "__main__":
    main()
