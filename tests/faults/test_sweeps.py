"""Killed anywhere, a sweep that is resumed ends with the bytes of one that was left alone."""

import csv
import random
import re
import signal
from itertools import chain
from unittest.mock import patch

from bpnet.cli import places, sweeps  # noqa: F401  # imported before it is forked
from tests.helpers.disk import dying_at
from tests.helpers.engines import InThisProcess
from tests.helpers.forks import outcome, run

CHANGES = 600  # of files that the sweep below makes, and some more
TIMES = ("seconds",)


def here():
    """Train in the process itself, so that it dies in all that it does."""
    return patch.object(places, "Here", InThisProcess).__enter__()


def hinder(*others):
    """Return what does all this in a process, and keeps it."""
    return lambda: [*(other() for other in chain([here], others))]


def come_to(folder):
    """Return what a sweep has come to, but for the times it took."""
    assert not list(folder.rglob("*.tmp"))
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [{k: v for k, v in row.items() if k not in TIMES} for row in csv.DictReader(file)]
    return rows, [outcome(folder / row["run"]) for row in rows]


def without_times(table):
    return re.sub(r" +\d+\.\d$", "", table, flags=re.MULTILINE)


def test_a_kill_at_any_change_of_a_file_costs_nothing(cases, small_file, tmp_path):
    chance = random.Random(20261126)
    settings = ("--set", "train.learning_rate=0.1,0.3", "--set", "train.epochs=2", "--seeds", 2)
    command = ("sweep", "--quiet", "--config", small_file, *settings, "--run-dir")
    straight = run(tmp_path, *command, tmp_path / "straight", hinder=hinder())
    assert straight.status == 0
    expected, printed = come_to(tmp_path / "straight"), without_times(straight.out)
    for _ in range(cases(40)):
        number = chance.randint(1, CHANGES)
        folder = tmp_path / f"killed-{number}"
        ended = run(tmp_path, *command, folder, hinder=hinder(dying_at(number, folder)))
        assert ended.status == -signal.SIGKILL, number
        again = ("sweep", "--quiet", "--resume", folder)
        if not (folder / "sweep.yaml").exists():
            again = (*command, folder)
        resumed = run(tmp_path, *again, hinder=hinder())
        assert resumed.status == 0, (number, resumed.err)
        assert without_times(resumed.out).replace(folder.name, "straight") == printed
        assert come_to(folder) == expected, f"killed at change {number} of seed 20261126"
