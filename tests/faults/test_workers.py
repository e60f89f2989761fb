"""Workers that are killed, stopped, orphaned: one line, nothing lost, and no process left."""

import gc
import os
import random
import resource
import signal
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from subprocess import run as run_program
from threading import Thread

import numpy as np
import pytest

from bpnet import datasets
from bpnet.errors import BpnetError
from bpnet.system import barrier, companions, locks, shared_memory
from bpnet.training import team
from bpnet.training.step import Step
from bpnet.training.trainer import Training
from tests.helpers import limits
from tests.helpers.disk import dying_at, strays
from tests.helpers.disturbances import HUP, INT, PATIENCE, TERM
from tests.helpers.forks import Fork, outcome, run
from tests.helpers.phases import Instead, call
from tests.helpers.teams import (
    FORMS,
    MOMENTS,
    SHARED,
    Strike,
    adopting,
    are_gone,
    children,
    formed,
    in_a_worker,
    in_rank_0,
    lines,
    seconds,
    shared,
    soon,
    state,
    struck,
    wait_until,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")
WORKERS = ("--workers", "2")
CASES = [  # each moment with each form; every fourth are all moments and all forms
    (list(FORMS)[(first + k) % 4], moment) for first, moment in enumerate(MOMENTS) for k in range(4)
]
LOST = "one of the 2 workers has ended by signal 9, Killed, and its share of the batch is lost"


@pytest.fixture(autouse=True)
def _nothing_is_left():
    """After each test there is no process that it has not found, and no memory with a name."""
    before = children(os.getpid()), set(os.listdir(SHARED))
    with adopting():
        yield
        wait_until(lambda: children(os.getpid()) <= before[0], PATIENCE)
    new = set(os.listdir(SHARED)) - before[1]
    assert {name for name in new if not name.startswith(("tmp", ".fork"))} == set()  # of tests


@pytest.fixture
def resumes(small_file, undisturbed):
    """Return a function that fails unless a run, resumed, comes to what an undisturbed one does."""

    def resumes(folder, workers=2):
        begun = (folder / "r" / "config.yaml").exists()
        start = ("train", "--resume", "r", "--quiet") if begun else shared(small_file, workers)
        resumed = run(folder, *start, hinder=formed("forked"))
        assert (resumed.status, lines(resumed)) == (0, [])
        assert outcome(folder / "r") == undisturbed(small_file, ("--workers", str(workers)))
        assert strays(folder / "r") == set()

    return resumes


def test_a_worker_that_is_killed_ends_the_run_in_a_line_and_nothing_is_lost(
    chosen, tmp_path, small_file, resumes
):
    for form, moment in chosen(CASES):
        folder = tmp_path / f"{form} {moment}"
        folder.mkdir()
        kill = partial(MOMENTS[moment], Strike(signal.SIGKILL))
        ended = run(folder, *shared(small_file), hinder=formed(form, kill))
        since, workers = struck(ended.err)
        assert soon(since, 1)
        assert ended.status == 1
        (line,) = lines(ended)
        assert LOST in line
        assert "go on from the last checkpoint with: bpnet train --resume" in line
        assert are_gone(workers)
        resumes(folder)


def test_a_kill_of_any_process_at_random_costs_nothing(cases, tmp_path, small_file, resumes):
    chance = random.Random(20161126)
    for trial in range(cases(8)):
        form = list(FORMS)[trial % 4]
        folder = tmp_path / f"killed {trial}"
        folder.mkdir()
        process = Fork(folder, *shared(small_file, 3), hinder=formed(form))
        wait_until(lambda pid=process.pid: len(children(pid)) == 2)
        time.sleep(chance.uniform(0, 0.3))
        workers = sorted(children(process.pid))
        victim = chance.choice([process.pid, *workers])
        os.kill(victim, signal.SIGKILL)
        ended = process.wait()
        assert ended.status in (0, 1, -9), f"trial {trial} of seed 20161126: {ended.err}"
        assert len(lines(ended)) == (ended.status == 1), ended.err
        if ended.status:
            resumes(folder, 3)


def stopped(folder, arguments, form, moment, *more):
    """Return a training whose workers have been stopped in this moment, and these workers."""
    folder.mkdir()
    stop = partial(MOMENTS[moment], Strike(signal.SIGSTOP))
    process = Fork(folder, *arguments, hinder=formed(form, stop, *more))
    process.wait_for("@struck")
    time.sleep(0.05)  # until rank 0 waits, where it does
    return process, struck(process.heard())[1]


IN_STEPS = [(form, moment) for form, moment in CASES if "rank 0" not in moment]


def test_a_stopped_worker_is_waited_for_at_rest_and_it_goes_on_to_the_same(
    chosen, tmp_path, small_file, undisturbed
):
    for form, moment in chosen(IN_STEPS):
        folder = tmp_path / f"{form} {moment}"
        process, workers = stopped(folder, shared(small_file), form, moment)
        before, since = seconds(process.pid), time.monotonic()
        time.sleep(1)
        used = (seconds(process.pid) - before) / (time.monotonic() - since)
        assert used < 0.1, "of a processor"
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
        ended = process.wait()
        assert (ended.status, lines(ended)) == (0, [])
        assert outcome(folder / "r") == undisturbed(small_file, WORKERS)


@pytest.mark.parametrize(("number", "times"), [(INT, 1), (TERM, 1), (HUP, 2), (INT, 2)], ids=str)
def test_a_signal_while_a_worker_is_stopped_ends_the_run_in_time(
    number, times, chosen, tmp_path, small_file, resumes
):
    first = 3 * [INT, TERM, HUP].index(number) + times
    for form, moment in chosen(chosen(IN_STEPS[first:] + IN_STEPS[:first])):
        folder = tmp_path / f"{form} {moment}"
        process, workers = stopped(folder, shared(small_file), form, moment)
        since = time.monotonic()
        for _ in range(times):
            process.send(number)
            time.sleep(0.1)
        ended = process.wait()
        assert soon(since, 2 if times == 1 or number == HUP else 0.5)
        assert ended.status == 128 + number
        (line,) = lines(ended)
        assert "interrupted" in line
        assert are_gone(workers)
        resumes(folder)


def multiply():
    """Compute for a while, without a look at anything."""
    np.ones((5000, 5000), np.float32) @ np.ones((5000, 5000), np.float32)


LONG = partial(in_a_worker(Step, "forward", 22), Instead(multiply))


@pytest.mark.parametrize(
    ("form", "moment", "number", "more"),
    [
        ("forked", "while it computes", signal.SIGSTOP, []),
        ("spawned", "in the update", signal.SIGSTOP, []),
        ("forked, by pipes", "at a barrier", 0, []),
        ("spawned, by pipes", "while rank 0 saves", 0, []),
        ("forked", "in the update", 0, [LONG]),
    ],
)
def test_workers_die_with_a_parent_that_is_killed_and_its_run_can_be_resumed_at_once(
    form, moment, number, more, tmp_path, small_file, resumes
):
    folder = tmp_path / "f"
    folder.mkdir()
    wait = Instead(lambda: (Strike(number).dawdle(), time.sleep(20)))
    hinder = formed(form, partial(MOMENTS[moment], wait), *more)
    process = Fork(folder, *shared(small_file), hinder=hinder)
    process.wait_for("@struck")
    _, workers = struck(process.heard())
    time.sleep(0.05)
    assert {state(worker) == "T" for worker in workers} == {number == signal.SIGSTOP}
    since = time.monotonic()
    process.send(signal.SIGKILL)
    assert process.wait().status == -signal.SIGKILL
    wait_until(lambda: are_gone(workers))
    assert soon(since, 1)
    resumes(folder)


def test_killed_at_a_change_of_a_file_a_run_leaves_nothing_that_holds_it(
    chosen, tmp_path, small_file, resumes
):
    numbers = range(1, 140, 13)
    for number in chosen(numbers):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        form = list(FORMS)[number % 4]
        ended = run(folder, *shared(small_file), hinder=formed(form, dying_at(number, folder)))
        assert ended.status in (0, -9), ended.err
        assert ended.status or number > 100
        if ended.status:
            resumes(folder)


def test_a_worker_that_is_done_before_rank_0_is_not_taken_for_lost(tmp_path, small_file):
    last = []

    def late():
        """Let rank 0 look, in the last wait of all, when the worker has long done its part."""
        in_rank_0(Step, "update", 48)(Instead(partial(last.append, True)))
        in_a_worker(Step, "update", 48)(Instead(partial(time.sleep, 0.1)))
        call(team.Watch, "__call__", 1, lambda: bool(last))(Instead(partial(time.sleep, 0.5)))

    for form in ("forked", "forked, by pipes"):
        (tmp_path / form).mkdir()
        ended = run(tmp_path / form, *shared(small_file), hinder=formed(form, late))
        assert (ended.status, lines(ended)) == (0, [])


def own_group():
    """Be a group of a shell's: signals of a terminal are for all in it."""
    os.setpgid(0, 0)


def test_a_signal_to_the_whole_group_is_told_once_and_nothing_is_lost(
    chosen, tmp_path, small_file, resumes
):
    for number in chosen([INT, TERM, HUP]):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        to_all = Instead(partial(os.killpg, 0, number))
        hold = partial(in_rank_0(Step, "update", 21), to_all)
        ended = run(folder, *shared(small_file, 3), hinder=formed("forked", own_group, hold))
        assert ended.status == 128 + number
        (line,) = lines(ended)
        assert line.startswith("interrupted in epoch 2, after step 2")
        resumes(folder, workers=3)


def test_a_signal_to_the_whole_group_finds_no_worker_unready(chosen, tmp_path, small_file, resumes):
    for number in chosen([TERM, INT, HUP]):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        to_all = Instead(lambda number=number: (os.killpg(0, number), time.sleep(0.1)))
        hold = partial(call(companions, "work"), to_all)  # a worker, with nothing yet of its own
        ended = run(folder, *shared(small_file), hinder=formed("forked", own_group, hold))
        assert ended.status == 128 + number
        (line,) = lines(ended)
        assert line.startswith("interrupted in epoch 1, after step ")
        resumes(folder)


def test_signals_to_a_worker_that_starts_do_nothing(tmp_path, small_file, undisturbed):
    strikes = [Strike(number).dawdle for number in (INT, TERM, HUP)]
    itself = [partial(signal.raise_signal, number) for number in (INT, TERM, HUP)]
    holds = {
        "forked": partial(call(companions, "work"), Instead(lambda: [act() for act in itself])),
        "spawned": partial(  # while it imports NumPy
            in_rank_0(Step, "forward", 1), Instead(lambda: [act() for act in strikes])
        ),
    }
    for form, hold in holds.items():
        folder = tmp_path / form
        folder.mkdir()
        ended = run(folder, *shared(small_file), hinder=formed(form, hold))
        assert (ended.status, lines(ended)) == (0, [])
        assert outcome(folder / "r") == undisturbed(small_file, WORKERS)


def test_a_group_that_is_suspended_goes_on_as_if_nothing_had_been(
    chosen, tmp_path, small_file, undisturbed
):
    for form in chosen(["forked", "spawned"]):
        folder = tmp_path / form
        folder.mkdir()
        suspend = Instead(lambda: os.killpg(0, signal.SIGTSTP))
        hold = partial(in_rank_0(Step, "update", 21), suspend)
        process = Fork(folder, *shared(small_file), hinder=formed(form, own_group, hold))
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        time.sleep(0.2)
        (worker,) = children(process.pid)
        assert (state(worker) == "T") == (form == "forked")
        os.killpg(process.pid, signal.SIGCONT)
        ended = process.wait()
        assert (ended.status, lines(ended)) == (0, [])
        assert outcome(folder / "r") == undisturbed(small_file, WORKERS)


def test_a_worker_that_is_killed_is_missed_also_where_children_are_not_waited_for(
    chosen, tmp_path, small_file
):
    for form in chosen(["forked", "spawned"]):
        folder = tmp_path / form
        folder.mkdir()
        ignore = partial(signal.signal, signal.SIGCHLD, signal.SIG_IGN)
        kill = partial(MOMENTS["in the update"], Strike(signal.SIGKILL))
        ended = run(folder, *shared(small_file), hinder=formed(form, ignore, kill))
        assert ended.status == 1
        (line,) = lines(ended)
        assert "one of the 2 workers has ended with status 0" in line


def boom():
    raise ValueError("boom\n\x1b[31m")


@pytest.mark.parametrize("where", [in_a_worker, call], ids=["in a worker", "in all"])
def test_a_layer_that_raises_in_a_forked_worker_is_told_in_a_line(where, tmp_path, small_file):
    hold = partial(where(Step, "forward", 21), Instead(boom))
    ended = run(tmp_path, *shared(small_file, 3), hinder=formed("forked", hold))
    assert ended.status == 1
    (line,) = lines(ended)
    assert "ValueError: boom" in line
    assert "BPNET_DEBUG=1 shows where" in line
    assert "\x1b" not in line


RAISING = """
import sys
from bpnet.layers.activations import Relu
def forward(self, x):
    print("a layer's own words")
    raise ValueError("boom")
if "bpnet.training.worker" in sys.orig_argv:
    Relu.forward = forward
"""


def test_a_layer_that_raises_in_a_spawned_worker_is_told_in_a_line(tmp_path, small_file):
    (tmp_path / "sitecustomize.py").write_text(RAISING, encoding="utf-8")
    path = partial(sys.path.insert, 0, str(tmp_path))
    ended = run(tmp_path, *shared(small_file), hinder=formed("spawned", path))
    assert ended.status == 1
    words, line = lines(ended)
    assert words == "a layer's own words"
    assert line.startswith("Error: one of the 2 workers has failed: ValueError: boom (a bug of ")


def few_files(number):
    """Let this process have so many files open."""
    os.closerange(3, 1000)  # those of the tests
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))


