"""A run may be stopped after any of its steps: resumed, its weights and its log end the same."""

import shutil
from dataclasses import replace
from itertools import product

import pytest

from bpnet.config import AugmentConfig
from bpnet.runs import session
from bpnet.runs.directory import Run
from bpnet.training.state import TrainingState
from tests.helpers.forks import outcome
from tests.helpers.workers import as_processes, as_threads

STEPS = 40  # in 5 epochs of 8 batches, the last of each short

OPTIMIZERS = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "average": {"average": 0.9},
    "all": {"momentum": 0.9, "average": 0.9, "label_smoothing": 0.1},
}
SCHEDULES = {
    "constant": {},
    "cosine": {"schedule": "cosine"},
    "warm-up and floor": {"schedule": "cosine", "warmup": 1.5, "floor": 0.1},
}
DISTORTIONS = {
    "none": AugmentConfig(),
    "affine": AugmentConfig(rotation=10, scaling=10, shear=5, shift=1),
    "elastic, then calm": AugmentConfig(alpha=8, rotation=5, calm=0.4),
}
ROWS = list(product(OPTIMIZERS, SCHEDULES, DISTORTIONS))
STOPS = [(ROWS[number * 7 % len(ROWS)], number * 13 % (STEPS + 1)) for number in range(20)]
FORMS = [("fork", "spawn"), ("spawn", "fork")]


def chosen(small_config, optimizer, schedule, distortion, workers=1):
    """Return the config; every second one holds nothing out to choose by."""
    held_out = 100 if ROWS.index((optimizer, schedule, distortion)) % 2 else 0
    size = 63 if held_out else 75
    train = {**OPTIMIZERS[optimizer], **SCHEDULES[schedule], "batch_size": size}
    return replace(
        small_config,
        data=replace(small_config.data, validation=held_out),
        train=replace(small_config.train, learning_rate=0.05, epochs=5, workers=workers, **train),
        augment=DISTORTIONS[distortion],
    )


def go_on(config, folder, stopped_at, until=STEPS):
    """Begin the run, or go on with it where it was stopped, as a new process; until a step."""
    if folder.exists():
        opened = session.resumed(Run(folder, config), tell=pytest.fail)
    else:
        opened = session.started(config, "", folder)
    with opened as begun:
        state = begun.training.state
        assert state.step == stopped_at
        for _ in session.train(begun, lambda: state.step == until):
            pass
        assert state.step == until


def stop_after(steps, cases, config, tmp_path):
    """Stop a run after each of the steps, and go on; sometimes, each time on to the end too."""
    straight, stopped = tmp_path / "straight", tmp_path / "stopped"
    go_on(config, straight, 0)
    before = 0
    for step in steps:
        go_on(config, stopped, before, until=step)
        before = step
        if cases(4) == 4:
            other = tmp_path / str(step)
            shutil.copytree(stopped, other)
            go_on(config, other, step)
            assert outcome(other) == outcome(straight), f"stopped after step {step}"
    assert outcome(stopped) == outcome(straight)


def test_a_run_stopped_after_every_step_ends_the_same(cases, small_config, tmp_path, row):
    stop_after(range(STEPS + 1), cases, chosen(small_config, *row), tmp_path)


def test_so_does_a_run_of_two_workers(cases, small_config, tmp_path, monkeypatch, row):
    as_threads(monkeypatch)
    start, apart = (0, 1) if cases(4) == 4 else (ROWS.index(row) // 4, 10)
    steps = [*range(start, STEPS, apart), STEPS]
    stop_after(steps, cases, chosen(small_config, *row, workers=2), tmp_path)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_so_does_one_whose_workers_are_processes(cases, small_config, tmp_path, monkeypatch):
    """They are of one form until it is stopped and then of the other; before, they are threads."""
    apart = 1 if cases(4) == 4 else 13  # odd: either form comes first
    for number, ((row, step), forms) in enumerate([*product(STOPS, FORMS)][::apart]):
        config = chosen(small_config, *row, workers=2)
        straight, stopped = tmp_path / f"straight-{number}", tmp_path / f"stopped-{number}"
        with monkeypatch.context() as patch:
            as_threads(patch)
            go_on(config, straight, 0)
        for form, begin, end in zip(forms, (0, step), (step, STEPS), strict=True):
            as_processes(monkeypatch, form)
            go_on(config, stopped, begin, until=end)
        assert outcome(stopped) == outcome(straight), f"{row}, stopped after step {step}: {forms}"


def test_a_resumed_run_that_has_lost_something_is_found_out(small_config, tmp_path, monkeypatch):
    arrays = TrainingState.arrays

    def without_velocity(state):
        return {name: array for name, array in arrays(state).items() if name != "velocity"}

    monkeypatch.setattr(TrainingState, "arrays", without_velocity)
    with pytest.raises(AssertionError):
        test_a_run_stopped_after_every_step_ends_the_same(
            int, small_config, tmp_path, ("momentum", "constant", "none")
        )
