"""What the page of a sweep is made from: its runs' own files, and the ranking of its trials."""

import random
import shutil
from itertools import pairwise

import pytest

from bpnet.report import sweep_content
from bpnet.report.sweep_content import thinned
from bpnet.runs import directory, metadata, results, session
from tests.helpers import sweeps


@pytest.fixture
def folder(small_sweep, tmp_path):
    """A sweep of two seeds each; its trials are 1: nothing, 2 and 3: alike."""
    return shutil.copytree(small_sweep, tmp_path / "sweep")


def trials(told):
    return {trial["number"]: trial for trial in told["trials"]}


def runs(told):
    return {run["path"]: run for run in told["runs"]}


def test_each_run_has_its_curve_and_what_came_out(folder, told_of):
    told = told_of(folder)
    assert len(told["runs"]) == 6
    for path, run in runs(told).items():
        result, opened = metadata.result(folder / path), directory.open_run(folder / path)
        shares = [record.validation_accuracy for record in results.read_log(opened)]
        assert [epoch for epoch, _ in run["curve"]] == [1, 2, 3]
        assert [share for _, share in run["curve"]] == shares
        assert run["score"] == run["validation_accuracy"] == result.validation_accuracy
        assert (run["status"], run["test_accuracy"]) == ("finished", None)
        assert path == f"{run['trial']:02}/seed-{run['seed']}"
    assert told["scored"] == ["validation"]


def test_the_best_trial_is_first_and_what_may_be_as_good_is_marked(folder, told_of):
    told = told_of(folder)
    best, near, lost = told["trials"]
    assert [trial["is_best"] for trial in told["trials"]] == [True, False, False]
    assert [trial["is_within_chance"] for trial in told["trials"]] == [False, True, False]
    assert (best["p"], near["p"] > 0.05, lost["p"] < 0.05) == (None, True, True)
    assert [run["trial"] for run in told["runs"]] == [
        trial["number"] for trial in told["trials"] for _ in range(2)
    ]


def test_what_varies_is_apart_from_what_is_the_same(folder, told_of):
    told = told_of(folder)
    assert told["keys"] == ["train.learning_rate"]
    assert [trials(told)[number]["values"] for number in (1, 2, 3)] == [[1e-6], [0.5], [0.49]]
    assert "train.learning_rate" not in told["same"]
    assert (told["same"]["network.hidden"], told["same"]["seed"]) == ([16], "0 to 1")


def test_a_run_that_is_missing_damaged_or_failed_is_told_of(folder, told_of):
    shutil.rmtree(folder / "03")
    metadata.write(folder / "02/seed-1", status="diverged")
    (folder / "02/seed-0/log.csv").write_text("epoch\n", encoding="utf-8")
    told = told_of(folder)
    found = {path: (run["status"], len(run["curve"])) for path, run in runs(told).items()}
    assert found["03/seed-0"] == found["03/seed-1"] == ("not begun", 0)
    assert (found["02/seed-0"], found["02/seed-1"]) == (("damaged", 0), ("diverged", 3))
    assert told["why_not"] == "1 of 3 trials is complete"
    assert [trial["number"] for trial in told["trials"]] == [1, 2, 3]


def test_a_run_that_was_given_more_epochs_is_changed_and_has_no_curve(folder, told_of):
    with session.resumed(directory.open_run(folder / "02/seed-0"), epochs=6) as begun:
        list(session.train(begun))
    run = runs(told_of(folder))["02/seed-0"]
    assert (run["status"], run["curve"]) == ("changed", [])


def test_a_curve_has_its_ends_and_as_many_points_as_there_is_room_for(folder, told_of, monkeypatch):
    asked = []
    monkeypatch.setattr(sweep_content, "thinned", lambda shares, most: asked.append(most) or [0, 2])
    monkeypatch.setattr(sweep_content, "MOST_POINTS", 6 * 100)
    curve = runs(told_of(folder))["01/seed-0"]["curve"]
    assert [epoch for epoch, _ in curve] == [1, 3]
    assert set(asked) == {100}


def test_without_validation_images_the_test_accuracy_is_shown_and_nothing_ranked(
    small_config, tmp_path, told_of
):
    settings = [{"train.epochs": epochs, "data.validation": 0} for epochs in (1, 2)]
    sweeps.train(tmp_path / "sweep", small_config, settings, count=1)
    told = told_of(tmp_path / "sweep")
    assert (told["scored"], told["why_not"]) == (["test"], "data.validation is 0")
    for run, epochs in zip(told["runs"], (1, 2), strict=True):
        assert run["score"] == run["test_accuracy"] == run["curve"][-1][1]
        assert len(run["curve"]) == epochs
    assert told["same"]["seed"] == "0"


@pytest.mark.parametrize("most", [20, 21, 50])
def test_a_thinned_curve_keeps_its_ends_and_whatever_is_extreme(most):
    rng = random.Random(most)
    for length in (1, most, most + 1, 3 * most, 1000):
        shares = [rng.random() for _ in range(length)]
        kept = thinned(shares, most)
        assert len(kept) <= most
        assert kept == sorted(set(kept))
        assert {0, length - 1} <= set(kept)
        assert {shares.index(min(shares)), shares.index(max(shares))} <= set(kept)
        assert len(kept) >= min(length, most // 2)
        assert max((b - a for a, b in pairwise(kept)), default=0) < 8 * length / most
