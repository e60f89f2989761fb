"""run.json: what is added, what is read of it, and what cannot be bpnet's."""

import errno
import json
import os
from datetime import datetime, timedelta

import pytest

from bpnet.config import Config, DataConfig, dump
from bpnet.errors import RunError, StorageError
from bpnet.runs import directory, metadata
from bpnet.runs.identity import settings_of
from bpnet.runs.metadata import NewLength, Status


def test_facts_are_added_and_replaced(tmp_path):
    assert metadata.read(tmp_path) == {}
    metadata.write(tmp_path, status="running", seed=1)
    metadata.write(tmp_path, status="finished")
    assert metadata.read(tmp_path) == {"status": "finished", "seed": 1}


def test_a_run_that_begins_or_goes_on_has_nothing_of_its_end(tmp_path):
    metadata.write(
        tmp_path, started="1", **RESULT, ended="2", epochs=3, weights_sha256="5", without_test=True
    )
    metadata.begin(tmp_path, status="running", new_length={"before": 3, "after": 5})
    assert set(metadata.read(tmp_path)) == {"started", "without_test", "status", "new_length"}
    assert metadata.new_length(tmp_path) == NewLength(3, 5)
    metadata.begin(tmp_path, status="running")
    left = {"started": "1", "without_test": True, "status": "running"}
    assert metadata.read(tmp_path) == left
    assert metadata.new_length(tmp_path) is None


def test_run_json_has_room_for_the_names_of_classes_at_their_longest(tmp_path):
    names = tuple(f"{chr(0x10000 + number)}{chr(0x1F600) * 31}" for number in range(256))
    chosen = Config(data=DataConfig("files", classes=names))
    (tmp_path / "config.yaml").write_text(dump(chosen), encoding="utf-8")
    metadata.begin(tmp_path, status="running", config=settings_of(chosen))
    assert directory.open_run(tmp_path).config == chosen
    assert metadata.read(tmp_path)["config"]["data.classes"] == list(names)


@pytest.mark.parametrize("wrong", [5, {"before": 3}, {"before": 3, "after": 10_001}])
def test_a_new_length_that_bpnet_has_not_written_is_damage(tmp_path, wrong):
    metadata.write(tmp_path, new_length=wrong)
    assert metadata.status(tmp_path) == Status.DAMAGED
    assert metadata.new_length(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 50_000, "\xff"])
def test_what_is_no_json_object_is_told(tmp_path, text):
    (tmp_path / "run.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(RunError, match=r"run.json: not (JSON|a JSON object)"):
        metadata.read(tmp_path)
    assert metadata.status(tmp_path) == Status.DAMAGED
    (tmp_path / "run.json").unlink()
    (tmp_path / "run.json").mkdir()
    with pytest.raises(RunError, match="not a regular file"):
        metadata.read(tmp_path)
    assert metadata.status(tmp_path) == Status.DAMAGED


def test_what_the_system_refuses_to_read_is_not_damaged(tmp_path, monkeypatch):
    metadata.write(tmp_path, status="running")

    def refuse(*_, **__):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "open", refuse)
    for read in (metadata.read, metadata.status):
        with pytest.raises(StorageError, match="cannot be read: Input/output error"):
            read(tmp_path)


BEGAN = 1_700_000_000.25


@pytest.mark.parametrize("kind", ["empty", "a folder", "too long", "a fact", "a result"])
def test_a_damaged_run_json_is_moved_aside_and_the_time_of_the_start_taken(tmp_path, kind):
    path, aside = tmp_path / "run.json", tmp_path / "run.json.corrupt"
    facts = {"a fact": {"numpy": 3}, "a result": {"status": "finished", "test_loss": -1.0}}
    if kind == "a folder":
        path.mkdir()
    else:
        text = json.dumps(facts[kind]) if kind in facts else " " * 70_000 * (kind == "too long")
        path.write_text(text, encoding="utf-8")
    told = []
    metadata.recover(tmp_path, BEGAN, told.append)
    (line,) = told
    assert line.startswith(f"{path}: ")
    assert "; kept as run.json.corrupt; going on without it, so whether" in line
    assert aside.is_dir() if kind == "a folder" else aside.read_text(encoding="utf-8") == text
    assert metadata.read(tmp_path) == {
        "started": "2023-11-14T22:13:20.250000+00:00", "arithmetic": "unknown",
    }  # fmt: skip
    assert metadata.status(tmp_path) == Status.NOT_BEGUN


