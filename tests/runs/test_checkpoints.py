"""Checkpoints: all of the state, checked whole before any of it is used."""

import itertools
import json
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import schema
from bpnet.errors import RunError
from bpnet.runs import checkpoints, npz, resume_point
from bpnet.training import trainer
from bpnet.training.trainer import EpochRecord

IDENTITY = {"seed": 0}


@pytest.fixture
def state(small_config):
    """A state in the middle of its second epoch."""
    network = trainer.build(small_config)
    state = trainer.start(network, small_config)
    dataset = datasets.load(small_config.data)
    list(trainer.train(network, state, dataset, small_config, stop=lambda: state.step == 20))
    return state


@pytest.fixture
def new(small_config):
    return trainer.start(trainer.build(small_config), small_config)


def test_a_state_comes_back_as_it_was(state, new):
    checkpoints.unpack(checkpoints.pack(state, IDENTITY), new, IDENTITY, 3)
    assert new.step == 20
    assert len(new.records) == 1
    for name, value in vars(state).items():
        restored = getattr(new, name)
        assert np.array_equal(restored, value), name


def test_equal_states_give_equal_bytes(state):
    assert checkpoints.pack(state, IDENTITY) == checkpoints.pack(state, IDENTITY)


def test_what_training_does_not_need_takes_no_room(small_config):
    data, train = small_config.data, small_config.train
    sizes = {}
    for validation, momentum in itertools.product((0, 100), (0, 0.9)):
        config = replace(
            small_config,
            data=replace(data, validation=validation),
            train=replace(train, momentum=momentum),
        )
        state = trainer.start(trainer.build(config), config)
        sizes[validation, momentum] = len(checkpoints.pack(state, IDENTITY))
    parameters = (784 * 16 + 16 * 10 + 16 + 10) * 4
    assert sizes[100, 0] - sizes[0, 0] == pytest.approx(parameters, abs=100)
    assert sizes[100, 0.9] - sizes[0, 0] == pytest.approx(2 * parameters, abs=100)


def test_the_limit_is_above_the_longest_metadata_and_not_far(state):
    longest = 1.2345678901234567e-300
    record = EpochRecord(10_000, resume_point.MOST, *[longest] * 9)
    assert len(repr(longest)) == len(repr(sys.float_info.min)) == 23
    size = len(json.dumps(asdict(record))) + 2
    assert 0.9 * checkpoints.RECORD_LIMIT < size <= checkpoints.RECORD_LIMIT
    config = {name: [10_000] * 16 for name in schema.rules()}
    hashes = dict.fromkeys(datasets.catalogue.NAMES, "5" * 64)
    rest = len(json.dumps({"config": config, "data": hashes})) + 200  # the sums
    assert rest < checkpoints.METADATA_LIMIT
    arrays = sum(array.nbytes for array in state.arrays().values())
    assert checkpoints.size_limit(state, 3) < arrays + 16_000


def test_another_runs_checkpoint_is_refused(state, new):
    content = checkpoints.pack(state, IDENTITY)
    before = new.parameters.copy()
    with pytest.raises(RunError, match="of another run: its config or data"):
        checkpoints.unpack(content, new, {"seed": 1}, 3)
    assert np.array_equal(new.parameters, before)


def test_another_format_is_refused(state, new, monkeypatch):
    monkeypatch.setattr(checkpoints, "FORMAT", 4)
    content = checkpoints.pack(state, IDENTITY)
    monkeypatch.undo()
    with pytest.raises(RunError, match="format 4, while this bpnet reads 3"):
        checkpoints.unpack(content, new, IDENTITY, 3)


@pytest.mark.parametrize("name", ["metadata", "parameters", "best_parameters"])
def test_a_changed_number_is_noticed_even_under_a_right_crc(state, new, name):
    arrays = dict(npz.unpack(checkpoints.pack(state, IDENTITY), checkpoints._forms(state)))
    changed = arrays[name].copy()
    changed.view(np.uint8)[100] ^= 1
    with pytest.raises(ValueError, match="damaged: its SHA-256 differs"):
        checkpoints.unpack(npz.pack(arrays | {name: changed}), new, IDENTITY, 3)
    assert new.step == 0


def test_every_truncated_checkpoint_is_refused(state, new):
    content = checkpoints.pack(state, IDENTITY)
    for end in range(0, len(content), 997):
        with pytest.raises(ValueError, match=r"damaged|does not hold"):
            checkpoints.unpack(content[:end], new, IDENTITY, 3)


def test_the_metadata_is_plain_json(state):
    arrays = npz.unpack(checkpoints.pack(state, IDENTITY), checkpoints._forms(state))
    metadata = json.loads(arrays["metadata"].tobytes())
    assert metadata["step"] == 20
    assert metadata["records"][0]["epoch"] == 1


@pytest.mark.parametrize("wrong", [{"records": [3]}, {"records": [{"epoch": 1}]}, {"step": None}])
def test_metadata_that_bpnet_has_not_written_is_refused(state, new, wrong):
    arrays = dict(npz.unpack(checkpoints.pack(state, IDENTITY), checkpoints._forms(state)))
    metadata = json.loads(arrays["metadata"].tobytes()) | wrong
    metadata = {name: value for name, value in metadata.items() if value is not None}
    arrays["metadata"] = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    del arrays["sha256"]
    content = npz.pack({"sha256": checkpoints._digest(arrays), **arrays})
    with pytest.raises(ValueError, match="not as bpnet writes it"):
        checkpoints.unpack(content, new, IDENTITY, 3)
    assert new.step == 0
