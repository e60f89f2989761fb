"""Logs that are cut, flipped and mixed up: refused in one line, or the rows of a training."""

import json
from dataclasses import asdict

import pytest

from bpnet.config import Config, DataConfig, TrainConfig
from bpnet.runs import results
from bpnet.runs.directory import create
from tests.helpers.readers import log_of_three_epochs, read_log
from tests.helpers.spoiling import cut, flipped, hunt, mutated, sample

SEED = 20160924


@pytest.fixture
def run(tmp_path):
    return create(Config(data=DataConfig(validation=100), train=TrainConfig(epochs=3)), tmp_path)


def test_no_spoilt_log_is_read_but_as_what_training_can_have_written(run, cases):
    content = log_of_three_epochs()
    everything = [*cut(content), *flipped(content)]
    spoilt = sample(everything, cases(2000), SEED) + mutated(content, SEED, cases(3000))
    tried, accepted = hunt(spoilt, lambda text: read_log(run, text))
    assert tried == cases(2000) + cases(3000)
    assert 0 < accepted < 0.5 * tried  # a digit of a number, a row lost at the end
    assert read_log(run, content)


def test_rows_that_are_each_right_are_held_to_the_epochs_before_them(run):
    heading, *rows = log_of_three_epochs().splitlines(keepends=True)
    orders = [[rows[n // 64 % 3], rows[n // 16 % 3], rows[n % 3]][: n % 4] for n in range(256)]
    whole = [(str(order), heading + b"".join(order)) for order in orders]
    _, accepted = hunt(whole, lambda text: read_log(run, text))
    beginnings = [rows[:count] for count in range(4)]
    assert accepted == sum(order in beginnings for order in orders)


def test_what_is_accepted_is_told_as_json(run):
    assert read_log(run, log_of_three_epochs())
    json.dumps([asdict(record) for record in results.read_log(run)], allow_nan=False)


def test_the_hunt_finds_a_reader_that_believes_every_row(run, monkeypatch):
    monkeypatch.setattr(results.resume_point, "refuse_impossible", lambda *given: None)
    with pytest.raises(AssertionError):
        hunt(mutated(log_of_three_epochs(), SEED, 1000), lambda text: read_log(run, text))
