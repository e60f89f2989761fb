"""Other processes: what they have of this one, how they end, and that they die with it."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bpnet.errors import BpnetError
from bpnet.system import companions

MODULE = """
import json, os, signal, sys
from bpnet.system import companions

word, *descriptors = json.loads(sys.argv[1])


def task():
    if word == "told":
        print("told", os.environ["OPENBLAS_NUM_THREADS"], flush=True)
        os.write(descriptors[0], b"done")
    elif word == "fails":
        int("x")
    elif word == "waits":
        os.write(descriptors[0], b"begun")
        signal.pause()


companions.work(task)
"""


def forked(task, keep=()):
    """Start a companion as the program does."""
    with companions.undisturbed():
        return companions.fork(task, keep)


def waits():
    """What a companion does that works and works."""
    while True:
        time.sleep(10)


@pytest.fixture
def pipe():
    """A pipe; its end is read when no process holds the other end any more."""
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):  # a test may have closed it
            os.close(end)


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module for a companion that is not forked."""
    (tmp_path / "other_module.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return "other_module"


@pytest.fixture
def started(module, pipe):
    """Start a companion of either kind that has the writing end, and works and works."""

    def start(kind):
        if kind == "fork":

            def work():
                os.write(pipe[1], b"begun")
                waits()

            made = forked(work, [pipe[1]])
        else:
            made = companions.spawn(module, f'["waits", {pipe[1]}]', [pipe[1]])
        assert os.read(pipe[0], 5) == b"begun"
        return made

    return start


def open_files():
    """Return how many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


both = pytest.mark.parametrize("kind", ["fork", "spawn"])


def status(companion):
    """Wait for its end, and return how it ended."""
    until = time.monotonic() + 20
    while (found := companion.ended()) is None:
        assert time.monotonic() < until
        time.sleep(0.001)
    return found


def test_a_fork_does_its_task_and_nothing_that_this_process_had_still_to_do(pipe):
    try:
        made = forked(lambda: os.write(pipe[1], b"done"), [pipe[1]])
        assert os.read(pipe[0], 4) == b"done"
    finally:
        os.write(pipe[1], b".")  # in this process alone
    time.sleep(0.05)
    assert made.ended() is None  # it stays until it is ended
    made.end()
    assert os.read(pipe[0], 100) == b"."


def test_why_a_companion_has_failed_are_its_last_words(module, capfd):
    for made in (forked(lambda: int("x")), companions.spawn(module, '["fails"]', [])):
        assert status(made) == 1
        why = "ValueError: invalid literal for int() with base 10: 'x' (a bug of bpnet, or"
        assert made.last_words().startswith(why)
        made.end()
    assert capfd.readouterr() == ("", "")


def test_a_fork_says_on_stderr_what_it_would_have_printed(capfd):
    made = forked(lambda: (os.write(1, b"printed"), int("x")))
    assert status(made) == 1
    assert "printed" not in made.last_words()
    made.end()
    assert capfd.readouterr() == ("", "printed")


def test_a_fork_keeps_the_open_files_that_it_needs_and_no_other(pipe):
    def task():
        files = [path for path in Path("/proc/self/fd").iterdir() if path.exists()]
        kept = {str(path.readlink()) for path in files if int(path.name) > 2}
        os.write(pipe[1], repr(sorted(name for name in kept if "pipe" not in name)).encode())

    with Path(os.devnull).open("rb"), Path(__file__).open("rb") as other:
        made = forked(task, [pipe[1], other.fileno()])
        assert os.read(pipe[0], 1000).decode() == repr([__file__])
        made.end()


def test_a_spawned_module_is_told_something_and_has_its_files_and_one_thread(module, pipe, capfd):
    made = companions.spawn(module, f'["told", {pipe[1]}]', [pipe[1]])
    assert os.read(pipe[0], 100) == b"done"
    made.end()
    assert capfd.readouterr() == ("", "told 1\n")


@both
def test_how_it_ended_is_known_and_while_it_works_nothing_is(kind, started):
    made = started(kind)
    assert made.ended() is None
    made.end()
    assert status(made) == -signal.SIGKILL


def gone(end):
    """Return whether nobody holds the other end of the pipe any more, within 5 s."""
    os.set_blocking(end, False)
    for _ in range(500):
        with suppress(BlockingIOError):
            return os.read(end, 1) == b""
        time.sleep(0.01)
    return False


@both
def test_its_end_is_waited_for_and_no_process_and_no_file_is_left(kind, started):
    before = open_files()
    made = started(kind)
    made.end()
    with pytest.raises(ChildProcessError):
        os.waitpid(made.process if kind == "fork" else made.process.pid, os.WNOHANG)
    assert open_files() == before


@both
def test_it_dies_with_this_process_however_that_ends(kind, started, pipe):
    if not (child := os.fork()):
        with suppress(BaseException):
            started(kind)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(pipe[1])
    assert gone(pipe[0])


def stdin(made):
    """Return the writing end of the pipe that is its stdin."""
    return made.stdin if isinstance(made, companions.Forked) else made.process.stdin.fileno()


@both
def test_a_byte_on_its_stdin_is_the_number_of_a_signal(kind, started):
    made = started(kind)
    os.write(stdin(made), bytes([signal.SIGKILL]))
    assert status(made) == -signal.SIGKILL
    made.end()


def test_a_fork_leaves_it_to_this_process_to_act_on_signals(started):
    made = started("fork")
    for number in companions.ENDING:
        os.kill(made.process, number)
    time.sleep(0.05)
    assert made.ended() is None
    made.end()


def test_no_signal_finds_this_processs_handlers_in_a_fork(pipe):
    """Not even between the fork and its first line: it is blocked until then."""
    called = []
    handler = signal.signal(signal.SIGTERM, lambda *_: called.append(os.write(pipe[1], b"!")))
    fork = os.fork

    def fork_and_be_ended():
        if not (child := fork()):
            os.kill(os.getpid(), signal.SIGTERM)
        return child

    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fork", fork_and_be_ended)
            made = forked(
                lambda: os.write(pipe[1], repr(signal.pthread_sigmask(0, [])).encode()), [pipe[1]]
            )
        assert os.read(pipe[0], 100) == b"set()"  # and it blocks none for ever
        assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
        made.end()
    finally:
        signal.signal(signal.SIGTERM, handler)


def test_a_signal_from_the_terminal_is_not_for_a_spawned_module(started):
    made = started("spawn")
    assert os.getpgid(made.process.pid) != os.getpgid(0)
    made.end()


@both
def test_where_there_can_be_no_process_a_line_says_so_and_nothing_is_left(
    kind, module, monkeypatch
):
    def refuse(*_, **__):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    before = open_files()
    with pytest.raises(BpnetError, match="no process for .*: Resource .* unavailable; try fewer"):
        forked(int) if kind == "fork" else companions.spawn(module, "", [])
    assert open_files() == before
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()


def test_a_process_of_one_thread_can_be_forked_and_another_cannot(monkeypatch):
    code = "from bpnet.system import companions as c; print(c.can_be_forked())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == f"{sys.platform == 'linux'}\n"
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    assert not companions.can_be_forked()
    ended.set()
    thread.join()
    monkeypatch.setattr(companions, "THREADS", Path("/proc/none"))
    assert not companions.can_be_forked()


def test_a_module_is_taken_from_where_this_process_has_its_own(tmp_path, monkeypatch):
    (tmp_path / "bpnet.py").write_text("import sys; sys.exit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    options = {"stdout": subprocess.PIPE, "text": True}
    process = companions.python("bpnet", "--version", environment={}, **options)
    out, _ = process.communicate()
    assert process.returncode == 0
    assert out.startswith("bpnet ")


def test_what_a_handler_does_comes_before_or_after_the_start_of_a_companion_not_between():
    came = []
    before = signal.signal(signal.SIGALRM, lambda *_: came.append(True))
    try:
        with companions.undisturbed():
            os.kill(os.getpid(), signal.SIGALRM)
            assert not came
        assert came
    finally:
        signal.signal(signal.SIGALRM, before)