LIMITS = [
    ("forked", few_files, [8, 10, 12, 13, 16]),
    ("spawned", few_files, [8, 13, 14, 18]),
    ("forked, by pipes", few_files, [10, 20, 22, 28]),
    ("forked", limits.threads_and_processes, [1, 2, 3, 4, 6]),
    ("spawned", limits.threads_and_processes, [1, 3, 4, 6]),
]
SHORT = (
    "Error: no process for another worker: ",
    "Error: no pipes between 3 workers: ",
    "Error: one of the 3 workers has failed: ",
)


@pytest.mark.parametrize(("form", "limit", "numbers"), LIMITS)
def test_too_few_files_or_processes_are_told_in_a_line(
    form, limit, numbers, request, tmp_path, small_file
):
    for number in numbers if request.config.option.every_case else numbers[1:2]:
        arguments = shared(small_file, 3)
        arguments[arguments.index("r")] = f"r{number}"
        ended = run(tmp_path, *arguments, hinder=formed(form, partial(limit, number)))
        assert len(lines(ended)) == ended.status == (number != numbers[-1]), ended.err
        assert all(line.startswith(SHORT) for line in lines(ended)), ended.err


def test_too_many_pipes_are_closed_again():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(barrier, "STORES_STAY_IN_ORDER", False)
        before = os.listdir("/proc/self/fd")
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, limit[1]))
        try:
            with pytest.raises(
                BpnetError, match="no pipes between 16 workers: Too many open files"
            ):
                barrier.ends(16)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
        assert os.listdir("/proc/self/fd") == before


