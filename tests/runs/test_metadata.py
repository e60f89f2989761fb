"""Config and run.json of a run, and which run is the newest."""

import pytest

from bpnet.errors import RunError, StorageError
from bpnet.runs import metadata


def test_facts_are_added_and_replaced(tmp_path):
    assert metadata.read(tmp_path) == {}
    metadata.write(tmp_path, status="running", seed=1)
    metadata.write(tmp_path, status="finished")
    assert metadata.read(tmp_path) == {"status": "finished", "seed": 1}


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 50_000, "\xff"])
def test_what_is_no_json_object_is_told(tmp_path, text):
    (tmp_path / "run.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(RunError, match=r"run.json: not (JSON|a JSON object)"):
        metadata.read(tmp_path)
    (tmp_path / "run.json").unlink()
    (tmp_path / "run.json").mkdir()
    with pytest.raises(StorageError, match="not a regular file"):
        metadata.read(tmp_path)


def test_a_run_keeps_its_threads_whatever_the_environment_says(tmp_path, monkeypatch):
    (tmp_path / "config.yaml").write_text("train: {threads: 2}", encoding="utf-8")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("BPNET_DATA_DIR", "elsewhere")
    config = metadata.open_run(tmp_path).config
    assert config.train.threads == 2
    assert config.data.dir == "elsewhere"


def test_what_is_no_run_is_told(tmp_path):
    with pytest.raises(RunError, match="not a run directory: it has no config.yaml"):
        metadata.open_run(tmp_path)
    (tmp_path / "config.yaml").write_text("sed: 1", encoding="utf-8")
    with pytest.raises(RunError, match="config.yaml:1:1: sed: unknown key; did you mean seed?"):
        metadata.open_run(tmp_path)


def test_the_newest_run_is_the_finished_one_that_was_started_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="holds no finished run"):
        metadata.newest()
    for name, status, started in [
        ("y", "finished", "2026-01-01"),
        ("batch/seed-1", "finished", "2026-01-03"),
        ("a", "finished", "2026-01-02"),
        ("c", "interrupted", "2026-01-04"),
        ("x/y/z", "finished", "2026-01-05"),
    ]:
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "config.yaml").touch()
        metadata.write(tmp_path / "runs" / name, status=status, started=started)
    assert str(metadata.newest()) == "runs/batch/seed-1"


RESULT = {
    "test_accuracy": 0.9,
    "test_correct": 9,
    "test_images": 10,
    "test_loss": 0.5,
    "best_epoch": 3,
    "validation_accuracy": 0.8,
}


def test_a_result_is_what_was_written(tmp_path):
    metadata.write(tmp_path, **RESULT)
    assert metadata.result(tmp_path) == metadata.Result(**RESULT)
    metadata.write(tmp_path, best_epoch=None, validation_accuracy=None)
    assert metadata.result(tmp_path).best_epoch is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"test_accuracy": 1.5},
        {"test_accuracy": "0.9"},
        {"test_correct": 11},
        {"test_correct": True},
        {"test_correct": 9.0},
        {"test_images": 0, "test_correct": 0},
        {"test_loss": -1.0},
        {"test_loss": 10**400},
        {"best_epoch": None},
        {"best_epoch": 0},
        {"validation_accuracy": None},
        {"validation_accuracy": 2.0},
    ],
    ids=str,
)
def test_a_result_that_cannot_be_is_told(tmp_path, wrong):
    metadata.write(tmp_path, **RESULT | wrong)
    with pytest.raises(RunError, match="run.json: not as bpnet has written it: the result"):
        metadata.result(tmp_path)
