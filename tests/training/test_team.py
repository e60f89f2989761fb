"""The workers of a training: the other processes, from their start to their end."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import AugmentConfig, NetworkConfig
from bpnet.errors import BpnetError, DivergedError
from bpnet.system import barrier, companions
from bpnet.training import team
from bpnet.training.trainer import Training
from tests.helpers.workers import as_processes, as_threads

FORMS = ["fork", "spawn"]
# of a thread that another test has left
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")


def shared_by(config, workers, **train):
    return replace(config, train=replace(config.train, workers=workers, **train))


@pytest.fixture
def everything(small_config):
    """All that a step can have, in 2 epochs of 16 batches."""
    train = {"momentum": 0.9, "average": 0.9, "learning_rate": 0.02, "schedule": "cosine"}
    config = shared_by(small_config, 2, epochs=2, **train)
    network = NetworkConfig(hidden=(12, 11), activation="sigmoid", init=0.1)
    return replace(config, network=network, augment=AugmentConfig(rotation=10), seed=3)


@pytest.fixture
def dataset(small_config):
    return datasets.load(small_config.data)


@pytest.fixture
def started(monkeypatch):
    """The processes that were started, in their order."""
    found = []
    for name in FORMS:
        make = getattr(companions, name)
        monkeypatch.setattr(
            companions, name, lambda *how, make=make: found.append(make(*how)) or found[-1]
        )
    return found


@pytest.fixture
def as_it_was():
    """When a test is done, no process and no open file is left of it."""
    before = children(), open_files()
    yield
    assert (children(), open_files()) == before


def open_files():
    """Return how many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def children():
    """Return the processes of this one, where Linux tells of them."""
    found = Path(f"/proc/self/task/{os.getpid()}/children")
    return found.read_text(encoding="ascii").split() if found.exists() else []


def without_time(records):
    return [replace(record, seconds=0, images_per_second=0) for record in records]


def trained(config, dataset):
    """Return the state of a whole training, and what its records say beside the time."""
    training = Training(config, dataset)
    return training.state, without_time(training.epochs())


def assert_same(one, other):
    (state, records), (expected, rows) = one, other
    assert records == rows
    for name, array in expected.arrays().items():
        assert np.array_equal(state.arrays()[name], array), name


@pytest.mark.parametrize("form", FORMS)
def test_processes_of_either_form_and_barrier_come_to_the_bytes_of_threads(
    as_it_was, everything, dataset, monkeypatch, form
):
    with monkeypatch.context() as patch:
        as_threads(patch)
        expected = trained(everything, dataset)
    as_processes(monkeypatch, form)
    for in_order in (True, False):  # spinning, and by pipes
        monkeypatch.setattr(barrier, "STORES_STAY_IN_ORDER", in_order)
        assert_same(trained(everything, dataset), expected)


def test_what_workers_come_to_is_what_one_process_comes_to(small_config, dataset, monkeypatch):
    as_threads(monkeypatch)
    config = shared_by(small_config, 1, dtype="float64", momentum=0.9, average=0.9)
    alone, expected = trained(config, dataset)
    state, records = trained(shared_by(config, 3), dataset)
    for name, array in alone.arrays().items():
        assert np.abs(state.arrays()[name] - array).max() < 1e-10, name
    for record, other in zip(records, expected, strict=True):
        assert record.train_loss == pytest.approx(other.train_loss, rel=1e-10)
        assert record.train_accuracy == other.train_accuracy
        assert record.validation_accuracy == other.validation_accuracy


def divergence(config, dataset):
    """Return what is said of a training that diverges: also where."""
    try:
        list(Training(config, dataset).epochs())
    except DivergedError as error:
        return str(error)


def test_a_training_that_diverges_says_so_as_with_one_process(
    as_it_was, small_config, dataset, monkeypatch
):
    as_processes(monkeypatch, "fork")
    network = replace(small_config.network, hidden=(16, 16, 16))
    config = shared_by(replace(small_config, network=network), 1, learning_rate=1e6)
    alone = divergence(config, dataset)
    assert alone
    assert divergence(shared_by(config, 2), dataset) == alone


