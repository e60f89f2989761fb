"""The program, as `bpnet` and as `python -m bpnet`."""

import sys


def main() -> None:
    """Run the command line and leave with its exit status."""
    try:
        from bpnet.cli.main import main  # inside: Ctrl-C may come while click is imported

        main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
