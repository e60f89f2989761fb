"""A process that trains one run for another process: `python -m bpnet.cli.job -- RUN`, see `jobs`.

What it has to say goes to stdout, as JSON, an object a line: {"record": ...} at the end of each
epoch, {"line": ...} for a line that people should read. Nothing else comes in between: what a
layer of one's own prints goes to stderr.
"""

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bpnet.cli import main as command_line
from bpnet.cli import signals
from bpnet.cli.options import DATA_DIR, EPOCHS, OTHER_ARITHMETIC, with_options
from bpnet.system import companions, threads
from bpnet.system.progress import silently

if TYPE_CHECKING:
    from bpnet.training.state import EpochRecord


def main() -> None:
    """Train the run that the arguments name."""
    status = 128 + signal.SIGINT
    try:
        channel = os.dup(1)
        os.dup2(2, 1)
        signals.leave_on_them()
        status = _run(Channel(channel), arguments(standalone_mode=False))
    except KeyboardInterrupt:
        pass
    finally:
        signals.ignore_them()
    sys.exit(status)


@click.command()
@click.argument("folder", type=Path)
@DATA_DIR
@OTHER_ARITHMETIC
@EPOCHS
def arguments(
    folder: Path, data_dir: str | None, other_arithmetic: bool, epochs: int | None
) -> "Job":
    """Return what the arguments ask for."""
    return Job(folder, data_dir, other_arithmetic, epochs)


@dataclass(frozen=True)
class Job:
    """A run, where its data lie if they moved, whether the arithmetic may differ, and its epochs.

    None are those that it has.
    """

    folder: Path
    data_dir: str | None
    other_arithmetic: bool
    epochs: int | None


@dataclass(frozen=True)
class Channel:
    """The way to the other process."""

    descriptor: int

    def tell(self, line: str) -> None:
        """Send a line for people."""
        self._send({"line": line})

    def record(self, record: "EpochRecord") -> None:
        """Send the record of an epoch."""
        self._send({"record": asdict(record)})

    def _send(self, message: dict[str, Any]) -> None:
        left = memoryview(json.dumps(message).encode() + b"\n")
        while left:
            left = left[os.write(self.descriptor, left) :]


def _run(channel: Channel, job: Job) -> int:
    """Train, report errors as the command line does, and return its exit status.

    The other process is followed first: what cannot be followed must not begin.
    """
    try:
        companions.follow()
        return _train(channel, job)
    except Exception as error:
        if command_line.is_debugged():
            raise
        lines, status = command_line.explain(error)
        for line in command_line.as_error(lines):
            channel.tell(line)
        return status


def _train(channel: Channel, job: Job) -> int:
    """Train the run to its end; return the exit status of the signal if one comes first."""
    from bpnet.runs import directory
    from bpnet.runs.metadata import Status

    run = directory.open_run(job.folder, with_options((), job.data_dir))
    threads.fix()
    from bpnet.runs import mending, session

    is_long_enough = job.epochs in (None, run.config.train.epochs)
    if run.status == Status.FINISHED and is_long_enough:  # by another process meanwhile, or spoilt
        mending.mend(run, channel.tell)
        return 0
    resumed = session.resumed(run, silently, channel.tell, job.other_arithmetic, job.epochs)
    with resumed as begun, signals.collected() as received:
        for record in session.train(begun, lambda: bool(received), tell=channel.tell):
            channel.record(record)
        return 0 if begun.training.is_finished else 128 + received[0]


if __name__ == "__main__":
    main()
