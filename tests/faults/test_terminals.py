"""Streams that are closed, full or unread; letters and names to show; terminals that go away."""

import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from functools import partial, partialmethod
from pathlib import Path
from shutil import copytree

import pytest
from tqdm import tqdm

from bpnet.datasets import drawn_digits
from bpnet.runs import metadata
from bpnet.training.step import Step
from tests.helpers import phases
from tests.helpers.disturbances import train
from tests.helpers.forks import Fork, outcome, run
from tests.helpers.phases import Instead, quick_disk

KEPT = []  # streams that would close what has taken their place
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
PRINTING = [
    "--help",
    "--version",
    "train --config small.yaml --quiet",
    "train --resume finished --quiet",
    "eval finished",
    "eval finished --json",
    "gradcheck",
    "config show",
    "config check",
    "data path",
    "data verify --dataset drawn --data-dir {data}",
    "data fetch --dataset drawn --data-dir {data}",
    "data show --dataset drawn --data-dir {data}",
]


@pytest.fixture
def here(tmp_path, small_file):
    """A folder with a finished run and a config in it."""
    assert run(tmp_path, *train(small_file), hinder=quick_disk).status == 0
    (tmp_path / "r").rename(tmp_path / "finished")
    return tmp_path


def redirect(number, target):
    """Let a stream of this process lead elsewhere, from the bottom up, as when it was started."""
    os.dup2(target, number)
    name = {1: "stdout", 2: "stderr"}[number]
    errors = {1: "strict", 2: "backslashreplace"}[number]
    stream = os.fdopen(number, "w", 1, encoding="utf-8", errors=errors)
    KEPT.append(getattr(sys, name))
    setattr(sys, name, stream)


def full():
    return os.open("/dev/full", os.O_WRONLY)


def unread():
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def close(number):
    KEPT.extend([sys.stdin, sys.stdout, sys.stderr])
    os.close(number)
    setattr(sys, {0: "stdin", 1: "stdout", 2: "stderr"}[number], None)


@needs_full
@pytest.mark.parametrize("command", PRINTING)
def test_what_stdout_does_not_take_is_one_line_and_what_nobody_wants_is_none(
    command, here, small_data
):
    arguments = command.format(data=small_data).split()
    small = partial(setattr, drawn_digits, "COUNTS", (600, 200))
    usual = run(here, *arguments, hinder=small)
    assert (usual.status, usual.out != "") == (0, True)
    for stream in (full, unread):
        hindered = run(
            here, *arguments, hinder=lambda stream=stream: (small(), redirect(1, stream()))
        )
        said = hindered.err.removeprefix(usual.err)
        line = "Error: stdout: No space left on device\n" if stream is full else ""
        assert (hindered.status, said) == (1, line)
    closed = run(here, *arguments, hinder=lambda: (small(), close(1)))
    assert (closed.status, closed.err) == (0, usual.err)


STDERR = {
    "full": lambda: redirect(2, full()),
    "unread": lambda: redirect(2, unread()),
    "closed": lambda: close(2),
}


@needs_full
@pytest.mark.parametrize("hinder", STDERR.values(), ids=STDERR)
def test_nothing_depends_on_whether_stderr_is_read(hinder, here, small_file, undisturbed):
    loud = ("train", "--config", small_file, "--run-dir", "r")
    ended = run(here, *loud, hinder=lambda: (quick_disk(), hinder()))
    assert (ended.status, ended.err) == (0, "")
    assert outcome(here / "r") == undisturbed(small_file)
    assert run(here, "eval", "nowhere", hinder=hinder).status == 1
    assert run(here, "trian", hinder=hinder).status == 2
    interrupt = Instead(lambda: os.kill(os.getpid(), signal.SIGINT))
    for owner, name in ((metadata, "begin"), (Step, "__call__")):

        def stop(owner=owner, name=name):
            phases.call(owner, name)(interrupt)
            hinder()

        assert run(here, *loud[:-1], name, hinder=stop).status == 130


