"""A signal in any phase: the program is gone at once, has said one line, and nothing is lost."""

import os
import signal
import sys
import time
from contextlib import suppress
from functools import partial
from subprocess import PIPE, Popen

import pytest

from bpnet.runs import metadata
from bpnet.training.step import Step
from tests.helpers import phases
from tests.helpers.disturbances import (
    HUP,
    INT,
    TERM,
    WAYS,
    counts_once,
    disturb,
    temporaries,
    train,
)
from tests.helpers.forks import Fork, outcome, run
from tests.helpers.phases import JOBS, OTHERS, PHASES, STUCK, TURNED, Instead, quick_disk

NAMES = [signal.Signals(number).name for number in (INT, TERM, HUP)]


@pytest.mark.parametrize("name", PHASES)
def test_a_signal_in_any_phase_of_training_ends_it_and_resumed_it_comes_to_the_same(
    name, cases, tmp_path, small_file, small_files, mirrors, undisturbed
):
    first, phase = list(PHASES).index(name) % 9, PHASES[name]
    start = train(small_file, phase.options)
    stalling, good = (partial(phases.small, small_files, f"{mirrors.address}{n}/") for n in (0, 1))
    disturbed = phase._replace(
        hold=lambda bell: (stalling() if "server" in name else good(), phase.hold(bell))
    )
    for number, times in (WAYS * 2)[first : first + cases(9)]:
        folder = tmp_path / f"{number.name} {times}"
        disturb(folder, start, disturbed, number, times)
        if counts_once(number, times):
            assert temporaries(folder) == []
        begun = (folder / "r" / "config.yaml").exists()
        resumed = run(folder, *(["train", "--resume", "r"] if begun else start), hinder=good)
        assert resumed.status == 0, resumed.err
        assert not {"Error", "Traceback"} & set(resumed.err.replace(":", " ").split())
        expected = undisturbed(small_file, TURNED if phase.options == TURNED else ())
        assert outcome(folder / "r") == expected
        assert temporaries(folder) == []


@pytest.mark.parametrize(
    ("name", "number", "times"),
    [
        ("and is waited for", INT, 2),
        ("and is waited for", TERM, 2),
        ("and is not waited for", INT, 1),
        ("and is not waited for", TERM, 2),
        ("and is not waited for", HUP, 1),
    ],
)
def test_a_thread_that_distorts_forever_keeps_nobody(
    name, number, times, tmp_path, small_file, undisturbed
):
    disturb(tmp_path / "f", train(small_file, TURNED), STUCK[name], number, times)
    assert run(tmp_path / "f", "train", "--resume", "r", "--quiet").status == 0
    assert outcome(tmp_path / "f" / "r") == undisturbed(small_file, TURNED)


@pytest.mark.parametrize("name", JOBS)
def test_signals_end_all_seeds_and_each_resumed_comes_to_the_same(
    name, cases, tmp_path, small_file, undisturbed
):
    first, phase = list(JOBS).index(name), JOBS[name]
    for number, times in [(HUP, 2), (INT, 5), (TERM, 1), (TERM, 2)][first : first + cases(4)]:
        folder = tmp_path / f"{number.name} {times}"
        start = train(small_file, phase.options)
        start.remove("--quiet")
        disturb(folder, start, phase, number, times)
        for seed in range(2):
            resume = ("train", "--resume", f"r/seed-{seed}", "--quiet")
            while "is training it" in (resumed := run(folder, *resume, hinder=quick_disk)).err:
                assert not counts_once(number, times)  # else it has waited for their ends
            assert resumed.status == 0
            alone = ("--set", "train.epochs=60", "--set", f"seed={seed}")
            assert outcome(folder / "r" / f"seed-{seed}") == undisturbed(small_file, alone)
        if counts_once(number, times):
            assert temporaries(folder) == []


