"""Scores on the test images, of a run that finished without."""

import shutil
from dataclasses import replace

import pytest

from bpnet import datasets
from bpnet.errors import RunError, StorageError
from bpnet.runs import directory, metadata, test_scores
from bpnet.system import storage
from tests.helpers.trials import unscored

FACT = {"without_test"}


@pytest.fixture
def trial(finished_run):
    """A run without a test score, and what run.json says of the same run with one."""
    facts = metadata.read(finished_run.folder)
    unscored(finished_run.folder)
    return finished_run, facts


def test_a_run_that_is_scored_later_is_as_if_it_had_been_scored_at_its_end(trial):
    run, facts = trial
    test_scores.score(run, tell=pytest.fail)
    assert metadata.read(run.folder) == facts
    assert not run.is_without_test


def test_a_run_with_a_score_is_left_as_it_is(finished_run, monkeypatch):
    monkeypatch.setattr(storage, "write", lambda *_: pytest.fail("it is written"))
    monkeypatch.setattr(datasets, "find", lambda *_: pytest.fail("images are read"))
    test_scores.score(finished_run)


def test_the_images_are_read_once_for_all_runs(trial, tmp_path, monkeypatch):
    run, facts = trial
    other = directory.open_run(shutil.copytree(run.folder, tmp_path / "other"))
    asked, find = [], datasets.find
    monkeypatch.setattr(datasets, "find", lambda *of: asked.append(of) or find(*of))
    test_scores.score(run, other)
    assert len(asked) == 1
    assert metadata.read(run.folder) == metadata.read(other.folder) == facts


def test_a_score_that_cannot_be_written_leaves_the_run_without_and_the_next_try_has_it(
    trial, monkeypatch
):
    run, facts = trial
    before = (run.folder / "run.json").read_bytes()

    def refuse(path, content):
        raise StorageError(f"{path}: cannot be written: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "write", refuse)
        with pytest.raises(StorageError, match="No space left"):
            test_scores.score(run)
    assert (run.folder / "run.json").read_bytes() == before
    test_scores.score(run)
    assert metadata.read(run.folder) == facts


def test_a_run_that_another_trains_or_that_has_not_finished_is_not_scored(trial):
    run, _ = trial
    with directory.locked(run.folder), pytest.raises(RunError, match="is training it; wait"):
        test_scores.score(run)
    metadata.write(run.folder, status="interrupted")
    with pytest.raises(RunError, match="has not finished: there is no result yet"):
        test_scores.score(run)
    assert metadata.read(run.folder).keys() >= FACT


def test_a_run_that_is_trained_on_before_it_is_held_is_not_scored(trial, monkeypatch):
    run, _ = trial
    locked = directory.locked

    def hold(folder):
        metadata.begin(folder, status="interrupted")
        return locked(folder)

    monkeypatch.setattr(directory, "locked", hold)
    with pytest.raises(RunError, match="has not finished: there is no result yet"):
        test_scores.score(run)
    assert "test_loss" not in metadata.read(run.folder)


def test_what_is_not_as_it_began_is_not_scored(trial):
    run, _ = trial
    before = metadata.read(run.folder)
    for name, change in (
        ("seed is 1, but was 0", replace(run, config=replace(run.config, seed=1))),
        ("began with other files of drawn", run),
        ("not the weights that the run ended with", run),
    ):
        if "files" in name:
            metadata.write(run.folder, data={"drawn/x": "0" * 64})
        if "weights" in name:
            metadata.write(run.folder, data=before["data"], weights_sha256="0" * 64)
        with pytest.raises(RunError, match=name):
            test_scores.score(change)
        assert run.result.test_accuracy is None
