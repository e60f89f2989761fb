"""Training that is disturbed by signals in a phase, and what it then has to come to."""

import re
import signal
import time
from pathlib import Path

from tests.helpers.forks import Ended, Fork
from tests.helpers.phases import MISSED, Bell, Phase

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
WAYS = list(zip([INT, TERM, HUP] * 3, [1, 2, 5, 2, 5, 1, 5, 1, 2], strict=True))
PATIENCE = 3  # how many times as long as it may take, since others use the machine too


def train(config: object, options: tuple[str, ...] = ()) -> list[object]:
    return ["train", "--config", config, "--run-dir", "r", "--quiet", *options]


def temporaries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.name != ".lock"]


def counts_once(number: int, times: int) -> bool:
    """Whether the program takes the signals for one; to close a terminal is to send two hangups."""
    return times == 1 or number == HUP


def disturb(folder: Path, arguments: list[object], phase: Phase, number: int, times: int) -> Ended:
    """Return how the program ends that is sent so many signals in the phase."""
    once = counts_once(number, times)
    folder.mkdir(exist_ok=True)
    awaited = 1 if once or not phase.collected else times
    process = Fork(folder, *arguments, hinder=lambda: phase.hold(Bell(awaited)))
    process.wait_for("@here")
    for sent in range(1, times + 1):
        process.send(number)
        if times == 2 and sent == 1 and phase.collected:  # else two of a kind may become one
            process.wait_for("@signal 1")
        elif times > 2:
            time.sleep(0.01)
    since = time.monotonic()
    ended = process.wait()
    assert ended.status != MISSED
    assert time.monotonic() - since < PATIENCE * (2 if once else 0.5)
    check(ended, phase, number, once)
    return ended


def check(ended: Ended, phase: Phase, number: int, once: bool) -> None:
    """Check the exit status, and that there is a line for a signal at most, which tells of it."""
    lines = [line for line in ended.err.splitlines() if line and line[0] != "@"]
    told = [line for line in lines if not re.match("drawing|seed-.: epoch", line)]
    if once and phase.finishes:
        assert (ended.status, told) == (0, [])
        assert ended.out.endswith("\nr\n")
        return
    assert (ended.status, ended.out) == (128 + number, "")
    assert all("interrupted" in line for line in told)
    assert len(told) <= (1 if once else 2)
    if once and phase.collected:
        assert "go on with: bpnet train --resume r" in told[0]
