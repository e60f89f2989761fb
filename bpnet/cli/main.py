"""The one place where errors become lines and exit statuses."""

import io
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import click

from bpnet.cli.commands import bpnet
from bpnet.errors import BpnetError, printable


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, 1 (it failed), 2 (wrong usage), or 130 after Ctrl-C.

    SIGTERM leaves by SystemExit(143), so that everything on the way is closed and removed.
    BPNET_DEBUG=1 in the environment lets errors through with their tracebacks.
    """
    signal.signal(signal.SIGTERM, _terminate)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a path may have any letter in it
    debug = os.environ.get("BPNET_DEBUG")
    try:
        return bpnet.main(arguments, prog_name="bpnet", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _fail(["interrupted"], 128 + signal.SIGINT)
    except BpnetError as error:
        if debug:
            raise
        return _fail(error.lines, error.exit_status)
    except OSError as error:  # files have their own errors: this is stdout, full or gone
        if debug:
            raise
        return _fail([f"{error.filename or 'stdout'}: {error.strerror}"], 1)
    except MemoryError:
        if debug:
            raise
        return _fail(["not enough memory for this network and batch"], 1)
    except Exception as error:
        if debug:
            raise
        told = printable(f"{type(error).__name__}: {error}")
        return _fail([f"{told} (this is a bug of bpnet; BPNET_DEBUG=1 shows where)"], 1)


def _fail(lines: Sequence[str], status: int) -> int:
    click.echo(f"Error: {lines[0]}", err=True)
    for line in lines[1:]:
        click.echo(f"       {line}", err=True)
    return status


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
