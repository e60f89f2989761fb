"""Checkpoints: all of the state, checked whole before any of it is used, and the one before."""

import errno
import hashlib
import io
import itertools
import json
import os
import re
import socket
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import schema
from bpnet.errors import RunError, StorageError
from bpnet.network import build, draw
from bpnet.runs import checkpoints, identity, npz, session
from bpnet.training import state as states
from bpnet.training.state import EpochRecord
from bpnet.training.trainer import Training

IDENTITY = {"config": {}, "data": {}}


def fresh(config):
    """Return the state of a training that has not begun."""
    network = build(config)
    draw(network, config)
    return states.start(network.flat, config)


def opened(content):
    """Return the arrays of a checkpoint, as NumPy reads them."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return {name: file[name] for name in file}


def sealed(arrays):
    """Return the arrays as a checkpoint with the right SHA-256."""
    rest = {name: array for name, array in arrays.items() if name != "sha256"}
    digest = hashlib.sha256(b"".join(array.tobytes() for array in rest.values())).digest()
    return npz.pack({"sha256": np.frombuffer(digest, np.uint8), **rest})


@pytest.fixture
def state(small_config):
    """A state in the middle of its second epoch."""
    training = Training(small_config, datasets.load(small_config.data))
    list(training.epochs(stop=lambda: training.state.step == 20))
    return training.state


@pytest.fixture
def new(small_config):
    return fresh(small_config)


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
        sizes[validation, momentum] = len(checkpoints.pack(fresh(config), IDENTITY))
    parameters = (784 * 16 + 16 * 10 + 16 + 10) * 4
    assert sizes[100, 0] - sizes[0, 0] == pytest.approx(parameters, abs=100)
    assert sizes[100, 0.9] - sizes[0, 0] == pytest.approx(2 * parameters, abs=100)


def test_the_limit_is_above_the_longest_metadata_and_not_far(state):
    longest = 1.2345678901234567e-300
    record = EpochRecord(10_000, 2**53, *[longest] * 9)
    assert len(repr(longest)) == len(repr(sys.float_info.min)) == 23
    size = len(json.dumps(asdict(record))) + 2
    assert 0.9 * checkpoints.RECORD_LIMIT < size <= checkpoints.RECORD_LIMIT
    config = {name: [10_000] * 16 for name in schema.rules()}
    config["data.classes"] = ["\U0001f600" * 32] * schema.MOST_CLASSES
    hashes = dict.fromkeys(datasets.catalogue.NAMES, "5" * 64)
    rest = len(json.dumps({"config": config, "data": hashes})) + 200  # the sums
    assert 0.7 * checkpoints.METADATA_LIMIT < rest < checkpoints.METADATA_LIMIT
    arrays = sum(array.nbytes for array in state.arrays().values())
    assert checkpoints.size_limit(state, 3) < arrays + 140_000


def test_another_runs_checkpoint_is_refused(state, new):
    content = checkpoints.pack(state, IDENTITY)
    before = new.parameters.copy()
    with pytest.raises(RunError, match="of another run: its config or data"):
        checkpoints.unpack(content, new, IDENTITY | {"data": {"train": "5"}}, 3)
    assert np.array_equal(new.parameters, before)


def test_another_format_is_refused(state, new, monkeypatch):
    monkeypatch.setattr(checkpoints, "FORMAT", 4)
    content = checkpoints.pack(state, IDENTITY)
    monkeypatch.undo()
    with pytest.raises(RunError, match="format 4, while this bpnet reads 3"):
        checkpoints.unpack(content, new, IDENTITY, 3)


@pytest.mark.parametrize("name", ["metadata", "parameters", "best_parameters"])
def test_a_changed_number_is_noticed_even_under_a_right_crc(state, new, name):
    arrays = opened(checkpoints.pack(state, IDENTITY))
    arrays[name].view(np.uint8)[100] ^= 1
    with pytest.raises(ValueError, match="damaged: its SHA-256 differs"):
        checkpoints.unpack(npz.pack(arrays), new, IDENTITY, 3)
    assert new.step == 0


@pytest.mark.parametrize("name", ["parameters", "best_parameters"])
def test_numbers_that_are_not_finite_are_refused_and_none_is_taken(state, new, name):
    before = new.parameters.copy()
    getattr(state, name)[3] = np.nan
    with pytest.raises(ValueError, match=f"^holds {name} that are not finite numbers$"):
        checkpoints.unpack(checkpoints.pack(state, IDENTITY), new, IDENTITY, 3)
    assert np.array_equal(new.parameters, before)
    assert new.step == 0


def test_every_truncated_checkpoint_is_refused(state, new):
    content = checkpoints.pack(state, IDENTITY)
    for end in range(0, len(content), 997):
        with pytest.raises(ValueError, match=r"damaged|does not hold"):
            checkpoints.unpack(content[:end], new, IDENTITY, 3)


def test_the_metadata_is_plain_json(state):
    arrays = opened(checkpoints.pack(state, IDENTITY))
    metadata = json.loads(arrays["metadata"].tobytes())
    assert metadata["format"] == 3
    assert metadata["step"] == 20
    assert metadata["records"][0]["epoch"] == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"records": [3]}, "records[0]: expected an object"),
        ({"records": [{"epoch": 1}]}, "records[0].step: is missing"),
        ({"step": None}, "step: is missing"),
        ({"step": 20.0}, "step: expected a whole number"),
        ({"format": True}, "no format"),
        ({"format": None}, "no format"),
    ],
    ids=str,
)
def test_metadata_that_bpnet_has_not_written_is_refused_by_its_field(state, new, wrong, message):
    arrays = opened(checkpoints.pack(state, IDENTITY))
    assert sealed(arrays) == checkpoints.pack(state, IDENTITY)
    metadata = json.loads(arrays["metadata"].tobytes()) | wrong
    metadata = {name: value for name, value in metadata.items() if value is not None}
    arrays["metadata"] = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    with pytest.raises(ValueError, match=f"^{re.escape(f'not as bpnet writes it: {message}')}$"):
        checkpoints.unpack(sealed(arrays), new, IDENTITY, 3)
    assert new.step == 0


@pytest.fixture
def finished(start):
    return start()


@pytest.fixture
def data(finished):
    return finished.data


@pytest.fixture
def run(finished):
    return finished.run


def test_what_is_saved_is_restored(run, data, finished, new):
    checkpoints.restore(run, new, data, tell=pytest.fail)
    for name, value in vars(finished.training.state).items():
        if name != "parameters":  # the best epoch's, since the end
            assert np.array_equal(getattr(new, name), value), name


def test_a_run_without_a_checkpoint_is_resumed_from_its_beginning(run, data, new):
    run.checkpoint.unlink()
    run.previous_checkpoint.unlink()
    before = new.parameters.copy()
    checkpoints.restore(run, new, data, tell=pytest.fail)
    assert new.step == 0
    assert np.array_equal(new.parameters, before)


def is_a_socket(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


UNUSABLE = {  # what a checkpoint can become, and what is told of it
    "short": (lambda path: path.write_bytes(path.read_bytes()[:-100]), "damaged: "),
    "long": (lambda path: path.write_bytes(path.read_bytes() + bytes(150_000)), "larger than the "),
    "missing": (Path.unlink, "is missing"),
    "a folder": (lambda path: path.unlink() or path.mkdir(), "not a regular file"),
    "a pipe": (lambda path: path.unlink() or os.mkfifo(path), "not a regular file"),
    "a socket": (lambda path: path.unlink() or is_a_socket(path), "cannot be read: "),
    "a loop": (lambda path: path.unlink() or path.symlink_to(path), "cannot be read: "),
    "nowhere": (lambda path: path.unlink() or path.symlink_to("nothing"), "leads nowhere"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_checkpoint_that_cannot_be_used_gives_way_to_the_one_before_and_is_kept(
    run, data, new, kind
):
    path, previous = run.checkpoint, run.previous_checkpoint
    damage, reason = UNUSABLE[kind]
    damage(path)
    before = path.read_bytes() if path.is_file() else None
    mode = path.lstat().st_mode if kind != "missing" else None
    told = []
    checkpoints.restore(run, new, data, told.append)
    (line,) = told
    assert line.startswith(f"{path}: {reason}")
    assert line.endswith("; going on from the one before")
    assert new.step == 32
    assert path.read_bytes() == previous.read_bytes()
    aside = run.folder / "checkpoint.npz.corrupt"
    assert ("kept as checkpoint.npz.corrupt" in line) == (kind != "missing")
    assert mode is None or aside.lstat().st_mode == mode
    assert before is None or aside.read_bytes() == before


@pytest.mark.parametrize("problem", ["another run's", "a later format"])
def test_a_whole_checkpoint_of_something_else_gives_way_too_and_is_kept(
    run, data, new, monkeypatch, problem
):
    if problem == "a later format":
        monkeypatch.setattr(checkpoints, "FORMAT", 4)
        content = checkpoints.pack(new, identity.identity_of(run, data))
        monkeypatch.undo()
    else:
        content = checkpoints.pack(new, IDENTITY)
    run.checkpoint.write_bytes(content)
    told = []
    checkpoints.restore(run, new, data, told.append)
    reason = {"another run's": "of another run: ", "a later format": "format 4, while "}[problem]
    (line,) = told
    assert line.startswith(f"{run.checkpoint}: {reason}")
    assert new.step == 32
    assert (run.folder / "checkpoint.npz.corrupt").read_bytes() == content


def test_a_checkpoint_that_the_system_refuses_stays_and_the_other_way_is_told(
    run, data, new, monkeypatch
):
    opened = os.open

    def refuse(path, *more, **others):
        if path == run.checkpoint:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, *more, **others)

    before = run.checkpoint.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(StorageError, match="denied; if it stays so, move it away: the one bef"):
            checkpoints.restore(run, new, data, tell=pytest.fail)
        run.previous_checkpoint.unlink()
        with pytest.raises(StorageError, match="denied$"):
            checkpoints.restore(run, new, data, tell=pytest.fail)
    assert run.checkpoint.read_bytes() == before


def test_links_to_a_disk_that_is_gone_are_no_run_without_a_checkpoint(run, data, new):
    for path in (run.checkpoint, run.previous_checkpoint):
        path.unlink()
        path.symlink_to("/nothing/there")
    with pytest.raises(RunError, match="checkpoint.npz: leads nowhere\n.*previous.npz: leads now"):
        checkpoints.restore(run, new, data, tell=pytest.fail)


def test_the_checkpoint_before_is_kept(small_config, tmp_path):
    contents = []
    with session.started(small_config, "", tmp_path / "run") as begun:
        for _ in session.train(begun):
            contents.append(begun.run.checkpoint.read_bytes())
            if contents[:-1]:
                assert begun.run.previous_checkpoint.read_bytes() == contents[-2]
    assert begun.run.checkpoint.read_bytes() == contents[2]


def test_when_both_checkpoints_are_damaged_both_are_told(run, data, new):
    for path in (run.checkpoint, run.previous_checkpoint):
        path.write_bytes(b"PK")
    with pytest.raises(RunError) as raised:
        checkpoints.restore(run, new, data, tell=pytest.fail)
    assert len(raised.value.lines) == 2


def test_a_checkpoint_holds_for_moved_data_but_for_no_other_config_or_data(run, data, new):
    moved = replace(run, config=replace(run.config, data=replace(run.config.data, dir="else")))
    checkpoints.restore(moved, new, data, tell=pytest.fail)
    assert new.step == 48
    changed = replace(run, config=replace(run.config, seed=1))
    for other, files in ((changed, data), (run, {"x": "y"})):
        with pytest.raises(RunError, match="checkpoint.npz: of another run"):
            checkpoints.restore(other, fresh(other.config), files, tell=pytest.fail)


def test_a_checkpoint_holds_when_a_later_bpnet_has_added_a_key(run, data, new, monkeypatch):
    before = identity.settings_of
    later = lambda chosen: {**before(chosen), "train.novelty": 0}  # noqa: E731
    monkeypatch.setattr(identity, "settings_of", later)
    checkpoints.restore(run, new, data, tell=pytest.fail)
    assert new.step == 48
