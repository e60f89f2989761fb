"""A process that trains a run for another one: what it sends, and what it obeys."""

import json
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from bpnet.runs import directory, metadata


def started(run, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "bpnet.cli.job", str(run), *map(str, options)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def outcome(process):
    """Return the messages of a job, what it writes to stderr, and its exit status.

    Its stdin stays open until it has ended: at the end of that it would die.
    """
    with process:
        messages = [json.loads(line) for line in process.stdout]
        return messages, process.stderr.read(), process.wait(timeout=60)


def made(config, folder, **train):
    config = replace(config, train=replace(config.train, **train))
    return directory.create(config, directory.new("", folder)).folder


@pytest.fixture
def job(small_config, tmp_path):
    """A job in the midst of a training that goes on for a minute, and its run."""
    folder = made(small_config, tmp_path / "run", epochs=3000)
    with started(folder) as process:
        assert "record" in json.loads(process.stdout.readline())
        yield process, folder
        process.kill()


def test_it_sends_a_record_for_each_epoch_and_every_warning(small_config, tmp_path):
    folder = made(small_config, tmp_path / "run", learning_rate=1e-9)
    messages, err, status = outcome(started(folder))
    assert (err, status) == ("", 0)
    assert [message["record"]["epoch"] for message in messages if "record" in message] == [1, 2, 3]
    (warning,) = (message["line"] for message in messages if "line" in message)
    assert warning.startswith("warning: the loss is")


def test_where_the_data_lie_now_is_its_second_argument(small_config, small_data, tmp_path):
    lost = replace(small_config, data=replace(small_config.data, dir="/dev/null"))
    messages, _, status = outcome(started(made(lost, tmp_path / "run"), small_data))
    assert (len(messages), status) == (3, 0)


def test_an_error_is_sent_as_the_lines_that_people_read(tmp_path):
    error = {"line": f"Error: {tmp_path}/nothing: does not exist"}
    assert outcome(started(tmp_path / "nothing")) == ([error], "", 1)


def test_the_end_of_stdin_is_its_death(job):
    process, folder = job
    process.stdin.close()
    assert process.wait(timeout=20) == 1
    assert metadata.status(folder) == "running"


def test_a_byte_on_stdin_is_a_signal_after_which_it_says_nothing(job):
    process, folder = job
    process.stdin.buffer.write(bytes([signal.SIGTERM]))
    process.stdin.flush()
    last = [json.loads(line) for line in process.stdout]
    assert process.wait(timeout=20) == 128 + signal.SIGTERM
    assert all("record" in message for message in last)
    assert metadata.status(folder) == "interrupted"
