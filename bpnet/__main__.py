"""The program, as `bpnet` and as `python -m bpnet`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit status."""
    try:
        from bpnet.cli import signals  # inside: Ctrl-C may come while click is imported
        from bpnet.cli.main import run

        status = run()
        signals.ignore_them()
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
