"""The program, as `bpnet` and as `python -m bpnet`."""

import sys

from bpnet.cli.main import run


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run())


if __name__ == "__main__":
    main()