def test_a_good_run_json_or_none_is_left_as_it_is(tmp_path):
    metadata.recover(tmp_path, BEGAN, pytest.fail)
    assert list(tmp_path.iterdir()) == []
    metadata.write(tmp_path, status="running")
    metadata.recover(tmp_path, BEGAN, pytest.fail)
    assert metadata.read(tmp_path) == {"status": "running"}


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ({"status": 3}, "status: expected a text"),
        ({"started": None}, "started: expected a text"),
        ({"numpy": 2.0}, "numpy: expected a text"),
        ({"weights_sha256": []}, "weights_sha256: expected a text"),
        ({"config": []}, "config: expected an object"),
        ({"data": "x"}, "data: expected an object"),
        ({"without_test": 1}, "without_test: expected true or false"),
    ],
    ids=str,
)
def test_a_fact_of_another_kind_is_told_by_its_name(tmp_path, fact, message):
    metadata.write(tmp_path, **fact)
    with pytest.raises(RunError, match=f"^{tmp_path}/run.json: {message}; bpnet train"):
        metadata.read(tmp_path)


def test_a_fact_that_a_later_bpnet_adds_is_kept(tmp_path):
    metadata.write(tmp_path, novelty=[1])
    metadata.write(tmp_path, status=Status.FAILED)
    assert metadata.read(tmp_path) == {"novelty": [1], "status": "failed"}


def test_a_status_is_written_as_its_word_and_compares_with_it(tmp_path):
    assert metadata.status(tmp_path) == Status.NOT_BEGUN == "not begun"
    metadata.write(tmp_path, status=Status.DIVERGED)
    assert json.loads((tmp_path / "run.json").read_bytes()) == {"status": "diverged"}
    assert metadata.status(tmp_path) == Status.DIVERGED


def test_the_words_of_a_status_are_those_of_the_contract():
    assert [*Status] == [
        "running", "finished", "interrupted", "failed", "diverged",
        "killed", "not begun", "damaged",
    ]  # fmt: skip


def test_the_time_is_told_in_utc():
    now = datetime.fromisoformat(metadata.now())
    assert now.utcoffset() == timedelta(0)


RESULT = {
    "test_accuracy": 0.9,
    "test_correct": 9,
    "test_images": 10,
    "test_loss": 0.5,
    "best_epoch": 3,
    "validation_accuracy": 0.8,
}

UNSCORED = dict.fromkeys(("test_loss", "test_accuracy", "test_correct", "test_images"))


def test_a_result_without_a_test_score_is_one_of_a_run_that_is_not_to_have_one(tmp_path):
    metadata.write(tmp_path, **RESULT | UNSCORED, without_test=True)
    result = metadata.result(tmp_path)
    assert (result.test_accuracy, result.test_correct) == (None, None)
    assert (result.best_epoch, result.validation_accuracy) == (3, 0.8)


def test_a_result_is_what_was_written(tmp_path):
    metadata.write(tmp_path, **RESULT)
    assert metadata.result(tmp_path) == metadata.Result(**RESULT)
    metadata.write(tmp_path, best_epoch=None, validation_accuracy=None)
    assert metadata.result(tmp_path).best_epoch is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"test_accuracy": 1.5}, "test_accuracy: expected 0 to 1"),
        ({"test_accuracy": "0.9"}, "test_accuracy: expected a number with a point"),
        (
            {"test_images": None, "without_test": True},
            "test_images: null, while other scores of the test are not",
        ),
        (UNSCORED, "test_loss: null, of a run that is scored on the test images"),
        (
            UNSCORED | {"without_test": False},
            "test_loss: null, of a run that is scored on the test images",
        ),
        (
            UNSCORED | {"without_test": True, "best_epoch": None, "validation_accuracy": None},
            "test_loss: null, of a run that is scored on the test images",
        ),
        ({"test_correct": 11}, "test_correct: more than the test images"),
        ({"test_correct": True}, "test_correct: expected a whole number"),
        ({"test_correct": 9.0}, "test_correct: expected a whole number"),
        ({"test_images": 0, "test_correct": 0}, "test_images: expected 1 to 9007199254740992"),
        ({"test_loss": -1.0}, "test_loss: expected 0 to 1.79769e+308"),
        ({"test_loss": 10**400}, "test_loss: expected a number with a point"),
        ({"best_epoch": None}, "best_epoch and validation_accuracy: only one of the two"),
        ({"best_epoch": 0}, "best_epoch: expected 1 to 9007199254740992"),
        ({"validation_accuracy": None}, "best_epoch and validation_accuracy: only one of the two"),
        ({"validation_accuracy": 2.0}, "validation_accuracy: expected 0 to 1"),
    ],
    ids=str,
)
def test_a_result_that_cannot_be_is_told_by_its_field(tmp_path, wrong, message):
    metadata.write(tmp_path, **RESULT | wrong)
    with pytest.raises(RunError) as raised:
        metadata.result(tmp_path)
    told = f"{tmp_path}/run.json: not as bpnet has written it: {message}; bpnet train --resume "
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize("name", RESULT)
def test_a_result_without_one_of_its_fields_is_told_by_it(tmp_path, name):
    metadata.write(tmp_path, **{key: value for key, value in RESULT.items() if key != name})
    with pytest.raises(RunError, match=f"run.json: not as bpnet has written it: {name}: is missi"):
        metadata.result(tmp_path)