def at_step(number, act):
    """Return what is called after each step, and acts after that one."""
    left = [number]

    def advance(count):
        left[0] -= 1
        if not left[0]:
            act()

    return advance


def process(companion):
    return companion.process if isinstance(companion.process, int) else companion.process.pid


def halting(started):
    """Return what stops the last worker, and a list that then has the time of it."""
    halted = []

    def halt():
        os.kill(process(started[-1]), signal.SIGSTOP)
        halted.append(time.monotonic())

    return halt, halted


@pytest.mark.parametrize(("form", "workers"), [("fork", 3), ("spawn", 2)])
def test_a_worker_that_has_ended_is_an_error_within_a_second(
    as_it_was, small_config, dataset, monkeypatch, started, form, workers
):
    as_processes(monkeypatch, form)
    ended = []

    def kill():
        ended.append(time.monotonic())
        os.kill(process(started[-1]), signal.SIGKILL)

    training = Training(shared_by(small_config, workers), dataset)
    with pytest.raises(BpnetError, match=rf"the {workers} workers has ended by signal 9, Killed"):
        list(training.epochs(advance=at_step(20, kill)))
    assert time.monotonic() - ended[0] < 1


def test_a_worker_that_is_stopped_does_not_hinder_the_end_and_nothing_is_lost(
    as_it_was, everything, dataset, monkeypatch, started
):
    as_processes(monkeypatch, "fork")
    expected = trained(everything, dataset)
    training, (halt, halted) = Training(everything, dataset), halting(started)

    def stop():
        return bool(halted) and time.monotonic() > halted[0] + 0.1  # when it waits for that worker

    records = list(training.epochs(stop, at_step(20, halt)))
    assert time.monotonic() - halted[0] < 2
    assert (len(records), training.state.step) == (1, 16)  # where the epoch began
    records += training.epochs()
    assert_same((training.state, without_time(records)), expected)


def test_a_worker_that_is_stopped_and_goes_on_changes_nothing(
    as_it_was, everything, dataset, monkeypatch, started
):
    as_processes(monkeypatch, "fork")
    expected = trained(everything, dataset)
    training, (halt, halted) = Training(everything, dataset), halting(started)

    def wake():
        if halted and time.monotonic() > halted[0] + 0.2:
            os.kill(process(started[-1]), signal.SIGCONT)
        return False

    records = without_time(training.epochs(wake, at_step(20, halt)))
    assert_same((training.state, records), expected)


class Ended:
    """A companion that has ended."""

    def __init__(self, status):
        self.status = status

    def ended(self):
        return self.status

    def last_words(self):
        return ""


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (-15, "by signal 15, Terminated"),
        (1, "with status 1"),
        (-35, "by signal 35, Real-time signal 1"),
    ],
)
def test_how_a_worker_has_ended_is_told(status, told):
    with pytest.raises(BpnetError, match=f"one of the 3 workers has ended {told}, and its share"):
        team.Watch([Ended(None), Ended(status)], stop=lambda: False)()


def test_a_process_that_cannot_be_started_leaves_none_of_those_before(
    as_it_was, small_config, dataset, monkeypatch
):
    as_processes(monkeypatch, "fork")
    fork, count = os.fork, []

    def refuse():
        count.append(1)
        if len(count) == 3:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", refuse)
    with pytest.raises(BpnetError, match="no process for another worker"):
        list(Training(shared_by(small_config, 4), dataset).epochs())


def test_on_windows_a_line_says_that_there_is_only_one(small_config, dataset, monkeypatch):
    monkeypatch.setattr(team, "os", SimpleNamespace(name="nt"))
    with pytest.raises(BpnetError, match="train.workers: on Windows only 1"):
        next(Training(shared_by(small_config, 2), dataset).epochs())
