"""A process that trains for another one: `python -m bpnet.cli.job train ...`, see `jobs`."""

import os
import signal
import sys
from threading import Thread

from bpnet.cli import main as command_line


def main() -> None:
    """Run the command line as bpnet does, and do what comes down stdin."""
    try:
        Thread(target=_obey, daemon=True).start()
        command_line.main()
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _obey() -> None:
    """Take each byte for a signal, and the end of stdin for the death of the other process.

    Whoever resumes the run then must be alone with it, so this process does not even end its batch.
    Every file is put in place whole: what is lost is the running epoch.
    """
    while number := os.read(0, 1):
        signal.raise_signal(number[0])
    os._exit(1)


if __name__ == "__main__":
    main()
