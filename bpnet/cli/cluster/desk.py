"""A run in the hands of a Dask worker: what it is given, what it says, and what it gives back."""

from dataclasses import dataclass, field
from typing import Any

from distributed import Status, Worker

from bpnet.cli.cluster.carrying import Files
from bpnet.cli.cluster.versions import Versions

OPEN = (Status.running, Status.paused, Status.closing_gracefully)


@dataclass(frozen=True)
class Task:
    """A run to train, and all that is needed for it; the name of the sweep is its client's."""

    sweep: str
    number: int
    versions: Versions
    files: Files = field(repr=False)
    largest: int  # how many bytes a file of the run can have
    data: str  # the SHA-256 of the data
    options: tuple[str, ...]  # of the job


@dataclass(frozen=True)
class Outcome:
    """How the job of a run has ended, and its files; or why this Dask worker cannot train it."""

    worker: str
    status: int = 0
    files: Files = field(default_factory=dict, repr=False)
    refusal: str = ""

    def __post_init__(self) -> None:
        """Raise TypeError at what is of another type: it comes from a stranger."""
        for name, kind in (("worker", str), ("status", int), ("files", dict), ("refusal", str)):
            if type(getattr(self, name)) is not kind:
                raise TypeError(f"{name} of an outcome is no {kind.__name__}")


class UnwantedError(Exception):
    """Nobody waits for the run any more."""


@dataclass(frozen=True)
class Desk:
    """A Dask worker, and the task that it has in hand."""

    worker: Worker
    key: Any
    task: Task

    def say(self, **message: Any) -> None:
        """Send a message to the client."""
        mark = {"run": self.task.number, "worker": self.worker.address}
        self.worker.log_event(self.task.sweep, {**mark, **message})

    def refuse_unwanted(self) -> None:
        """Raise UnwantedError if the task has been given up, or the Dask worker is closing."""
        found = self.worker.state.tasks.get(self.key)
        if self.worker.status not in OPEN or found is None or found.state == "cancelled":
            raise UnwantedError
