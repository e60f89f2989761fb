"""What is said of a run that a cluster has been given."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Future

from bpnet.cli import jobs
from bpnet.cli.cluster.arriving import Sent
from bpnet.cli.cluster.desk import Task
from bpnet.cli.jobs import Events


@dataclass(eq=False)
class Placed:
    """A run that the cluster has been given."""

    sent: Sent
    task: Task
    events: Events
    future: "Future[Any] | None" = None  # None: nobody can take it yet
    among: frozenset[str] | None = None  # the Dask workers that may take it; None is all
    tries: int = 0
    losses: int = 0
    worker: str = ""  # by which it was started last
    there: str = ""  # its folder there

    @property
    def folder(self) -> Path:
        """Its folder here."""
        return self.sent.run.folder

    def started(self, worker: str, there: str) -> None:
        """Take in where it is trained now."""
        if self.worker:
            self.tell(f"begun again by {worker}: {self.worker} has gone")
        self.worker, self.there = worker, there

    def heard(self, line: str) -> None:
        """Put a message of its job among the events; a path in it is that of this machine."""
        message = jobs.message(line)
        if isinstance(message, str):
            self.tell(message)
        else:
            self.events.put((self.folder, message))

    def tell(self, line: str) -> None:
        """Put a line for people among the events."""
        text = line.replace(self.there, str(self.folder)) if self.there else line
        self.events.put((self.folder, text))