def test_memory_that_is_short_is_told_before_it_is_used():
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for least in (0, 100_000, 2**20 + 1):  # none, a part of a piece, all but a part of one
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, limit[1]))
        try:
            with pytest.raises(BpnetError, match="no 2 MB of memory for train.workers to share: "):
                shared_memory.allocate(2**21)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    signal.signal(signal.SIGXFSZ, handler)


def test_where_no_memory_is_without_a_name_a_file_is(small_config, small_data, tmp_path):
    dataset = datasets.load(small_config.data)
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(os, "memfd_create")
        patch.setattr(tempfile, "tempdir", str(tmp_path))
        descriptor = shared_memory.allocate(5000)
        assert len(shared_memory.mapped(descriptor)) == 5000
        os.close(descriptor)
        assert len(dataset.train)
        assert list(tmp_path.glob("tmp*")) == []
        patch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
        with pytest.raises(BpnetError, match="memory for train.workers to share: No such file"):
            shared_memory.allocate(5000)


def descriptors():
    return {
        entry.name: os.readlink(entry)
        for entry in Path("/proc/self/fd").iterdir()
        if entry.is_symlink()
    }


ENDS = ["finished", "abandoned", "forgotten", "stopped"]


@pytest.mark.parametrize("form", FORMS)
def test_a_training_in_a_program_leaves_no_process_and_no_file(
    form, chosen, small_config, monkeypatch
):
    first = list(FORMS).index(form)
    for kind in chosen(ENDS[first:] + ENDS[:first]):
        train_in_this_process(kind, form, small_config, monkeypatch)


