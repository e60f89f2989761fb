"""Command lines to be refused: each run by the real program in a folder of its own, and judged."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

SECONDS = 20  # none hangs; the slowest takes half a second


class Row(NamedTuple):
    """A command line, what it is run on, and how it must end."""

    name: str
    arguments: Sequence[str]
    told: str  # stands on stderr
    status: int = 2
    lines: int = 1  # of the error
    made: Callable[[Path], object] = lambda folder: None  # fills the folder
    out: str = ""
    environment: Mapping[str, str] = {}
    through: Sequence[str] = ()  # a command that starts the program
    noted: Sequence[str] = ()  # the lines on stderr before the error

    def __str__(self) -> str:
        return self.name


class Outcome(NamedTuple):
    """How a command has ended, and what it has left behind."""

    status: int
    out: str
    err: str
    before: Mapping[str, str]
    after: Mapping[str, str]


def run_all(rows: Sequence[Row], folder: Path) -> dict[str, Outcome]:
    """Run each row in a folder of its own, some at a time."""
    assert len({row.name for row in rows}) == len(rows)
    places = [folder / str(number) for number in range(len(rows))]
    with ThreadPoolExecutor(3) as pool:
        return {row.name: end for row, end in zip(rows, pool.map(_run, rows, places), strict=True)}


def _run(row: Row, folder: Path) -> Outcome:
    folder.mkdir()
    row.made(folder)
    before = tree(folder)
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BPNET", "OPENBLAS", "MKL", "VECLIB", "OMP"))
    }
    done = subprocess.run(
        [*row.through, sys.executable, "-m", "bpnet", *row.arguments],
        cwd=folder,
        env={**clean, **row.environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=SECONDS,
    )
    return Outcome(done.returncode, done.stdout, done.stderr, before, tree(folder))


def tree(folder: Path) -> dict[str, str]:
    """Return what lies in the folder: the kind of each entry, and of a file its content.

    A lock may have come, or had another holder.
    """
    paths = [path for path in folder.rglob("*") if path.name != ".lock"]
    return {str(path.relative_to(folder)): _what(path) for path in paths}


def _what(path: Path) -> str:
    mode = path.lstat().st_mode
    content = path.read_bytes() if stat.S_ISREG(mode) else b""
    return f"{mode:o} {sha256(content).hexdigest()}"


def judge(row: Row, end: Outcome) -> None:
    """Fail if the command has not ended as it must, or has changed anything."""
    assert end.status == row.status, end.err
    assert end.out == row.out, end.out
    for word in ("Traceback", "Warning", "this is a bug"):
        assert word not in end.err, end.err
    assert row.told in end.err, end.err
    before, errors = _parted(end.err)
    usage = ["Usage:", "Try"] if row.status == 2 else []
    assert before == [*row.noted] or [line.split()[0] for line in before if line] == usage, end.err
    assert len(errors) == row.lines, end.err
    assert all(line.startswith("       ") for line in errors[1:]), end.err
    assert end.after == end.before, set(end.after.items()) ^ set(end.before.items())


def _parted(err: str) -> tuple[list[str], list[str]]:
    """Return the lines before the error, and those of the error, which come last."""
    lines = err.splitlines()
    first = next((n for n, line in enumerate(lines) if line.startswith("Error: ")), len(lines))
    return lines[:first], lines[first:]
