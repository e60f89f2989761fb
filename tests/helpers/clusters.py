"""Dask clusters: a scheduler and workers, each a process of its own, as people start them."""

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import bpnet
from bpnet.config import Config, dump
from tests.helpers.forks import Ended, Fork
from tests.helpers.teams import children, state, wait_until

ROOT = Path(bpnet.__file__).parents[1]
PATIENCE = 120  # seconds until what takes two comes, since others use the machine too
FOREIGN = ("BPNET", "DASK", "OMP_", "OPENBLAS_", "MKL_", "PYTHONPATH")
NOWHERE = {"BPNET_MIRROR": "http://127.0.0.1:9/"}  # nothing can be downloaded from there


class Process:
    """A process of a cluster; what it says goes to a file."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        kept = {name: text for name, text in os.environ.items() if not name.startswith(FOREIGN)}
        with (folder / "log").open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
                cwd=folder,
                env=kept | {"PYTHONPATH": str(ROOT)} | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def said(self) -> str:
        """Return what it has said so far."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def wait_for(self, words: str) -> None:
        """Wait until it has said the words."""
        wait_until(lambda: words in self.said() or not self.is_alive, PATIENCE)
        assert words in self.said(), f"it never said {words!r}: {self.said()}"

    def send(self, number: int) -> None:
        """Send a signal to it, and to all that Dask has started for it, but to no run."""
        for process in {self.process.pid, *below(self.process.pid)} - set(jobs(self.folder)):
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def end(self) -> None:
        """Kill it, with its runs, and wait until it is gone."""
        self.send(signal.SIGKILL)
        self.process.wait()
        for process in jobs(self.folder):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


class Cluster:
    """A scheduler, and Dask workers, each with a folder, that share nothing with anybody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.workers: list[Process] = []
        self.scheduler = self._start_scheduler()

    def _start_scheduler(self) -> Process:
        self.file.unlink(missing_ok=True)
        return Process(
            self.folder / f"scheduler-{time.monotonic_ns()}", "scheduler", "--host", "127.0.0.1",
            "--port", "0", "--scheduler-file", str(self.file),
        )  # fmt: skip

    @property
    def options(self) -> tuple[str, str]:
        """The options that let bpnet train on it."""
        return "--scheduler-file", str(self.file)

    def address(self) -> str:
        """Return where the scheduler listens."""
        self.scheduler.wait_for("Scheduler at:")
        return self.scheduler.said().partition("Scheduler at:")[2].split()[0]

    def start_worker(self, *options: str, **environment: str) -> Process:
        """Start a Dask worker of one thread; it has no nanny unless an option asks for one."""
        folder = self.folder / f"worker-{len(self.workers)}"
        worker = Process(
            folder, "worker", "--scheduler-file", str(self.file), "--host", "127.0.0.1",
            "--nthreads", "1", "--local-directory", str(folder / "local"),
            *(options or ("--no-nanny",)), **NOWHERE | environment,
        )  # fmt: skip
        self.workers.append(worker)
        return worker

    def ready(self, number: int) -> list[Process]:
        """Return so many workers that are at work: those that are there, and new ones."""
        if not self.scheduler.is_alive:
            self.end()
            self.scheduler = self._start_scheduler()
        living = [worker for worker in self.workers if worker.is_alive]
        new = [self.start_worker() for _ in range(number - len(living))]
        for worker in new:
            worker.wait_for("Registered to:")
        return living + new

    def jobs(self) -> list[int]:
        """Return the processes of runs that live on its workers."""
        return jobs(self.folder)

    def left(self) -> list[Path]:
        """Return the files of runs that lie on its living workers; data stay for other runs."""
        living = [worker.folder for worker in self.workers if worker.is_alive]
        kinds = ("*.npz", "run.json", "config.yaml", "log.csv")
        return [path for folder in living for kind in kinds for path in folder.rglob(kind)]

    def end(self) -> None:
        """Kill all of it."""
        for process in (*self.workers, self.scheduler):
            process.end()


@contextmanager
def running(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """Have a cluster for a while."""
    cluster = Cluster(folder)
    try:
        cluster.ready(workers)
        cluster.address()  # by then its file is there, also without workers
        yield cluster
    finally:
        cluster.end()


@contextmanager
def left_clean(cluster: Cluster, workers: int = 2) -> Iterator[Cluster]:
    """Have so many workers for a while; then fail if a run, or a file of one, is left on them."""
    cluster.ready(workers)
    yield cluster
    wait_until(lambda: not cluster.jobs(), PATIENCE)
    wait_until(lambda: not cluster.left(), PATIENCE)


def make_home(folder: Path, config: Config) -> Path:
    """Return the folder of a program: only from there can its config and its data be found."""
    (folder / "data").symlink_to(config.data.dir)
    text = dump(config).replace(config.data.dir, "data")
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    return folder


def import_dask() -> None:
    """Import what a forked program needs of Dask, which takes a second each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import_module("distributed")


def finish(process: Fork) -> Ended:
    """Wait for the end of a program, but not for ever."""
    try:
        wait_until(lambda: state(process.pid) in "ZX", PATIENCE)
    except AssertionError:
        process.send(signal.SIGKILL)
        raise AssertionError(f"it does not end: {process.wait().err}") from None
    return process.wait()


def wait_for_epochs(process: Fork, seeds: int = 2) -> None:
    """Wait until all of so many runs have told of an epoch."""
    for seed in range(seeds):
        process.wait_for(f"seed-{seed}: epoch ", PATIENCE)


def told(err: str) -> list[str]:
    """Return what a program has said beside its epochs."""
    return [line for line in err.splitlines() if ": epoch " not in line]


def runs(folder: Path, seeds: int = 2) -> list[Path]:
    """Return the runs of so many seeds."""
    return [folder / f"seed-{seed}" for seed in range(seeds)]


def jobs(folder: Path) -> list[int]:
    """Return the processes that train runs in the folder, wherever their parents are."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if "bpnet.cli.job" in words and str(folder) in " ".join(words):
                found.append(int(entry.name))
    return [process for process in found if state(process) not in "ZX"]


def below(process: int) -> set[int]:
    """Return the processes that one has started, and those that they have."""
    with suppress(FileNotFoundError):
        own = children(process)
        return own.union(*map(below, own))
    return set()


def another_bpnet(folder: Path, version: str = "0.0.1") -> dict[str, str]:
    """Return an environment in which bpnet says that it has another version."""
    face = (ROOT / "bpnet" / "__init__.py").read_text(encoding="utf-8")
    package = folder / "bpnet"
    package.mkdir(parents=True)
    changed = f"__path__ = [{str(ROOT / 'bpnet')!r}]\n__version__ = {version!r}\n"
    (package / "__init__.py").write_text(f"{face}\n{changed}", encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def no_bpnet(folder: Path) -> dict[str, str]:
    """Return an environment without any bpnet."""
    package = folder / "bpnet"
    package.mkdir(parents=True)
    words = "raise ModuleNotFoundError(\"No module named 'bpnet'\", name='bpnet')\n"
    (package / "__init__.py").write_text(words, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def another_numpy(folder: Path, version: str = "1.0.0") -> dict[str, str]:
    """Return an environment in which NumPy says that it has another version."""
    folder.mkdir(parents=True)
    words = f"import numpy\nnumpy.__version__ = {version!r}\n"
    (folder / "sitecustomize.py").write_text(words, encoding="utf-8")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


def seconds_until(condition: Callable[[], object], within: float = PATIENCE) -> float:
    """Wait until something is so; return how long that took."""
    since = time.monotonic()
    wait_until(condition, within)
    return time.monotonic() - since
