"""Processes that train for this one: what reaches them, and what becomes of all that they say."""

import json
import os
import select
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import pytest

from bpnet.cli import jobs
from bpnet.cli.jobs import Here
from bpnet.errors import BpnetError, RunError
from bpnet.system import background
from bpnet.training.state import EpochRecord

RECORD = EpochRecord(1, 16, 0.1, 2.0, 0.25, 1.5, 0.5, None, None, 2.0, 250.0)


@pytest.fixture
def act(tmp_path, monkeypatch):
    """Return a function that lets this code of Python stand in for each job."""

    def act(code):
        path = tmp_path / "job"
        path.write_text(f"#!{sys.executable}\nimport os, sys\n{code}", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return act


def train(names, number=1, options=(), watch=lambda folder, message: None):
    """Train runs of these names; return how they ended, the signal, and all that was said."""
    said = []

    def hear(folder, message):
        said.append((folder.name, message))
        watch(folder, message)

    statuses, received = jobs.train([Path(name) for name in names], Here(number, options), hear)
    return {folder.name: status for folder, status in statuses.items()}, received, said


def test_each_job_is_given_its_run_and_the_options(act):
    act("import json; print(json.dumps({'line': ' '.join(sys.argv[1:])}))")
    command = "-P -m bpnet.cli.job"
    assert train("ab") == (
        {"a": 0, "b": 0}, 0, [("a", f"{command} -- a"), ("b", f"{command} -- b")]
    )  # fmt: skip
    assert train("a", options=["--data-dir", "d"])[2] == [("a", f"{command} --data-dir d -- a")]


def test_a_record_and_a_line_come_as_they_were_sent_and_then_the_status(act):
    messages = [{"record": asdict(RECORD)}, {"line": "warning: é\\n"}]
    act("".join(f"print({json.dumps(message)!r})\n" for message in messages) + "sys.exit(3)")
    assert train("a") == ({"a": 3}, 0, [("a", RECORD), ("a", "warning: é\\n")])


def test_what_no_job_sends_is_shown_line_by_line(act):
    act("print('Traceback:\\n  here', file=sys.stderr)")
    assert train("a")[2] == [("a", "Traceback:"), ("a", "  here")]


@pytest.mark.parametrize("line", ["", "hello", "3", "[1]", '{"record": 3}', '{"x": 1}', '{"line"'])
def test_what_is_printed_beside_the_messages_is_a_line_and_nothing_hangs(act, line):
    act(f"print({line!r})\nsys.exit(3)")
    assert train("a") == ({"a": 3}, 0, [("a", line)])


def test_no_more_jobs_run_at_a_time_than_asked_for(act, tmp_path):
    act(
        f"folder = {str(tmp_path)!r}\n"
        "import time\n"
        "open(f'{folder}/{sys.argv[-1]}.running', 'x').close()\n"
        "time.sleep(0.3)\n"
        "print('{\"line\": \"%d\"}' % sum(n.endswith('.running') for n in os.listdir(folder)))\n"
        "os.unlink(f'{folder}/{sys.argv[-1]}.running')\n"
    )
    statuses, _, said = train("abcde", number=2)
    assert statuses == dict.fromkeys("abcde", 0)
    assert {message for _, message in said} <= {"1", "2"}
    assert "2" in [message for _, message in said]


def test_a_signal_is_forwarded_as_a_byte_and_no_more_jobs_are_started(act):
    act(
        'print(\'{"line": "begun"}\', flush=True)\n'
        "number = os.read(0, 9)\n"
        'print(\'{"line": "%s"}\' % number.hex())\n'
        "sys.exit(128 + number[0])\n"
    )

    def interrupt(folder, message):
        if message == "begun":
            signal.raise_signal(signal.SIGTERM)

    assert train("ab", watch=interrupt) == (
        {"a": 128 + signal.SIGTERM}, signal.SIGTERM, [("a", "begun"), ("a", "0f")]
    )  # fmt: skip


class Waiting(Here):
    """This machine, but of the runs that it takes all but the first wait for room."""

    def __init__(self):
        super().__init__(1, ())
        self.waiting = []
        self.most = 3

    def start(self, folder, events):
        if self.processes:
            self.waiting.append((folder, events))
        else:
            super().start(folder, events)

    def give_up(self):
        for folder, events in self.waiting:
            events.put((folder, None))


def test_once_enough_have_ended_no_more_are_started_and_those_that_wait_are_given_up(act):
    act("sys.exit(len(sys.argv[-1]))")
    ended = []

    def end(folder, status):
        ended.append((folder.name, status))
        return status < 2

    runs = map(Path, ["a", "bb", "c"])
    assert jobs.train(runs, Here(1, ()), print, end)[0] == {Path("a"): 1, Path("bb"): 2}
    assert ended == [("a", 1), ("bb", 2)]
    waiting = Waiting()
    runs = map(Path, ["aa", "b", "c", "d"])
    assert jobs.train(runs, waiting, print, end) == ({Path("aa"): 2}, 0)
    assert [folder.name for folder, _ in waiting.waiting] == ["b", "c"]


def test_something_else_is_done_while_jobs_run_also_when_nothing_is_heard(act):
    act("import time; time.sleep(0.5)")
    turns = []
    jobs.train([Path("a")], Here(1, ()), print, meanwhile=lambda: turns.append(1))
    assert len(turns) > 3


def test_the_next_run_alone_is_asked_for_before_there_is_room_for_it(act):
    act('print(\'{"line": "begun"}\')')
    asked, heard = [], []

    def runs():
        for name in "abc":
            asked.append(name)
            yield Path(name)

    jobs.train(runs(), Here(1, ()), lambda folder, message: heard.append((folder.name, len(asked))))
    assert heard == [("a", 2), ("b", 3), ("c", 3)]


def test_a_second_signal_acts_at_once_and_the_jobs_are_killed(act, tmp_path):
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    act(
        f"os.mkfifo({str(tmp_path / 'held')!r})\n"
        'print(\'{"line": "begun"}\', flush=True)\n'
        f"held = open({str(tmp_path / 'held')!r}, 'w')\n"
        "while True: os.read(0, 9)\n"
    )

    def interrupt_twice(folder, message):
        kept.append((tmp_path / "held").open(encoding="utf-8"))
        for _ in range(2):
            signal.raise_signal(signal.SIGTERM)

    kept = []
    with pytest.raises(SystemExit, match="143"):
        train("a", watch=interrupt_twice)
    with kept.pop() as held:
        assert select.select([held], [], [], 20)[0]
        assert held.read() == ""  # the other end is closed: the job is dead


@pytest.mark.parametrize("number", [1, 2])
def test_a_job_that_cannot_be_heard_is_killed(act, monkeypatch, number):
    act("import time; time.sleep(60)")
    started, start = [], background.start

    def refuse(*arguments, **options):
        started.append(arguments)
        if len(started) == number:
            raise BpnetError("no more threads")
        return start(*arguments, **options)

    monkeypatch.setattr(background, "start", refuse)
    with pytest.raises(BpnetError, match="no more threads"):
        train("a")
    for thread in {*threading.enumerate()} - {threading.main_thread()}:
        thread.join(20)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_process_that_cannot_be_started_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(RunError, match="r: no process for it: No such file.*; try fewer --jobs"):
        jobs.train([Path("r")], Here(1, ()), print)
