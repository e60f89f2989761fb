"""A process that trains a run for another one: what it sends, and what it obeys."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from bpnet.cli import signals
from bpnet.runs import directory, metadata, results


def started(run, *options, code=None, **environment):
    program = ["-m", "bpnet.cli.job"] if code is None else ["-c", code]
    return subprocess.Popen(
        [sys.executable, *program, str(run), *map(str, options)],
        env=os.environ | environment,
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
    records = [message["record"] for message in messages if "record" in message]
    assert [record["epoch"] for record in records] == [1, 2, 3]
    log = results.read_log(directory.open_run(folder))
    assert records == [asdict(record) for record in log]
    (line,) = (message["line"] for message in messages if "line" in message)
    assert line.startswith("warning: the loss is")


def test_other_arithmetic_is_refused_unless_it_is_allowed(small_config, tmp_path):
    folder = made(small_config, tmp_path / "run")
    metadata.write(folder, arithmetic="0" * 64)
    (folder / "weights.npz").touch()  # as if it had been saved
    (message,), _, status = outcome(started(folder))
    assert (message["line"].endswith("or add --other-arithmetic"), status) == (True, 1)
    messages, err, status = outcome(started(folder, "--other-arithmetic"))
    assert (len(messages), err, status) == (3, "", 0)


def test_where_the_data_lie_now_is_an_option(small_config, small_data, tmp_path):
    lost = replace(small_config, data=replace(small_config.data, dir="/dev/null"))
    messages, _, status = outcome(started(made(lost, tmp_path / "run"), "--data-dir", small_data))
    assert (len(messages), status) == (3, 0)


def test_what_a_layer_prints_does_not_come_between(small_config, tmp_path):
    code = (
        "from bpnet.layers import Relu; from bpnet.cli import job; forward = Relu.forward;"
        "Relu.forward = lambda self, x: print('mine', end=' ') or forward(self, x); job.main()"
    )
    messages, err, status = outcome(started(made(small_config, tmp_path / "run"), code=code))
    assert [message["record"]["epoch"] for message in messages] == [1, 2, 3]
    assert err.startswith("mine mine ")
    assert status == 0


def test_a_run_that_another_process_has_finished_is_left_as_it_is(small_config, tmp_path):
    folder = made(small_config, tmp_path / "run")
    assert outcome(started(folder))[2] == 0
    before = (folder / "run.json").read_bytes()
    assert outcome(started(folder)) == ([], "", 0)
    assert (folder / "run.json").read_bytes() == before


def test_an_error_is_sent_as_the_lines_that_people_read(tmp_path):
    error = {"line": f"Error: {tmp_path}/nothing: does not exist"}
    assert outcome(started(tmp_path / "nothing")) == ([error], "", 1)


def test_an_error_of_several_lines_is_sent_as_it_is_shown(small_config, tmp_path):
    folder = made(small_config, tmp_path / "run")
    path = folder / "config.yaml"
    path.write_text("a: 1\nb: 2\n", encoding="utf-8")
    first, second = (message["line"] for message in outcome(started(folder))[0])
    assert first.startswith(f"Error: {path}:1:1: a: unknown key")
    assert second.startswith(f"       {path}:2:1: b: unknown key")


def test_a_bug_is_a_line_too_or_its_traceback_on_stderr(small_config, tmp_path):
    folder = made(small_config, tmp_path / "run")
    code = (
        "from bpnet.runs import session; from bpnet.cli import job; session.resumed = None;"
        "job.main()"
    )
    for debug, told in (("", ["line"]), ("1", [])):
        process = started(folder, code=code, BPNET_DEBUG=debug)
        messages, err, status = outcome(process)
        assert [*map(list, messages)] == [told] * len(told)
        assert ("Traceback" in err) == bool(debug)
        assert status == 1


def test_the_end_of_stdin_is_its_death(job):
    process, folder = job
    process.stdin.close()
    assert process.wait(timeout=20) == 1
    assert metadata.status(folder) == "running"


@pytest.mark.parametrize("number", signals.ENDING)
def test_a_byte_on_stdin_is_a_signal_after_which_it_says_nothing(job, number):
    process, folder = job
    process.stdin.buffer.write(bytes([number]))
    process.stdin.flush()
    last = [json.loads(line) for line in process.stdout]
    assert process.wait(timeout=20) == 128 + number
    assert all("record" in message for message in last)
    assert metadata.status(folder) == "interrupted"
