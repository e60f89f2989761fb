"""The program, as `bpnet` and as `python -m bpnet`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit status."""
    try:
        from bpnet.cli.main import run  # inside: Ctrl-C may come while click is imported

        status = run()
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