def train_in_this_process(kind, form, small_config, monkeypatch):
    monkeypatch.setattr(companions, "can_be_forked", lambda: form.startswith("forked"))
    monkeypatch.setattr(barrier, "STORES_STAY_IN_ORDER", "pipes" not in form)
    config = replace(small_config, train=replace(small_config.train, workers=3))
    training = Training(config, datasets.load(config.data))
    before = children(os.getpid()), len(os.listdir("/proc/self/fd"))
    stop = (lambda: training.state.step == 20) if kind == "stopped" else (lambda: False)
    epochs = training.epochs(stop)
    next(epochs)
    assert len(children(os.getpid()) - before[0]) == 2
    if kind in ("finished", "stopped"):
        assert len(list(epochs)) == (2 if kind == "finished" else 0)
    if kind == "abandoned":
        epochs.close()
    del epochs
    gc.collect()
    assert (children(os.getpid()), len(os.listdir("/proc/self/fd"))) == before


def test_a_training_goes_on_when_the_thread_that_started_its_workers_has_ended(small_config):
    config = replace(small_config, train=replace(small_config.train, workers=2))
    epochs = Training(config, datasets.load(config.data)).epochs()
    records = []
    for _ in range(3):
        thread = Thread(target=lambda: records.append(next(epochs)))
        thread.start()
        thread.join()
    assert [record.epoch for record in records] == [1, 2, 3]
    epochs.close()


