"""The one place where errors become lines and exit statuses."""

import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from bpnet.cli import broken_pipes, signals
from bpnet.cli.commands import bpnet
from bpnet.cli.console import echo_error
from bpnet.errors import BpnetError

COMPLETING = "_BPNET_COMPLETE"  # click's variable: set by a shell that completes a command line


def main() -> NoReturn:
    """Run the command line and leave with its exit status, whatever signal may still come."""
    try:
        status = run()
    finally:
        signals.ignore_them()
        gc.freeze()  # or Python's end would look through all objects for garbage: 35 ms
    sys.exit(status)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, 1 (it failed), 2 (wrong usage), or 130 after Ctrl-C.

    SIGTERM and SIGHUP leave by SystemExit(143) and (129). BPNET_DEBUG=1 in the environment lets
    errors through with their tracebacks.
    """
    signals.leave_on_them()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path may have any letter in it
    with broken_pipes.surviving_broken_pipes():
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    if os.environ.get(COMPLETING):
        from bpnet.cli import shells

        shells.teach()
    try:
        return bpnet.main(arguments, prog_name="bpnet", standalone_mode=False) or 0
    except click.ClickException as error:
        _show_usage(error)
        return _fail([error.format_message()], error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _fail(["interrupted"], 128 + signal.SIGINT)
    except Exception as error:
        if is_debugged():
            raise
        return _fail(*explain(error))


def is_debugged() -> bool:
    """Whether errors are to keep their tracebacks."""
    return os.environ.get("BPNET_DEBUG", "") not in ("", "0")


def _show_usage(error: click.ClickException) -> None:
    context = getattr(error, "ctx", None)
    if context is not None:
        help_line = f"Try '{context.command_path} --help' for help."
        for line in [*context.get_usage().splitlines(), help_line, ""]:
            echo_error(line)


def explain(error: Exception) -> tuple[Sequence[str], int]:
    """Return the lines that say what an error is, and its exit status."""
    if isinstance(error, BpnetError):
        return error.lines, error.exit_status
    if isinstance(error, OSError):  # files have their own errors: this is a stream, full or gone
        return [f"{error.filename or 'stdout'}: {error.strerror}"], 1
    if isinstance(error, MemoryError):
        return ["not enough memory for this network and batch"], 1
    told = f"{type(error).__name__}: {error}"
    if package := _failed_import(error):
        reason = str(error.__cause__ or error)  # NumPy puts 20 lines around its cause
        advice = "its variables in the environment, and the limit of memory (ulimit -v)"
        return [f"{package}: cannot be loaded: {reason}; look at {advice}, or install it anew"], 1
    if os.environ.get(COMPLETING):  # only completion runs then, with what the shell has set
        return [f"_BPNET_COMPLETE, COMP_WORDS or COMP_CWORD is not as a shell sets it: {told}"], 1
    return [f"{told} (a bug of bpnet, or of a layer of your own; BPNET_DEBUG=1 shows where)"], 1


def _failed_import(error: Exception) -> str | None:
    """Return the package that is missing, or that failed while it was imported; not bpnet's own."""
    import traceback  # 20 ms that --help does without

    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [f.f_globals.get("__name__", "") for f in frames if f.f_code.co_name == "<module>"]
    if isinstance(error, ImportError):
        names.append(error.name or "")
    packages = [name.partition(".")[0] for name in names]
    return next((package for package in packages if package not in ("", "bpnet")), None)


def as_error(lines: Sequence[str]) -> list[str]:
    """Return the lines of an error as they are shown."""
    return [f"Error: {lines[0]}", *(f"       {line}" for line in lines[1:])]


def _fail(lines: Sequence[str], status: int) -> int:
    for line in as_error(lines):
        echo_error(line)
    return status
