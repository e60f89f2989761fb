"""`bpnet eval`: scores for people and as JSON."""

import json
import re
from pathlib import Path

import pytest

from bpnet import facts, threads
from bpnet.datasets import drawn_digits


@pytest.fixture
def run(bpnet, small_file):
    """A finished run, in runs/."""
    return bpnet("train", "--config", small_file, "--quiet").out.splitlines()[-1]


def test_the_newest_run_is_scored_and_agrees_with_training(bpnet, run):
    result = bpnet("eval")
    lines = result.out.splitlines()
    written = facts.read(Path(run))
    assert (result.status, result.err) == (0, "")
    assert lines[0] == run
    assert f"({written['test_correct']}/200), 95 % interval " in lines[1]
    assert f"loss {written['test_loss']:.4f}" in lines[1]
    assert lines[3] == "Rows: the digit; columns: what it was taken for."
    assert lines[4].split() == [*"0123456789", "accuracy"]
    assert [line.split()[0] for line in lines[5:]] == [*"0123456789"]


def test_json_holds_everything_that_is_printed_and_more(bpnet, run):
    (scores,) = json.loads(bpnet("eval", run, "--json", "--split", "validation").out)["runs"]
    assert (scores["run"], scores["split"], scores["total"]) == (run, "validation", 100)
    assert scores["accuracy"] == scores["correct"] / 100
    assert scores["interval"][0] < scores["accuracy"] < scores["interval"][1]
    assert sum(map(sum, scores["confusion"])) == 100
    assert scores["accuracy"] == facts.read(Path(run))["validation_accuracy"]
    assert len(scores["per_class"]) == 10


def test_several_runs_are_scored_each_and_the_train_split_is_what_was_trained_on(bpnet, run):
    result = bpnet("eval", run, run, "--split", "train")
    assert len(re.findall(r"train accuracy .*/500\)", result.out)) == 2


def test_an_unfinished_run_is_scored_with_a_note(bpnet, run):
    facts.write(Path(run), status="interrupted")
    result = bpnet("eval", run)
    assert result.status == 0
    assert result.err == f"{run}: has not finished: these are its weights so far\n"


def test_a_run_without_validation_has_no_such_split(bpnet, small_file):
    bpnet("train", "--config", small_file, "--set", "data.validation=0", "--run-dir", "r")
    result = bpnet("eval", "r", "--split", "validation")
    assert (result.status, result.out) == (2, "")
    assert result.err == "Error: r: has no validation images: its data.validation is 0\n"


def test_the_data_may_lie_elsewhere(bpnet, run, small_data, tmp_path):
    path = Path(run) / "config.yaml"
    text = path.read_text(encoding="utf-8").replace(str(small_data), str(tmp_path / "gone"))
    path.write_text(text, encoding="utf-8")
    assert bpnet("eval", run, "--data-dir", small_data).status == 0


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("nothing", "does not exist"), (".", "not a run directory: it has no config.yaml")],
)
def test_what_is_no_run_is_told(bpnet, folder, reason):
    assert bpnet("eval", folder) == (1, "", f"Error: {folder}: {reason}\n")


def test_without_any_run_there_is_nothing_to_score(bpnet):
    result = bpnet("eval")
    assert (result.status, result.out) == (1, "")
    assert "holds no finished run" in result.err


def test_weights_of_another_network_are_refused(bpnet, run):
    path = Path(run) / "config.yaml"
    text = path.read_text(encoding="utf-8").replace("hidden: [16]", "hidden: [17]")
    path.write_text(text, encoding="utf-8")
    result = bpnet("eval", run)
    assert result.status == 1
    assert "weights.npz: W1 is not of type <f4 and shape (784, 17)" in result.err


def test_a_changed_config_or_other_data_are_refused(bpnet, run, tmp_path, monkeypatch):
    path = Path(run) / "config.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("relu", "sigmoid"), encoding="utf-8")
    assert "network.activation is sigmoid, but was relu when the run" in bpnet("eval", run).err
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(drawn_digits, "COUNTS", (600, 200))
    monkeypatch.setattr(drawn_digits, "SEED", 0)
    result = bpnet("eval", run, "--data-dir", tmp_path)
    assert result.status == 1
    assert result.err.endswith(f"Error: {run}: began with other files of drawn\n")


def test_the_runs_own_number_of_threads_is_used(bpnet, run, monkeypatch):
    fixed = []
    monkeypatch.setattr(threads, "fix", fixed.append)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert bpnet("eval", run).status == 0
    assert fixed == [1]


def test_several_runs_are_scored_on_the_first_ones_threads_with_a_note(bpnet, run, small_file):
    bpnet("train", "--config", small_file, "--threads", 2, "--run-dir", "two", "--quiet")
    assert bpnet("eval", run, run).err == ""
    result = bpnet("eval", run, "two")
    assert result.status == 0
    assert result.err.startswith(
        f"two: its train.threads is 2, but it is scored on the 1 of {run}: "
    )