def real(folder, *arguments, **options):
    """Start the real program: only it has an interpreter that ends."""
    environment = {**os.environ, **options.pop("environment", {})}
    command = [sys.executable, "-m", "bpnet", *map(str, arguments)]
    return subprocess.Popen(command, cwd=folder, env=environment, **options)


@needs_full
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_stream_changes_the_exit_status_at_the_very_end(here, encoding):
    environment = {"PYTHONIOENCODING": encoding}
    with open("/dev/full", "w", encoding="utf-8") as nowhere:
        for arguments, status in ((("train", "--resume", "finished"), 0), (("eval", "no"), 1)):
            process = real(
                here, *arguments, environment=environment,
                stderr=nowhere, stdout=subprocess.PIPE,
            )  # fmt: skip
            process.communicate(timeout=20)
            assert process.returncode == status
    process = real(
        here, "eval", "finished", environment=environment,
        stdout=unread(), stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (process.communicate(timeout=20)[1], process.returncode) == (b"", 1)


def at_a_terminal(folder, *arguments, encoding="utf-8", hinder=lambda: None):
    """Start the program at a terminal of its own, and return it and the other end."""
    master, slave = pty.openpty()

    def sit_down():
        quick_disk()
        os.close(master)
        redirect(2, slave)
        sys.stderr.reconfigure(encoding=encoding)
        hinder()

    process = Fork(folder, *arguments, hinder=sit_down)
    os.close(slave)
    return process, master


def shown(master):
    """Return all that is written to the terminal, to the end of the program."""
    text = b""
    with suppress(OSError):  # the end of the other side
        while piece := os.read(master, 4096):
            text += piece
    os.close(master)
    return text


@pytest.mark.parametrize("hangs_up", [False, True])
def test_a_terminal_that_goes_away_ends_nothing_or_leaves_something_to_go_on_with(
    hangs_up, tmp_path, small_file, undisturbed
):
    reading, writing = os.pipe()

    def hinder():
        os.close(writing)
        if hangs_up:
            os.setsid()
            os.close(os.open(os.ttyname(2), os.O_RDWR))  # now it is this session's
        wait = Instead(lambda: (os.write(2, b"@here"), os.read(reading, 1)))
        phases.call(Step, "__call__", 21)(wait)

    command = ("train", "--config", small_file, "--run-dir", "r")
    process, master = at_a_terminal(tmp_path, *command, hinder=hinder)
    text = b""
    while b"@here" not in text:
        text += os.read(master, 4096)
    os.close(master)
    os.close(writing)
    os.close(reading)
    ended = process.wait()
    assert (ended.status, ended.err) == (128 + signal.SIGHUP if hangs_up else 0, "")
    if hangs_up:
        assert run(tmp_path, "train", "--resume", "r", "--quiet").status == 0
    assert outcome(tmp_path / "r") == undisturbed(small_file)


TERMINALS = [
    ("ascii", {"LC_ALL": "C", "TERM": "dumb"}),
    ("cp949", {"NO_COLOR": "1", "COLUMNS": "1"}),
    ("latin-1", {"COLUMNS": "0", "LINES": "1"}),
    ("utf-8", {"NO_COLOR": "1", "COLUMNS": "many", "TERM": ""}),
]


@pytest.mark.parametrize(("encoding", "environment"), TERMINALS)
def test_any_terminal_shows_a_bar_and_no_escapes(
    encoding, environment, tmp_path, small_file, undisturbed
):
    command = ("train", "--config", small_file, "--run-dir", "r")

    def hinder():
        os.environ.update(environment)
        tqdm.__init__ = partialmethod(tqdm.__init__, mininterval=0)

    process, master = at_a_terminal(tmp_path, *command, encoding=encoding, hinder=hinder)
    text = shown(master)
    assert process.wait().status == 0
    assert b"\r" in text
    assert b"epoch 3/3" in text
    assert b"\x1b" not in text
    text.decode(encoding)
    assert outcome(tmp_path / "r") == undisturbed(small_file)


def test_without_stdin_or_a_home_everything_goes_as_usual(here, small_file, undisturbed):
    def hinder():
        quick_disk()
        close(0)
        os.environ["HOME"] = "/nowhere"

    assert run(here, *train(small_file), hinder=hinder).status == 0
    assert outcome(here / "r") == undisturbed(small_file)
    process = real(
        here, *train(small_file, ("--seeds", "2", "--jobs", "2"))[:4], "s", "--seeds", 2,
        preexec_fn=lambda: os.close(0), environment={"HOME": "/nowhere"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert b"mean of 2 seeds" in out
    assert b"Traceback" not in err


NAMES = {"not UTF-8": "r\udcff", "a terminal obeys": "r\n\x1b[31m\x1b]0;owned\x07\x9b\u202e"}
NAMING = [
    ("train", "--resume"), ("eval",), ("eval", "--json"), ("runs",), ("runs", "--json"),
    ("report",), ("export", "finished", "--to", "onnx"), ("compare", "finished"),
    ("config", "check", "--config"),
    ("predict", "no.png", "--run", "finished", "--save-seen"), ("data", "path", "--data-dir"),
    ("train", "--config", "small.yaml", "--quiet", "--run-dir"), ("gradcheck", "--set"), (),
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_breaks_no_line_and_nothing_in_it_acts_in_a_terminal(name, here):
    copytree(here / "finished", here / name / name)
    copytree(here / "finished", here / name, dirs_exist_ok=True)
    for command in NAMING:
        ended = run(here, *command, name, hinder=quick_disk)
        text = ended.out + ended.err
        assert "bug" not in text
        assert "Traceback" not in text
        assert all(line.isprintable() for line in text.splitlines()), command
        if command[:1] != ("predict",):
            assert ("r\\udcff" if name == "r\udcff" else "owned") in text, command


@pytest.mark.parametrize("stem", ["c\nd", "\x1b[31m", "-", "../밑바닥 5", "가" * 83])
def test_the_folder_that_train_prints_last_is_there_whatever_its_config_is_named(
    stem, tmp_path, small_file
):
    (tmp_path / "d").mkdir()
    config = tmp_path / "d" / f"{stem}.yaml"
    small_file.rename(config)
    ended = run(tmp_path / "d", "train", f"--config={config}", "--quiet", hinder=quick_disk)
    assert ended.status == 0, ended.err
    assert (tmp_path / "d" / ended.out.splitlines()[-1] / "weights.npz").exists()


def test_a_run_in_a_folder_of_1500_levels_is_a_run_like_any_other(tmp_path, small_file):
    deep = "d/" * 1499 + "d"
    try:
        for command in (("train", "--config", small_file, "--run-dir", deep), ("report", deep)):
            ended = run(tmp_path, *command, hinder=quick_disk)
            assert ended.status == 0, ended.err
        assert ended.out == f"{deep}/report.html\n"
    finally:
        subprocess.run(["rm", "-rf", "d"], cwd=tmp_path, check=True)  # shutil has less of a stack


@pytest.mark.parametrize("arguments", ["train --config {config}", "eval", "data path", "gradcheck"])
def test_a_current_folder_that_is_gone_is_an_error_in_a_line_or_none(
    arguments, tmp_path, small_file
):
    def hinder():
        Path.cwd().rmdir()

    (tmp_path / "gone").mkdir()
    command = arguments.format(config=small_file).split()
    ended = run(tmp_path / "gone", *command, hinder=hinder)
    assert "bug" not in ended.err
    assert "Traceback" not in ended.err
    lines = ended.err.splitlines()
    assert ended.status == (1 if lines else 0)
    assert [line[:7] for line in lines] == ["Error: "] * len(lines)