SCRIPT = """
import sys, threading
import numpy as np
import bpnet
if "thread" in sys.argv:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
bpnet.train(sys.argv[1], {"train.workers": 2}, "r")
"""


ONE, TWO = ({"OPENBLAS_NUM_THREADS": number} for number in "12")


def test_a_script_without_a_main_trains_by_workers(chosen, tmp_path, small_file, undisturbed):
    for argument, environment in [("", ONE), *chosen([("thread", ONE), ("", TWO)])]:
        folder = tmp_path / f"script {argument} {environment}"
        folder.mkdir()
        (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
        done = run_program(
            [sys.executable, "script.py", small_file, argument],
            cwd=folder,
            env=os.environ | environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        if environment == ONE:  # else the last bits may differ
            assert outcome(folder / "r") == undisturbed(small_file, WORKERS)


SEEDS = ("--seeds", "2", "--jobs", "2", "--set", "train.epochs=200")


def test_seeds_by_workers_leave_no_process_when_they_are_ended(chosen, tmp_path, small_file):
    for number in chosen([signal.SIGKILL, INT]):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        arguments = [*shared(small_file, 2), *SEEDS]
        arguments.remove("--quiet")
        process = Fork(folder, *arguments, hinder=formed("forked"))
        process.wait_for("seed-0: epoch  2")
        process.wait_for("seed-1: epoch  2")
        jobs = children(process.pid)
        workers = set().union(*map(children, jobs))
        assert (len(jobs), len(workers)) == (2, 2)
        since = time.monotonic()
        process.send(number)
        assert process.wait().status == (130 if number == INT else -number)
        wait_until(partial(are_gone, jobs | workers))
        assert soon(since, 1)
        for seed in range(2):
            assert not locks.is_held(folder / "r" / f"seed-{seed}" / locks.NAME)
