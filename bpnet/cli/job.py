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
from bpnet.cli.options import DATA_DIR, OTHER_ARITHMETIC, with_options
from bpnet.system import companions, threads

if TYPE_CHECKING:
    from bpnet.training.state import EpochRecord


def main() -> None:
    """Train the run that the arguments name."""
    status = 128 + signal.SIGINT
    try:
        channel = os.dup(1)
        os.dup2(2, 1)
        signals.leave_on_them()
        status = _run(Channel(channel), *arguments(standalone_mode=False))
    except KeyboardInterrupt:
        pass
    finally:
        signals.ignore_them()
    sys.exit(status)


@click.command()
@click.argument("folder", type=Path)
@DATA_DIR
@OTHER_ARITHMETIC
def arguments(
    folder: Path, data_dir: str | None, other_arithmetic: bool
) -> tuple[Path, str | None, bool]:
    """Return the run, where its data lie if they moved, and whether the arithmetic may differ."""
    return folder, data_dir, other_arithmetic


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


def _run(channel: Channel, folder: Path, data_dir: str | None, other_arithmetic: bool) -> int:
    """Train, report errors as the command line does, and return its exit status.

    The other process is followed first: what cannot be followed must not begin.
    """
    try:
        companions.follow()
        return _train(channel, folder, data_dir, other_arithmetic)
    except Exception as error:
        if command_line.is_debugged():
            raise
        lines, status = command_line.explain(error)
        for line in command_line.as_error(lines):
            channel.tell(line)
        return status


def _train(channel: Channel, folder: Path, data_dir: str | None, other_arithmetic: bool) -> int:
    """Train the run to its end; return the exit status of the signal if one comes first."""
    from bpnet.runs import directory
    from bpnet.runs.metadata import Status

    run = directory.open_run(folder, with_options((), data_dir))
    threads.fix()
    from bpnet.runs import mending, session

    if run.status == Status.FINISHED:  # by another process, while this one had to wait, or spoilt
        mending.mend(run, channel.tell)
        return 0
    resumed = session.resumed(run, tell=channel.tell, other_arithmetic=other_arithmetic)
    with resumed as begun, signals.collected() as received:
        for record in session.train(begun, lambda: bool(received), tell=channel.tell):
            channel.record(record)
        return 0 if begun.training.is_finished else 128 + received[0]


if __name__ == "__main__":
    main()
