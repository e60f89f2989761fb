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
    "elastic": AugmentConfig(alpha=8, rotation=5),
}
ROWS = list(product(OPTIMIZERS, SCHEDULES, DISTORTIONS))


def chosen(small_config, optimizer, schedule, distortion):
    """Return the config; every second one holds nothing out to choose by."""
    held_out = 100 if ROWS.index((optimizer, schedule, distortion)) % 2 else 0
    size = 63 if held_out else 75
    train = {**OPTIMIZERS[optimizer], **SCHEDULES[schedule], "epochs": 5, "batch_size": size}
    return replace(
        small_config,
        data=replace(small_config.data, validation=held_out),
        train=replace(small_config.train, learning_rate=0.05, **train),
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


def test_a_run_stopped_after_every_step_ends_the_same(cases, small_config, tmp_path, row):
    config = chosen(small_config, *row)
    straight, stopped = tmp_path / "straight", tmp_path / "stopped"
    go_on(config, straight, 0)
    for step in range(STEPS + 1):
        go_on(config, stopped, max(0, step - 1), until=step)
        if cases(4) == 4:  # and each time on to the end
            other = tmp_path / str(step)
            shutil.copytree(stopped, other)
            go_on(config, other, step)
            assert outcome(other) == outcome(straight), f"stopped after step {step}"
    assert outcome(stopped) == outcome(straight)


def test_a_resumed_run_that_has_lost_something_is_found_out(small_config, tmp_path, monkeypatch):
    arrays = TrainingState.arrays

    def without_velocity(state):
        return {name: array for name, array in arrays(state).items() if name != "velocity"}

    monkeypatch.setattr(TrainingState, "arrays", without_velocity)
    with pytest.raises(AssertionError):
        test_a_run_stopped_after_every_step_ends_the_same(
            int, small_config, tmp_path, ("momentum", "constant", "none")
        )
