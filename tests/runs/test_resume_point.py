"""The place of a training in its run: what is written is read, what cannot be is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.runs import resume_point
from bpnet.training import trainer


@pytest.fixture
def states(small_config):
    """Every state of a small training, as JSON."""
    network = trainer.build(small_config)
    state = trainer.start(network, small_config)
    found = []

    def watch():
        found.append(as_json(state))
        return False

    dataset = datasets.load(small_config.data)
    for _ in trainer.train(network, state, dataset, small_config, stop=watch):
        found.append(as_json(state))
    return found


def as_json(state):
    return json.loads(json.dumps(resume_point.encode(state)))


def test_every_position_of_a_training_is_read(states):
    assert len(states) == 3 * 16 + 3
    for state in states:
        position = resume_point.decode(state, 3, validated=True)
        assert (position.step, position.seconds) == (state["step"], state["seconds"])
        assert [record.epoch for record in position.records] == [
            record["epoch"] for record in state["records"]
        ]


def test_a_training_scored_on_the_test_images_is_read_too(small_config):
    config = replace(small_config, data=replace(small_config.data, validation=0))
    network = trainer.build(config)
    state = trainer.start(network, config)
    list(trainer.train(network, state, datasets.load(config.data), config))
    assert resume_point.decode(as_json(state), 3, validated=False).records == state.records
    with pytest.raises(ValueError, match="the record of epoch 1"):
        resume_point.decode(as_json(state), 3, validated=True)


def test_more_epochs_than_the_config_has_are_refused(states):
    with pytest.raises(ValueError, match="3 of 2 epochs"):
        resume_point.decode(states[-1], 2, validated=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("step", 16), ("step", 32), ("correct", -1), ("seconds", 0.0), ("loss_sum", float("inf"))],
)
def test_sums_that_an_epoch_cannot_have_are_refused(states, name, value):
    state = next(state for state in states if state["step"] == 20)
    assert resume_point.decode(state, 3, validated=True)
    with pytest.raises(ValueError, match="the sums of the running epoch"):
        resume_point.decode(state | {name: value}, 3, validated=True)


def test_the_last_epoch_has_none_after_it(states):
    state = states[-1]
    assert (state["step"], len(state["records"])) == (48, 3)
    running = state | {"step": 49, "seconds": 0.5}
    assert resume_point.decode(running, 4, validated=True).step == 49
    with pytest.raises(ValueError, match="the sums of the running epoch"):
        resume_point.decode(running, 3, validated=True)


def test_a_record_of_numpys_numbers_would_be_noticed(states):
    records = [states[-1]["records"][0] | {"seconds": np.float32(1)}]
    with pytest.raises(ValueError, match="the record of epoch 1"):
        resume_point.decode(states[16] | {"records": records}, 3, validated=True)
