"""What a Dask cluster costs, and what takes too long for a test; on one machine, Linux only.

    python -m tests.benchmarks.clusters [gap|suspended|idle|scale]...

Each section starts a scheduler and workers of its own, as processes, and prints what it saw.
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
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
TRIALS, SEEDS, THREADS = 50, 100, 64
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

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()

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
            with Program(home, *train, *wide, *cluster.options) as program:
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
            with Program(home, *train, "--set", "train.epochs=100", *cluster.options) as program:
                clusters.seconds_until(lambda other=other: clusters.jobs(other.folder))
                other.send(signal.SIGSTOP)
                time.sleep(30)
                other.send(signal.SIGCONT)
                status = program.process.wait(120)
                print(f"suspended for 30 s, {option}: exit status {status}; {program.lines()}")


def idle():
    """A cluster without Dask workers: a line after 10 s; then one comes."""
    train = ("train", "--config", "small.yaml", "--seeds", 2, "--run-dir", "r")
    with (
        at_home() as home,
        clusters.running(home / "cluster", workers=0) as cluster,
        Program(home, *train, *cluster.options) as program,
    ):
        print(f"no Dask workers: told after {program.wait_for('no Dask workers'):.1f} s")
        print(*program.lines(), sep="\n")
        cluster.ready(1)
        print(f"one has come: exit status {program.process.wait(60)}")


def scale():
    """5,000 runs that only sleep, on 64 Dask workers that are threads of one process."""
    rates = ",".join(f"{0.001 * (1 + rate):.3f}" for rate in range(TRIALS))
    sweep = ("sweep", "--config", "small.yaml", "--set", f"train.learning_rate={rates}")
    with at_home() as home, clusters.running(home / "cluster", workers=0) as cluster:
        with Program(home, "train", "--config", "small.yaml", "--run-dir", "like") as program:
            program.process.wait()
        host = [sys.executable, "-m", "tests.benchmarks.sleeping", cluster.address(), home / "like"]
        host += [THREADS]
        with subprocess.Popen(
            [*map(str, host)], cwd=clusters.ROOT, stderr=subprocess.DEVNULL
        ) as workers:
            options = ("--seeds", SEEDS, "--run-dir", "s", "--quiet", *cluster.options)
            since = time.monotonic()
            with Program(home, *sweep, *options) as program:
                sizes = memory_while_it_runs(program.process)
                status = program.process.wait()
            workers.kill()
        rows = (home / "s" / "results.csv").read_text(encoding="utf-8").splitlines()[1:]
        finished = sum(",finished," in row for row in rows)
        print(
            f"{TRIALS} x {SEEDS} runs on {THREADS} threads: exit status {status} after "
            f"{time.monotonic() - since:.0f} s, {finished} of {len(rows)} rows finished; the "
            f"client's MB at each tenth of the time: {sizes[:: max(1, len(sizes) // 10)]}"
        )
        print(*program.lines()[-8:], sep="\n")


def memory_while_it_runs(process):
    """Return the MB of a process, each second until it ends."""
    sizes = []
    while process.poll() is None:
        with suppress(OSError, TypeError):
            text = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            sizes.append(int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) // 1024)
        time.sleep(1)
    return sizes


SECTIONS = {"gap": gap, "suspended": suspended, "idle": idle, "scale": scale}


def main():
    """Print the sections that are named, or all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []])
    for name in parser.parse_args().sections or SECTIONS:
        SECTIONS[name]()


if __name__ == "__main__":
    main()
