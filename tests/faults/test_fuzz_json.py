"""run.json and drawn.json, spoilt or made to deceive: an error of bpnet's, or what it can be."""

import json
import math
import os
from functools import partial

import pytest

from bpnet.datasets import drawn_digits
from bpnet.datasets.catalogue import NAMES
from bpnet.errors import BpnetError
from bpnet.runs import metadata
from bpnet.runs.metadata import NewLength
from bpnet.system import strict_json
from bpnet.system.progress import silent
from tests.helpers.spoiling import cut, flipped, hunt, mutated, sample

SEED = 20160924
FACTS = {
    "status": "finished",
    "bpnet": "0.1",
    "numpy": "2.4.6",
    "threads": 1,
    "seed": 0,
    "config": {"seed": 0, "network.hidden": [100], "train.learning_rate": 0.3},
    "data": {"train-images-idx3-ubyte": "5" * 64},
    "started": "2026-01-01T00:00:00.000000+00:00",
    "best_epoch": 19,
    "validation_accuracy": 0.979,
    "test_loss": 0.0742,
    "test_accuracy": 0.9772,
    "test_correct": 9772,
    "test_images": 10000,
    "weights_sha256": "3" * 64,
    "new_length": {"before": 20, "after": 30},
}
WHOLE = json.dumps(FACTS, indent=2).encode()


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch):
    """Nothing is pulled from under these files."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def read_run(folder, content):
    """Read a run.json, its result, and add to it; what is accepted must be a result that can be."""
    (folder / "run.json").write_bytes(content)
    try:
        found = metadata.read(folder)
    except BpnetError:
        return False
    for name, kind in metadata.KINDS.items():
        plain = dict if kind is NewLength else kind
        assert isinstance(found.get(name, plain()), plain)
    length = metadata.new_length(folder)
    assert length is None or all(1 <= n <= 10_000 for n in (length.before, length.after))
    accepted = has_result(folder)
    metadata.write(folder, ended="now")  # must be written whatever it holds, and read again
    assert metadata.read(folder) == found | {"ended": "now"}
    return accepted


def has_result(folder):
    try:
        result = metadata.result(folder)
    except BpnetError:
        return False
    assert 0 <= result.test_correct <= result.test_images
    assert all(type(n) is int for n in (result.test_correct, result.test_images))
    shares = [result.test_accuracy]
    if result.best_epoch is not None:
        assert type(result.best_epoch) is int
        assert result.best_epoch > 0
        shares.append(result.validation_accuracy)
    assert all(type(share) is float and 0 <= share <= 1 for share in shares)
    assert math.isfinite(result.test_loss)
    return True


def test_no_spoilt_run_json_is_read_as_what_cannot_be(tmp_path, cases):
    assert read_run(tmp_path, WHOLE)
    everything = [*cut(WHOLE), *flipped(WHOLE), *mutated(WHOLE, SEED, 2000)]
    count = cases(len(everything))
    tried, accepted = hunt(sample(everything, count, SEED), partial(read_run, tmp_path))
    assert tried == count
    assert accepted > 0.1 * count  # most of it may say something else


VALUES = [
    *(None, True, False, 0, 1, -1, 0.5, 1.5, -0.5, 10**400, -(10**400), 2**63, "", "1", "NaN"),
    *([], {}, [[[[[[]]]]]], [0.5], {"a": {"b": {"c": {"d": 1}}}}, float("nan"), float("inf")),
]


@pytest.mark.parametrize("name", FACTS)
def test_no_value_of_any_kind_is_read_as_what_it_cannot_be(tmp_path, name):
    changed = [(f"{name}: {value!r}"[:60], FACTS | {name: value}) for value in VALUES]
    changed.append((f"no {name}", {key: value for key, value in FACTS.items() if key != name}))
    spoilt = [(done, json.dumps(found).encode()) for done, found in changed]
    tried, accepted = hunt(spoilt, partial(read_run, tmp_path))
    assert tried == len(VALUES) + 1
    if name.startswith("test_") or name in metadata.KINDS:
        assert accepted < 5


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe{",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"seed": ' + b"9" * 5000 + b"}",
        b'{"test_loss": 1e999}',
        b'{"test_loss": NaN}',
        b'{"test_loss": -Infinity}',
        b'{"status": "\\ud800"}',
        b'{"status": "\\u0000"}',
        b"{" + b" " * 70_000 + b"}",
    ],
    ids=lambda content: str(content[:20]),
)
def test_no_run_json_made_by_hand_to_deceive_has_a_result(tmp_path, content):
    assert hunt([("by hand", content)], partial(read_run, tmp_path)) == (1, 0)


def test_the_hunt_finds_a_reader_that_lets_every_result_through(tmp_path, monkeypatch):
    monkeypatch.setattr(strict_json, "decode", lambda kind, found: kind(**found))
    with pytest.raises(AssertionError, match="seed"):
        hunt(mutated(WHOLE, SEED, 500), partial(read_run, tmp_path))


def test_the_hunt_finds_a_reader_of_any_json(tmp_path, monkeypatch):
    monkeypatch.setattr(strict_json, "parse", json.loads)
    with pytest.raises(AssertionError, match="ValueError"):
        hunt([("", b'{"seed": NaN}')], partial(read_run, tmp_path))


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """A folder with 3 + 2 digits drawn, and what they are."""
    monkeypatch.setattr(drawn_digits, "COUNTS", (3, 2))
    return tmp_path, drawn_digits.load(tmp_path, silent)


@pytest.mark.parametrize("name", [drawn_digits.MANIFEST, NAMES[1]])
def test_no_spoilt_file_of_the_drawn_digits_is_read_as_another(drawn, name, cases):
    folder, right = drawn
    whole = (folder / name).read_bytes()

    def read(content):
        (folder / name).write_bytes(content)
        found = drawn_digits.read(folder)
        assert found is None or found == right
        return found is not None

    assert read(whole)
    everything = [*cut(whole), *flipped(whole), *mutated(whole, SEED, 500)]
    changed = [case for case in everything if case[1] != whole]
    count = cases(len(changed))
    tried, accepted = hunt(sample(changed, count, SEED), read)
    assert tried == count
    assert accepted < 0.1 * count  # spaces


@pytest.mark.parametrize(
    "manifest", [b"", b"[" * 4000, b'{"version": NaN}', b"null", b"{}", b"[]", b"\xff", b" " * 9999]
)
def test_no_manifest_made_by_hand_makes_the_drawn_digits_count(drawn, manifest):
    folder, _ = drawn
    (folder / drawn_digits.MANIFEST).write_bytes(manifest)
    assert drawn_digits.read(folder) is None
