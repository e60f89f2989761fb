"""Runs are given to the cluster, to others of its Dask workers if some will not do, or given up."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from operator import methodcaller
from threading import RLock
from typing import Any, TypeAlias

from distributed import Client, Future

from bpnet.cli.cluster.crew import Crew
from bpnet.cli.cluster.hearing import Placed
from bpnet.errors import LostWorkerError

REMOTE = "bpnet.cli.cluster.remote"

Done: TypeAlias = "Callable[[Placed, Future[Any]], object]"


class Placing:
    """The runs that the cluster has, by their numbers."""

    def __init__(self, client: Client, place: str, crew: Crew, done: Done) -> None:
        self._client = client
        self._place = place
        self._crew = crew
        self._done = done
        self._lock = RLock()
        self.runs: dict[int, Placed] = {}

    def place(self, placed: Placed) -> None:
        """Give a run to the cluster."""
        with self._lock:
            self.runs[placed.task.number] = placed
            self._submit(placed)

    def place_again(self, placed: Placed) -> None:
        """Give it the run once more, if it has not been given up."""
        with self._lock:
            if placed.task.number in self.runs:
                placed.worker = ""
                self._submit(placed)

    def place_homeless(self) -> None:
        """Place the runs anew that none of the Dask workers can take that are there."""
        with self._lock:
            for placed in list(self.runs.values()):
                if placed.among is not None and not placed.among & self._crew.threads.keys():
                    self._forget([placed])
                    self.place_again(placed)

    def _submit(self, placed: Placed) -> None:
        """Give the run to the cluster, or to those of its Dask workers that will do, if any."""
        placed.among = self._crew.usable()
        placed.tries += 1
        placed.future = None
        if placed.among is None or placed.among:
            try:
                placed.future = self._submitted(placed)
                placed.future.add_done_callback(partial(self._done, placed))
            except Exception:  # the client has closed itself
                self.tell_of_the_end(placed)

    def _submitted(self, placed: Placed) -> "Future[Any]":
        """Return what will come of `remote.train`, by its name.

        A Dask worker that has no bpnet ends if it is sent a function of it. So nothing but Python's
        own is sent, also past the scheduler, until the task is done: import, then call.
        """
        key = f"bpnet-{self._client.id}-{placed.task.number}-{placed.tries}"
        call = methodcaller("train", vars(placed.task))
        workers = None if placed.among is None else sorted(placed.among)
        future: Future[Any] = self._client.get(
            {key: (call, (import_module, REMOTE))}, key, workers=workers, sync=False
        )
        return future

    def is_waited_for(self, placed: Placed, future: "Future[Any]") -> bool:
        """Whether what comes of this is still of interest: the first result wins."""
        with self._lock:
            return placed.task.number in self.runs and placed.future is future

    def end(self, placed: Placed, status: int | None) -> None:
        """Say how the run has ended; None if it has not begun."""
        with self._lock:
            if self.runs.pop(placed.task.number, None):
                placed.events.put((placed.folder, status))

    def give_up(self, which: Callable[[Placed], bool]) -> None:
        """End those of the runs."""
        with self._lock:
            runs = [placed for placed in self.runs.values() if which(placed)]
            for placed in runs:
                self.end(placed, None)
            self._forget(runs)

    def _forget(self, runs: list[Placed]) -> None:
        with suppress(Exception):  # the client has closed itself: the cluster has forgotten them
            if futures := [placed.future for placed in runs if placed.future]:
                self._client.cancel(futures)

    def tell_of_the_end(self, placed: Placed) -> None:
        """Say that nothing more will be heard of the run."""
        error = LostWorkerError(f"{self._place}: the Dask scheduler has gone")
        placed.events.put((placed.folder, error))
