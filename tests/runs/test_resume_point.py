"""The place of a training in its run: what is written is read, what cannot be is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.runs import resume_point
from bpnet.training.trainer import Training


@pytest.fixture
def states(small_config):
    """Every state of a small training, as JSON."""
    training = Training(small_config, datasets.load(small_config.data))
    found = []

    def stop():
        found.append(as_json(training.state))
        return False

    for _ in training.epochs(stop):
        found.append(as_json(training.state))
    return found


def as_json(state):
    return json.loads(json.dumps(resume_point.encode(state)))


def test_every_place_of_a_training_is_read(states):
    assert len(states) == 3 * 16 + 3
    for state in states:
        point = resume_point.read(state, 3, validated=True)
        assert (point.step, point.seconds) == (state["step"], state["seconds"])
        assert [record.epoch for record in point.records] == [
            record["epoch"] for record in state["records"]
        ]


def test_a_training_scored_on_the_test_images_is_read_too(small_config):
    config = replace(small_config, data=replace(small_config.data, validation=0))
    training = Training(config, datasets.load(config.data))
    state = training.state
    list(training.epochs())
    assert resume_point.read(as_json(state), 3, validated=False).records == state.records
    with pytest.raises(ValueError, match="the record of epoch 1"):
        resume_point.read(as_json(state), 3, validated=True)


def test_more_epochs_than_the_config_has_are_refused(states):
    with pytest.raises(ValueError, match="3 of 2 epochs"):
        resume_point.read(states[-1], 2, validated=True)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("step", 16, "the sums of the running epoch"),
        ("step", 32, "the sums of the running epoch"),
        ("seconds", 0.0, "the sums of the running epoch"),
        ("correct", -1, "correct: expected 0 to 9007199254740992"),
        ("correct", 2**53 + 1, "correct: expected 0 to 9007199254740992"),
        ("loss_sum", float("inf"), r"loss_sum: expected 0 to 1.79769e\+308"),
        ("loss_sum", -1e-300, r"loss_sum: expected 0 to 1.79769e\+308"),
    ],
)
def test_sums_that_an_epoch_cannot_have_are_refused(states, name, value, message):
    state = next(state for state in states if state["step"] == 20)
    assert resume_point.read(state, 3, validated=True)
    with pytest.raises(ValueError, match=f"^not as bpnet writes it: {message}$"):
        resume_point.read(state | {name: value}, 3, validated=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epoch": 2}, {"step": 0}, {"seconds": 0.0}, {"validation_loss": None},
        {"validation_accuracy": None}, {"test_loss": 0.5}, {"test_accuracy": 0.5},
    ],
    ids=str,
)  # fmt: skip
def test_a_record_that_the_first_epoch_cannot_have_is_refused(states, wrong):
    state = states[16]
    assert (state["step"], len(state["records"])) == (16, 1)
    records = [state["records"][0] | wrong]
    with pytest.raises(ValueError, match="^not as bpnet writes it: the record of epoch 1$"):
        resume_point.read(state | {"records": records}, 3, validated=True)


def test_a_record_whose_step_is_not_a_multiple_of_the_firsts_is_refused(states):
    state = states[-1]
    records = [*state["records"][:2], state["records"][2] | {"step": 47}]
    with pytest.raises(ValueError, match="^not as bpnet writes it: the record of epoch 3$"):
        resume_point.read(state | {"records": records}, 3, validated=True)


@pytest.mark.parametrize("name", resume_point.NAMES)
def test_what_is_missing_is_told_by_its_name(states, name):
    found = {key: value for key, value in states[20].items() if key != name}
    with pytest.raises(ValueError, match=f"^not as bpnet writes it: {name}: is missing$"):
        resume_point.read(found, 3, validated=True)


def test_the_last_epoch_has_none_after_it(states):
    state = states[-1]
    assert (state["step"], len(state["records"])) == (48, 3)
    running = state | {"step": 49, "seconds": 0.5}
    assert resume_point.read(running, 4, validated=True).step == 49
    with pytest.raises(ValueError, match="the sums of the running epoch"):
        resume_point.read(running, 3, validated=True)


def test_a_record_of_numpys_numbers_would_be_noticed(states):
    records = [states[-1]["records"][0] | {"seconds": np.float32(1)}]
    message = r"^not as bpnet writes it: records\[0\].seconds: expected a number with a point$"
    with pytest.raises(ValueError, match=message):
        resume_point.read(states[16] | {"records": records}, 3, validated=True)
