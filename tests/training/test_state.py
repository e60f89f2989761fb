"""The state of a training: what it begins with, and what is its result."""

from dataclasses import replace

import numpy as np
import pytest

from bpnet.training.state import (
    EpochRecord,
    TrainingState,
    best,
    final_parameters,
    latest_parameters,
    start,
)


@pytest.fixture
def parameters(rng):
    return rng.normal(size=50).astype("float32")


def record(epoch, accuracy, loss):
    return EpochRecord(epoch, 0, 0.1, 0, 0, loss, accuracy, None, None, 1, 1)


def test_a_training_that_has_not_begun_is_at_step_0_with_the_networks_own_parameters(
    small_config, parameters
):
    state = start(parameters, small_config)
    assert state.parameters is parameters
    assert (state.step, state.loss_sum, state.correct, state.seconds) == (0, 0, 0, 0)
    assert state.records == []


def test_what_training_does_not_need_is_empty(small_config, parameters):
    plain = replace(small_config, data=replace(small_config.data, validation=0))
    sizes = {name: len(array) for name, array in start(parameters, plain).arrays().items()}
    assert sizes == {"parameters": 50, "best_parameters": 0, "velocity": 0, "average": 0}
    train = replace(small_config.train, momentum=0.9, average=0.9)
    everything = start(parameters, replace(small_config, train=train)).arrays()
    assert {len(array) for array in everything.values()} == {50}
    assert {array.dtype for array in everything.values()} == {np.dtype("float32")}


def test_the_best_epoch_has_the_highest_accuracy_then_the_lower_loss_then_comes_first():
    records = [record(1, 0.8, 3), record(2, 0.9, 2), record(3, 0.9, 1), record(4, 0.9, 1)]
    assert best(records) is records[2]
    assert best(records[:1]) is records[0]
    assert best([]) is None
    assert best([record(1, None, None)]) is None


@pytest.mark.parametrize("averaged", [False, True])
def test_the_result_is_the_best_epochs_parameters_or_the_latest(averaged):
    average = np.full(2, 3.0) if averaged else np.empty(0)
    state = TrainingState(np.full(2, 1.0), np.full(2, 2.0), np.empty(0), average)
    latest = state.average if averaged else state.parameters
    assert latest_parameters(state) is latest
    assert final_parameters(state) is latest
    state.records.append(record(1, 0.5, 1))
    assert latest_parameters(state) is latest
    assert final_parameters(state) is state.best_parameters
