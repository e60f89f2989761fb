"""The program, as `bpnet` and as `python -m bpnet`."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and leave with its exit status."""
    gc.set_threshold(100_000)  # what is imported stays: not to look for garbage in it saves 15 ms
    try:
        _read_names_as_utf8()
        from bpnet.cli.main import main  # inside: Ctrl-C may come while click is imported

        main()
    except KeyboardInterrupt:
        sys.exit(130)


def _read_names_as_utf8() -> None:
    """Start again where Python takes every name for ASCII: the same process, in its UTF-8 mode.

    That mode is Python's own answer to such a locale, unless the environment has forbidden it. Then
    a path of other letters is no text: it cannot be shown, nor kept in a config.
    """
    if sys.getfilesystemencoding() == "ascii":
        os.environ["PYTHONUTF8"] = "1"  # also for the processes of --seeds
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


if __name__ == "__main__":
    main()
