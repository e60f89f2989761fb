"""A process that trains one run for another process: `python -m bpnet.cli.job RUN`, see `jobs`.

What it has to say goes to stdout, as JSON, an object a line: {"record": ...} at the end of each
epoch, {"line": ...} for a line that people should read.
"""

import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from threading import Thread
from typing import Any

from bpnet.cli import main as command_line
from bpnet.cli import signals
from bpnet.cli.options import with_options
from bpnet.system import threads


def main() -> None:
    """Train the run that the arguments name: its folder, and where its data lie if they moved."""
    status = 128 + signal.SIGINT
    try:
        Thread(target=_follow_parent, daemon=True).start()
        signals.leave_on_them()
        status = _run(Path(sys.argv[1]), data_dir=next(iter(sys.argv[2:]), None))
    except KeyboardInterrupt:
        pass
    finally:
        signals.ignore_them()
    sys.exit(status)


def _follow_parent() -> None:
    """Take each byte of stdin for a signal, and its end for the death of the other process.

    Whoever resumes the run then must be alone with it, so this process does not even end its batch.
    Every file is put in place whole: what is lost is the running epoch.
    """
    while number := os.read(0, 1):
        signal.raise_signal(number[0])
    os._exit(1)


def _run(folder: Path, data_dir: str | None) -> int:
    """Train, report errors as the command line does, and return its exit status."""
    try:
        return _train(folder, data_dir)
    except Exception as error:
        if os.environ.get("BPNET_DEBUG"):
            raise
        lines, status = command_line.explain(error)
        for line in command_line.as_error(lines):
            _tell(line)
        return status


def _train(folder: Path, data_dir: str | None) -> int:
    """Train the run to its end; return the exit status of the signal if one comes first."""
    from bpnet.runs import directory

    run = directory.open_run(folder, with_options((), data_dir))
    threads.fix(run.config.train.threads)
    from bpnet.runs import session

    with session.resumed(run, tell=_tell) as begun, signals.collected() as received:
        for record in session.train(begun, lambda: bool(received), tell=_tell):
            _send(record=asdict(record))
        return 0 if begun.training.is_finished else 128 + received[0]


def _tell(line: str) -> None:
    _send(line=line)


def _send(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
