"""Weights and checkpoints that are cut, flipped, mixed up or made to deceive: refused, or the same.

Nothing but a ValueError or a RunError comes of them, and no other number than was packed.
"""

import json
from functools import partial

import numpy as np
import pytest

from bpnet.errors import RunError
from bpnet.runs import checkpoints, npz, npz_layout, resume_point
from bpnet.training.state import EpochRecord
from tests.helpers.attacks import ATTACKS, METADATA_ATTACKS, ended
from tests.helpers.readers import (
    ARRAYS,
    CHECKPOINT,
    IDENTITY,
    WEIGHTS,
    empty,
    members,
    numbers,
    read_any_checkpoint,
    read_checkpoint,
    read_weights,
    seal,
    seal_metadata,
    trained,
)
from tests.helpers.spoiling import cut, flipped, hunt, mutate, mutated, sample

SEED = 20160924
METADATA = members()["metadata"].tobytes()


@pytest.mark.parametrize(
    ("content", "read"),
    [(WEIGHTS, read_weights), (CHECKPOINT, read_checkpoint)],
    ids=["weights", "checkpoint"],
)
def test_no_cut_or_flipped_archive_is_read_as_another(content, read, cases):
    everything = [*cut(content), *flipped(content)]
    assert len(everything) == 9 * len(content)
    count = cases(len(everything))
    tried, accepted = hunt(sample(everything, count, SEED), read)
    assert tried == count
    assert accepted == 0
    assert read(content)


@pytest.mark.parametrize(
    ("content", "read"),
    [(WEIGHTS, read_weights), (CHECKPOINT, read_checkpoint)],
    ids=["weights", "checkpoint"],
)
def test_no_archive_with_several_changes_is_read_as_another(content, read, cases):
    count = cases(3000)
    tried, accepted = hunt(mutated(content, SEED, count), read)
    assert tried == count
    assert accepted < 0.1 * count


def changed_member(seed):
    """Return the checkpoint with one member's bytes changed, and its CRC right again."""
    arrays = members()
    name = list(arrays)[seed % 4]  # the last is empty
    done, content = mutate(arrays[name].tobytes(), f"{SEED}/{seed}")
    content = content[: arrays[name].nbytes].ljust(arrays[name].nbytes, b"\0")
    array = np.frombuffer(content, arrays[name].dtype)
    return f"{name}: {done}", npz.pack(arrays | {name: array})


def test_no_change_under_a_right_crc_is_read(cases):
    count = cases(2000)
    tried, accepted = hunt(map(changed_member, range(count)), read_checkpoint)
    assert tried == count
    assert accepted < 0.2 * count  # a change may change nothing


def test_changed_metadata_under_a_right_sha256_is_refused_or_what_training_can_come_to(cases):
    count = cases(4000)
    changed = mutated(METADATA, SEED, count)
    sealed = ((done, seal_metadata(text)) for done, text in changed)
    tried, accepted = hunt(sealed, partial(read_fresh, read_any_checkpoint))
    assert tried == count
    assert 0 < accepted < 0.2 * count


def read_fresh(read, content):
    state = empty()
    accepted = read(content, state)
    assert accepted or numbers(state) == numbers(empty())
    return accepted


@pytest.mark.parametrize(("name", "attack"), ATTACKS.items(), ids=list(ATTACKS))
def test_no_attack_on_the_archive_is_read(name, attack):
    assert hunt([(name, attack)], read_checkpoint) == (1, 0)


@pytest.mark.parametrize(("name", "attack"), METADATA_ATTACKS.items(), ids=list(METADATA_ATTACKS))
def test_no_metadata_that_training_cannot_come_to_is_read(name, attack):
    text = attack if isinstance(attack, bytes) else json.dumps(json.loads(METADATA) | attack)
    content = seal_metadata(text if isinstance(text, bytes) else text.encode())
    assert hunt([(name, content)], read_checkpoint) == (1, 0)


@pytest.mark.parametrize("name", ["parameters", "best_parameters", "velocity"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused_under_a_right_sha256(name, value):
    arrays = members()
    arrays[name] = arrays[name].copy()
    arrays[name][1] = value
    with pytest.raises(ValueError, match=f"holds {name} that are not finite numbers"):
        checkpoints.unpack(seal(arrays), empty(), IDENTITY, 3)


def test_the_end_of_the_last_epoch_is_read():
    text = json.dumps(json.loads(METADATA) | ended(3)).encode()
    assert hunt([("", seal_metadata(text))], partial(read_fresh, read_any_checkpoint)) == (1, 1)


def test_another_format_is_told_whatever_else_is_in_the_archive():
    text = json.dumps({"format": 4, "state": "elsewhere"}).encode()
    arrays = {
        "sha256": np.zeros(32, np.uint8),
        "metadata": np.frombuffer(text, np.uint8),
        "momenta": np.zeros(2),
    }
    with pytest.raises(RunError, match="format 4, while this bpnet reads 3"):
        checkpoints.unpack(npz.pack(arrays), empty(), {}, 3)


def test_there_are_as_many_cases_as_are_promised():
    exhaustive = 9 * (len(WEIGHTS) + len(CHECKPOINT))
    assert exhaustive + 2 * 3000 + 2000 + 4000 >= 12_000
    assert len(ATTACKS) + len(METADATA_ATTACKS) >= 40


def test_the_hunt_finds_a_reader_that_checks_no_crc(monkeypatch):
    monkeypatch.setattr(npz_layout.zlib, "crc32", lambda content, before=0: 0)
    with pytest.raises(AssertionError, match="bit . of byte"):
        hunt(flipped(npz.pack(ARRAYS)), read_weights)


def test_the_hunt_finds_a_reader_that_checks_no_sha256(monkeypatch):
    monkeypatch.setattr(checkpoints.np, "array_equal", lambda one, other: True)
    with pytest.raises(AssertionError, match="parameters: seed"):
        hunt(map(changed_member, range(100)), read_checkpoint)


def test_the_hunt_finds_a_reader_that_believes_every_position(monkeypatch):
    def believe(found, epochs, validated):
        place = {name: found[name] for name in resume_point.NAMES}
        records = [EpochRecord(**record) for record in found["records"]]
        return resume_point.ResumePoint(**place | {"records": records})

    monkeypatch.setattr(resume_point, "read", believe)
    sealed = ((done, seal_metadata(text)) for done, text in mutated(METADATA, SEED, 400))
    with pytest.raises(AssertionError, match="seed"):
        hunt(sealed, partial(read_fresh, read_any_checkpoint))


def test_what_is_hunted_is_a_state_in_the_middle():
    assert numbers(trained()) != numbers(empty())
    assert (trained().records[0].step, trained().step) == (7, 9)
