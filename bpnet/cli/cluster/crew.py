"""The Dask workers of a cluster as they come and go: how many there are, and which will not do."""

import time
from threading import Lock
from typing import TYPE_CHECKING

from bpnet.cli.cluster import versions
from bpnet.config import Config
from bpnet.system.progress import Tell

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 10  # seconds without any, after which it is told


class Crew:
    """The Dask workers that are there, and those that were refused."""

    def __init__(self, client: "Client", place: str, tell: Tell) -> None:
        self.client = client
        self.place = place
        self._tell = tell
        self._expected = versions.here()
        self._told: set[str] = set()
        self._missed = time.monotonic()  # since when there is none that will do
        self.threads: dict[str, int] = {}  # by the addresses of all that are there
        self._refused: set[str] = set()
        self._looking = Lock()

    def look(self) -> None:
        """Take in who is there now. Raises: what `distributed` raises if nobody answers."""
        with self._looking:
            there = dict(self.client.nthreads(callback_timeout=PATIENCE))
            if joined := sorted(there.keys() - self.threads.keys()):
                self._check(joined)
            self.threads = there
        if self.threads.keys() - self._refused:
            self._missed = time.monotonic()
            self._told -= {self._missing()}
        elif time.monotonic() > self._missed + PATIENCE:
            self._tell_once(self._missing())

    def _missing(self) -> str:
        which = "that will do " * bool(self.threads)
        start = f"start some with `dask worker {self.place}`"
        return f"no Dask workers {which}at {self.place}: {start}; waiting"

    def _check(self, workers: list[str]) -> None:
        for worker, found in versions.of_workers(self.client, workers).items():
            if different := versions.difference(found, self._expected):
                self.refuse(worker, f"has {different}")

    def refuse(self, worker: str, reason: str) -> None:
        """Give this Dask worker no more runs; it is told once for each host."""
        self._refused.add(worker)
        self._tell_once(
            f"{versions.host(worker)}: a Dask worker there cannot train runs: {reason}; they are "
            "put elsewhere"
        )

    def usable(self) -> frozenset[str] | None:
        """Return the Dask workers that may be given runs; None is all, also those to come."""
        if self._refused & self.threads.keys():
            return frozenset(self.threads.keys() - self._refused)
        return None

    def warn_of_few_cores(self, host: str, cores: int | None, config: Config) -> None:
        """Tell, once for each host, if a run has more workers than there are cores."""
        workers = config.train.workers
        if cores and workers > cores:
            self._tell_once(
                f"warning: {host}: train.workers {workers} for {cores} core{'s' * (cores > 1)} "
                "that a Dask worker there may use: they slow each other down"
            )

    def _tell_once(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self._tell(line)