@pytest.mark.parametrize("name", OTHERS)
def test_a_signal_ends_a_command_that_only_looks_and_it_can_be_had_again(
    name, cases, tmp_path, small_file
):
    assert run(tmp_path, *train(small_file)).status == 0
    for number, times in WAYS[-cases(9) :]:
        disturb(tmp_path, [name, *(["r"] if name == "eval" else [])], OTHERS[name], number, times)
    assert temporaries(tmp_path) == []
    assert run(tmp_path, "eval", "r").status == 0


@pytest.mark.parametrize("number", [INT, TERM, HUP], ids=NAMES)
def test_a_signal_that_is_ignored_from_the_start_stays_ignored(
    number, tmp_path, small_file, undisturbed
):
    def hinder():
        signal.signal(number, signal.SIG_IGN)
        twice = Instead(lambda: [os.kill(os.getpid(), number) for _ in range(2)])
        phases.call(metadata, "begin")(twice)
        phases.call(Step, "__call__", 21)(twice)

    ended = run(tmp_path, *train(small_file), hinder=hinder)
    assert (ended.status, ended.err) == (0, "")
    assert outcome(tmp_path / "r") == undisturbed(small_file)


def test_a_run_that_is_suspended_goes_on_as_if_nothing_had_been(tmp_path, small_file, undisturbed):
    def hinder():
        os.setpgid(0, 0)  # in a group without a parent outside, nothing can be suspended
        suspend = Instead(lambda: os.kill(os.getpid(), signal.SIGTSTP))
        for nth in (1, 21):
            phases.call(Step, "__call__", nth)(suspend)

    process = Fork(tmp_path, *train(small_file), hinder=hinder)
    for _ in range(2):
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send(signal.SIGCONT)
    ended = process.wait()
    assert (ended.status, ended.err) == (0, "")
    assert outcome(tmp_path / "r") == undisturbed(small_file)


@pytest.mark.parametrize("number", [INT, TERM], ids=NAMES[:2])
def test_a_signal_does_not_wait_for_what_another_is_leaving(number, tmp_path, small_file):
    def hang():
        try:
            os.kill(os.getpid(), number)
        finally:
            phases.say("here")
            for _ in range(9):  # as what cleans up may, or Python's own end
                with suppress(BaseException):
                    time.sleep(2)

    process = Fork(
        tmp_path,
        *train(small_file),
        hinder=lambda: phases.call(metadata, "begin")(Instead(hang)),
    )
    process.wait_for("@here")
    process.send(HUP)  # a closed terminal sends two, and nothing is left for the second to do
    process.send(number)
    since = time.monotonic()
    assert process.wait().status == 128 + number
    assert time.monotonic() - since < 5


IMPORTING = """
import sys, time
class Finder:
    def find_spec(self, name, *_):
        if name == "click":
            print("@here", file=sys.stderr, flush=True)
            time.sleep(20)
sys.meta_path.insert(0, Finder())
from bpnet.__main__ import main
main()
"""

ENDING = """
import atexit, sys
from bpnet.__main__ import main
def wait():
    print("@here", file=sys.stderr, flush=True)
    sys.stdin.readline()
atexit.register(wait)
sys.argv[1:] = ["--version"]
main()
"""


@pytest.mark.parametrize(("code", "status"), [(IMPORTING, 130), (ENDING, 0)])
def test_ctrl_c_while_the_program_comes_or_goes_shows_nothing_of_its_inside(code, status):
    with Popen([sys.executable, "-c", code], stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        assert process.stderr.readline() == b"@here\n"
        process.send_signal(INT)
        _, err = process.communicate(b"go on\n", timeout=20)
    assert (process.returncode, err) == (status, b"")


def test_five_signals_end_the_real_program_without_a_traceback(program, tmp_path, small_file):
    process = program(*train(small_file, ("--set", "train.epochs=3000")))
    while not (tmp_path / "r" / "log.csv").exists():
        time.sleep(0.002)
    for _ in range(5):
        process.send_signal(INT)
        time.sleep(0.01)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert not {"Traceback", "Exception"} & set(err.split())
