"""An engine that trains in this very process: a process for each run takes half a second."""

from collections.abc import Sequence
from pathlib import Path

from bpnet.cli.jobs import Events
from bpnet.errors import BpnetError
from bpnet.runs import directory, session

begun: list[object] = []  # what it was made with, and each run that it has begun with


class InThisProcess:
    """It takes a run at a time, and trains it to its end before it returns."""

    most = 1

    def __init__(self, jobs: int, options: Sequence[str]) -> None:
        begun.append((jobs, *options))
        self.settings = [f"data.dir={options[1]}"] if "--data-dir" in options else []

    def start(self, folder: Path, events: Events) -> None:
        """Train the run on."""
        begun.append(folder)
        try:
            with session.resumed(directory.open_run(folder, self.settings)) as resumed:
                for record in session.train(resumed):
                    events.put((folder, record))
            events.put((folder, 0))
        except BpnetError as error:
            events.put((folder, f"Error: {error}"))
            events.put((folder, error.exit_status))

    def give_up(self) -> None:
        """Nothing waits."""

    def forward(self, number: int) -> None:
        """Nothing runs meanwhile."""

    def kill(self) -> None:
        """Nothing runs meanwhile."""
