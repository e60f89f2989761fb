"""Processes that train for this one: what reaches them, and what of their words is passed on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bpnet.cli import jobs
from bpnet.errors import RunError


def test_after_a_signal_errors_are_passed_on_but_no_farewells(monkeypatch):
    reading, writing = os.pipe()
    process = SimpleNamespace(stdin=os.fdopen(writing, "w", encoding="utf-8"))

    def start(folder, options, news):
        os.kill(os.getpid(), signal.SIGTERM)
        for said in ("warning: w", "interrupted in epoch 2, ...", "Error: interrupted", "Error: e"):
            news.put((folder, said))
        news.put((folder, 143))
        return process

    monkeypatch.setattr(jobs, "_start", start)
    heard = []
    ended = jobs.train([Path("a"), Path("b")], 1, [], lambda *said: heard.append(said))
    assert ended == ({Path("a"): 143}, signal.SIGTERM)
    assert heard == [(Path("a"), "warning: w"), (Path("a"), "Error: e")]
    assert os.read(reading, 9) == bytes([signal.SIGTERM])
    process.stdin.close()
    os.close(reading)


def test_a_process_that_cannot_be_started_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(RunError, match="r: no process for it: No such file.*; try fewer --jobs"):
        jobs.train([Path("r")], 1, [], print)


@pytest.fixture
def child(small_file, tmp_path):
    """A child in the midst of a training that goes on for a minute."""
    options = ("--config", str(small_file), "--set", "train.epochs=3000", "--run-dir", "r")
    with subprocess.Popen(
        [sys.executable, "-m", "bpnet.cli.job", "train", *options],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stderr.readline()
        yield process


def status(folder):
    return json.loads((folder / "r" / "run.json").read_bytes())["status"]


def test_the_end_of_stdin_is_the_death_of_a_child(child, tmp_path):
    child.stdin.close()
    assert child.wait(timeout=20) == 1
    assert status(tmp_path) == "running"


def test_a_byte_on_stdin_is_a_signal_to_a_child(child, tmp_path):
    child.stdin.write(bytes([signal.SIGTERM]))
    child.stdin.flush()
    assert child.wait(timeout=20) == 143
    assert status(tmp_path) == "interrupted"
