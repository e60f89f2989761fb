"""A run may be stopped after any of its steps: resumed, its weights and its log end the same."""

import shutil
from dataclasses import replace
from itertools import product

import pytest

from bpnet import datasets
from bpnet.config import AugmentConfig
from bpnet.runs import directory, metadata, results
from bpnet.training import trainer
from tests.helpers.forks import outcome

pytestmark = pytest.mark.faults

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


class Training:
    """A run in its folder, in a process that has just begun: with nothing in it but the config."""

    def __init__(self, config, folder):
        begun = (folder / "config.yaml").exists()
        self.run = metadata.Run(folder, config) if begun else directory.create(config, folder)
        self.dataset = datasets.load(config.data)
        self.network = trainer.build(config)
        self.state = trainer.start(self.network, config)
        results.restore(self.run, self.state, self.dataset.sha256, tell=pytest.fail)

    def go_on(self, until=STEPS):
        """Train until a step, or the end, and save as the program does."""
        for _ in trainer.train(
            self.network,
            self.state,
            self.dataset,
            self.run.config,
            lambda: self.state.step == until,
        ):
            results.save(self.run, self.state, self.dataset.sha256)
        if len(self.state.records) < self.run.config.train.epochs:
            results.save(self.run, self.state, self.dataset.sha256)
        assert self.state.step == until

    def outcome(self):
        return outcome(self.run.folder)


def test_a_run_stopped_after_every_step_ends_the_same(cases, small_config, tmp_path, row):
    config = chosen(small_config, *row)
    straight = Training(config, directory.new("", tmp_path / "straight"))
    straight.go_on()
    stopped = directory.new("", tmp_path / "stopped")
    for step in range(STEPS + 1):
        training = Training(config, stopped)
        assert training.state.step == max(0, step - 1)
        training.go_on(until=step)
        if cases(4) == 4:  # and each time on to the end
            other = tmp_path / str(step)
            shutil.copytree(stopped, other)
            last = Training(config, other)
            last.go_on()
            assert last.outcome() == straight.outcome(), f"stopped after step {step}"
    assert training.outcome() == straight.outcome()


def test_a_resumed_run_that_has_lost_something_is_found_out(small_config, tmp_path, monkeypatch):
    arrays = trainer.TrainingState.arrays

    def without_velocity(state):
        return {name: array for name, array in arrays(state).items() if name != "velocity"}

    monkeypatch.setattr(trainer.TrainingState, "arrays", without_velocity)
    with pytest.raises(AssertionError):
        test_a_run_stopped_after_every_step_ends_the_same(
            int, small_config, tmp_path, ("momentum", "constant", "none")
        )
