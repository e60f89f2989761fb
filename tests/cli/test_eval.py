"""`bpnet eval`: scores for people and as JSON."""

import csv
import hashlib
import json
import re
import shutil
import statistics
import weakref
from pathlib import Path

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import DataConfig
from bpnet.datasets import drawn_digits, loading
from bpnet.evaluation import predictions
from bpnet.runs import from_python, metadata
from bpnet.system import memory, storage
from tests.helpers.trials import sweep, unscored


@pytest.fixture
def run(trained):
    """A finished run, in runs/."""
    return trained("runs/small")


def test_the_newest_run_is_scored_and_agrees_with_training(bpnet, run):
    result = bpnet("eval")
    lines = result.out.splitlines()
    written = metadata.read(Path(run))
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
    assert scores["accuracy"] == metadata.read(Path(run))["validation_accuracy"]
    assert len(scores["per_class"]) == 10


@pytest.fixture
def other(trained):
    """A second run, wider than the first."""
    return trained("other", "--set", "seed=1", "--set", "network.hidden=[20]")


def test_data_are_put_where_the_user_says_and_never_where_only_the_run_does(
    bpnet, run, tmp_path, monkeypatch, small_config
):
    monkeypatch.setattr(drawn_digits, "COUNTS", (600, 200))
    config, elsewhere = Path(run) / "config.yaml", tmp_path / "elsewhere"
    text = config.read_text(encoding="utf-8").replace(small_config.data.dir, str(elsewhere))
    config.write_text(text, encoding="utf-8")
    result = bpnet("eval", run)
    assert result.status == 0
    assert "only the run's config names it" in result.err
    assert not elsewhere.exists()
    assert bpnet("eval", run, "--data-dir", elsewhere).out == result.out
    assert (elsewhere / "drawn" / "drawn.json").exists()


def test_several_runs_are_scored_each_and_as_a_committee(bpnet, run, other):
    result = bpnet("eval", run, other)
    alone = [json.loads(bpnet("eval", name, "--json").out)["runs"][0] for name in (run, other)]
    heading, *rows, mean, committee, empty = result.out.splitlines()[:6]
    assert re.split("  +", heading) == ["run", "test accuracy", "wrong", "95 % interval", "loss"]
    for name, scores, row in zip((run, other), alone, rows, strict=True):
        wrong = str(200 - scores["correct"])
        accuracy, low, high = (
            f"{100 * share:.2f} %" for share in (scores["accuracy"], *scores["interval"])
        )
        loss = f"{scores['loss']:.4f}"
        assert re.split("  +", row) == [name, accuracy, wrong, f"{low} to {high}", loss]
    accuracies = [100 * scores["accuracy"] for scores in alone]
    expected = f"{statistics.mean(accuracies):.2f} ± {statistics.stdev(accuracies):.2f} %"
    assert mean == f"mean of 2 runs: {expected}"
    assert committee.startswith("committee of 2: test accuracy ")
    assert empty == ""
    assert len(result.out.splitlines()) == 6 + 12


def test_json_of_several_runs_holds_their_mean_and_the_committee(bpnet, run, other):
    report = json.loads(bpnet("eval", run, other, "--split", "train", "--json").out)
    accuracies = [scores["accuracy"] for scores in report["runs"]]
    assert report["mean"] == pytest.approx(sum(accuracies) / 2)
    assert report["standard_deviation"] == pytest.approx(
        abs(accuracies[0] - accuracies[1]) / 2**0.5
    )
    assert report["committee"]["total"] == 500
    assert report["committee"]["accuracy"] >= min(accuracies)
    assert list(json.loads(bpnet("eval", run, "--json").out)) == ["runs"]


def test_a_folder_of_seeds_means_its_runs(bpnet, trained):
    trained("two", "--seeds", 2)
    together = bpnet("eval", "two", "--json")
    assert together == bpnet("eval", "two/seed-0", "two/seed-1", "--json")
    assert [scores["run"] for scores in json.loads(together.out)["runs"]] == [
        "two/seed-0",
        "two/seed-1",
    ]


def test_a_seed_that_has_not_finished_an_epoch_is_left_out(bpnet, trained):
    trained("three", "--seeds", 3)
    for path in Path("three/seed-1").iterdir():
        if path.name != "config.yaml":
            path.unlink()
    result = bpnet("eval", "three")
    assert result.status == 0
    assert result.err == "three/seed-1: has not finished an epoch: left out\n"
    assert "committee of 2" in result.out


def test_a_missing_seed_or_its_weights_are_missed(bpnet, trained):
    trained("two", "--seeds", 2)
    Path("two/seed-1/weights.npz").unlink()
    told = "two/seed-1/weights.npz: is missing; get it back by: bpnet train --resume two/seed-1"
    assert bpnet("eval", "two") == (1, "", f"Error: {told}\n")
    shutil.rmtree("two/seed-1")
    result = bpnet("eval", "two")
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith("Error: two/seed-1: is missing; put it back, or train it anew: bp")


def test_runs_that_hold_out_other_images_are_no_committee(bpnet, run, trained):
    trained("r", "--set", "data.validation=50")
    result = bpnet("eval", run, "r", "--split", "validation")
    assert result.err == f"no committee: r has other images than {run}\n"
    assert "committee" not in result.out
    assert "committee" in bpnet("eval", run, "r").out
    report = json.loads(bpnet("eval", run, "r", "--split", "validation", "--json").out)
    assert report["committee"] is None


def test_no_more_images_are_in_memory_than_those_of_two_datasets(bpnet, small_file, monkeypatch):
    loaded, alive = [], []

    def find(*arguments):
        alive.append(sum(reference() is not None for reference in loaded))
        dataset = loading.find(*arguments)
        loaded.append(weakref.ref(dataset))
        return dataset

    for count in range(1, 4):
        options = ("--set", f"data.validation={count}", "--set", "train.epochs=1", "--quiet")
        assert bpnet("train", "--config", small_file, *options, "--run-dir", f"r{count}")[0] == 0
    monkeypatch.setattr(datasets, "find", find)
    result = bpnet("eval", "r1", "r2", "r2", "r3")
    assert "committee of 4: test accuracy" in result.out
    assert alive == [0, 1, 1]


@pytest.mark.parametrize("status", ["interrupted", "finished"])
def test_a_run_without_weights_is_told_of_in_one_line(bpnet, run, status):
    metadata.write(Path(run), status=status)
    (Path(run) / "weights.npz").unlink()
    error = f"Error: {run}/weights.npz: is missing; "
    way_back = f"get it back by: bpnet train --resume {run}\n"
    assert bpnet("eval", run) == (1, "", error + way_back)
    for name in ("checkpoint.npz", "checkpoint.previous.npz", "run.json"):
        (Path(run) / name).unlink()
    assert bpnet("eval", run) == (1, "", f"{error}the run has not finished an epoch\n")


def test_without_a_run_what_is_damaged_is_passed_over(bpnet, run):
    shutil.copytree(run, "runs/zzz")
    Path("runs/zzz/run.json").write_text("{", encoding="utf-8")
    result = bpnet("eval")
    assert (result.status, result.out.splitlines()[0]) == (0, run)
    assert result.err.startswith("runs/zzz/run.json: not JSON: ")
    assert result.err.endswith("; passed over\n")
    assert result.err.count("\n") == 1


def test_a_run_that_ends_while_its_weights_are_read_is_scored(bpnet, run, monkeypatch):
    at_the_end = metadata.read(Path(run))
    metadata.write(Path(run), status="running", weights_sha256="0" * 64)
    path = Path(run) / "run.json"
    facts = {name: fact for name, fact in metadata.read(Path(run)).items() if "sha256" not in name}
    path.write_text(json.dumps(facts), encoding="utf-8")
    read = storage.read

    def read_and_let_it_end(file, limit):
        content = read(file, limit)
        if file.name == "weights.npz":
            metadata.write(Path(run), **at_the_end | {"weights_sha256": "1" * 64})
        return content

    monkeypatch.setattr(storage, "read", read_and_let_it_end)
    result = bpnet("eval", run)
    assert result.status == 0
    assert result.err == f"{run}: has not finished: these are its weights so far\n"


@pytest.fixture
def train_on(bpnet, small_file):
    """Return a function that trains a run on own files."""

    def train(folder, name):
        files = ("--set", "data.dataset=files", "--set", "data.validation=0", "--data-dir", folder)
        options = ("--set", "train.learning_rate=1", "--run-dir", name, "--quiet")
        assert bpnet("train", "--config", small_file, *files, *options).status == 0
        return name

    return train


LETTERS = [*"ABCDEFGHIJKLMNOPQRSTUVWXY", "한글"]


def test_own_classes_are_told_by_their_names(bpnet, own_files, train_on):
    run = train_on(own_files("letters", LETTERS), "r")
    lines = bpnet("eval", run).out.splitlines()
    (scores,) = json.loads(bpnet("eval", run, "--json").out)["runs"]
    assert scores["classes"] == LETTERS
    assert len(scores["per_class"]) == len(scores["confusion"]) == 26
    assert lines[1].startswith(f"test accuracy {100 * scores['accuracy']:.2f} % (")
    share = scores["per_class"][25]
    (row,) = (line.split() for line in lines if line.endswith("%") and line.startswith("한글"))
    assert row == ["한글", "2", str(round(2 * share)), f"{100 * share:.2f}", "%"]


def test_runs_of_the_same_images_with_other_classes_are_no_committee(bpnet, own_files, train_on):
    first = own_files("first", ["a", "b", "c"])
    second = shutil.copytree(first, first.with_name("second"))
    runs = train_on(first, "r"), train_on(second, "s")
    assert "committee of 2: test" in bpnet("eval", *runs).out
    (second / "classes.txt").write_text("a\nb\nd", encoding="utf-8")
    assert bpnet("eval", "r", train_on(second, "t")).err == (
        "no committee: t has other classes than r\n"
    )
    told = bpnet("compare", "r", "t").err
    assert told == "Error: t: has other classes than r: no comparison\n"


@pytest.fixture
def elsewhere(small_data, tmp_path, monkeypatch):
    """A data folder with other digits in the place of the drawn ones, and their images."""
    monkeypatch.setattr(drawn_digits, "COUNTS", (600, 200))
    monkeypatch.setitem(drawn_digits.SEEDS, "sketched", 7)
    return tmp_path / "elsewhere"


@pytest.mark.parametrize(("split", "total"), [("test", 200), ("train", 600)])
def test_a_run_is_scored_on_another_dataset(bpnet, run, elsewhere, split, total):
    options = ("--dataset", "sketched", "--data-dir", elsewhere, "--split", split)
    result = bpnet("eval", run, *options)
    (scores,) = json.loads(bpnet("eval", run, *options, "--json").out)["runs"]
    assert (scores["split"], scores["total"]) == (split, total)
    images = getattr(datasets.load(DataConfig("sketched", str(elsewhere), validation=0)), split)
    right = (from_python.load(run).classify(images.images).argmax(axis=1) == images.labels).sum()
    assert scores["correct"] == right
    assert result.out.splitlines()[1].startswith(f"sketched {split} accuracy ")
    assert f"({right}/{total})" in result.out


def test_runs_of_different_datasets_are_a_committee_on_another(bpnet, run, own_files, train_on):
    digits = train_on(own_files("mine", list("0123456789")), "mine")
    other = ("--dataset", "files", "--data-dir", own_files("others", list("0123456789")))
    result = bpnet("eval", run, digits, *other)
    assert (result.status, result.err) == (0, "")
    assert "  files test accuracy  " in result.out
    assert "committee of 2: files test accuracy " in result.out
    assert json.loads(bpnet("eval", run, digits, *other, "--json").out)["committee"]["total"] == 20


def test_another_dataset_is_put_where_data_lie_and_never_where_only_the_run_says(
    bpnet, run, small_config, elsewhere
):
    config = Path(run) / "config.yaml"
    text = config.read_text(encoding="utf-8").replace(small_config.data.dir, str(elsewhere))
    config.write_text(text, encoding="utf-8")
    assert bpnet("eval", run, "--dataset", "sketched").status == 0
    assert Path("data/sketched/drawn.json").exists()
    assert not elsewhere.exists()


def test_the_data_that_the_run_began_with_do_not_matter_on_another_dataset_but_its_config_does(
    bpnet, run, elsewhere
):
    written = metadata.read(Path(run))
    metadata.write(Path(run), data=dict.fromkeys(written["data"], "0" * 64))
    assert "began with other files of drawn" in bpnet("eval", run).err
    other = ("--dataset", "sketched", "--data-dir", elsewhere)
    assert bpnet("eval", run, *other).status == 0
    metadata.write(Path(run), config=written["config"] | {"train.epochs": 4})
    assert "train.epochs is 3, but was 4 when the run began" in bpnet("eval", run, *other).err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("--dataset", "fashion-mnist"),
            "runs/small: has 10 classes (0, 1, 2, 3, 4, 5, 6, 7, 8, 9), but fashion-mnist 10 "
            "classes (T-shirt/top, Trouser, Pullover, Dress, C...): they must be the same, in the "
            "same order",
        ),
        (
            ("--dataset", "mnist", "--split", "validation"),
            "--split validation: expected test or train with --dataset: a run holds out images of "
            "its own dataset only",
        ),
        (
            ("--dataset", "files"),
            "--dataset files: expected --data-dir DIR as well, the folder of its files",
        ),
    ],
)
def test_on_what_cannot_be_a_run_is_not_scored(bpnet, run, options, told):
    assert bpnet("eval", run, *options) == (2, "", f"Error: {told}\n")
    assert not Path("data").exists()


def test_classes_are_told_from_where_they_differ(bpnet, own_files, train_on):
    first, last = [*LETTERS[:24], "x"], [*LETTERS[:24], "y", "z"]
    run = train_on(own_files("first", first), "r")
    told = bpnet("eval", run, "--dataset", "files", "--data-dir", own_files("last", last)).err
    assert told == (
        "Error: r: has 25 classes (..., x), but files 26 classes (..., y, z): they must be the "
        "same, in the same order\n"
    )


def test_the_answer_to_each_image_is_written(bpnet, run, small_config):
    result = bpnet("eval", run, "--predictions", "p.csv")
    assert result == bpnet("eval", run)
    with Path("p.csv").open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["number", "truth", "answer", *"0123456789"]
    assert [int(row[0]) for row in rows] == list(range(200))
    images = datasets.load(small_config.data).test
    assert [int(row[1]) for row in rows] == images.labels.tolist()
    y = from_python.load(run).classify(images.images)
    assert np.array([row[3:] for row in rows], float) == pytest.approx(y, rel=1e-5)
    assert f"({sum(row[1] == row[2] for row in rows)}/200)" in result.out


def test_of_several_runs_the_answers_of_the_committee_are_written(bpnet, run, other):
    report = json.loads(bpnet("eval", run, other, "--predictions", "p.csv", "--json").out)
    rows = [line.split(",") for line in Path("p.csv").read_text(encoding="utf-8").splitlines()]
    assert sum(row[1] == row[2] for row in rows) == report["committee"]["correct"]


def test_where_there_is_no_committee_no_answers_are_written(bpnet, run, trained):
    trained("r", "--set", "data.validation=50")
    two = (run, "r", "--split", "validation")
    told = f"Error: --predictions: no committee: r has other images than {run}\n"
    assert bpnet("eval", *two, "--predictions", "p.csv") == (2, "", told)
    assert not Path("p.csv").exists()


@pytest.mark.parametrize("taken", ["a file", "a folder", "a link that leads nowhere"])
def test_the_answers_replace_nothing(bpnet, run, taken):
    path = Path("p.csv")
    if taken == "a file":
        path.write_text("mine", encoding="utf-8")
    elif taken == "a folder":
        path.mkdir()
    else:
        path.symlink_to("nowhere")
    result = bpnet("eval", run, "--predictions", "p.csv")
    assert result == (2, "", "Error: p.csv: is there already; give another --predictions\n")
    assert [entry.name for entry in Path().iterdir() if "csv" in entry.name] == ["p.csv"]
    assert taken != "a file" or path.read_text(encoding="utf-8") == "mine"


def test_answers_that_memory_cannot_hold_are_refused(bpnet, run, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 50_000_000)
    assert bpnet("eval", run, "--predictions", "p.csv").status == 0
    monkeypatch.setattr(predictions, "CELL_LIMIT", 1000 * predictions.CELL_LIMIT)
    result = bpnet("eval", run, "--predictions", "q.csv")
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith("Error: q.csv: the table of 200 images and 10 classes needs 53 MB")
    assert not Path("q.csv").exists()


@pytest.fixture
def other_data(small_data, tmp_path):
    """A data folder with the same digits, but for one pixel of the test images."""
    folder = tmp_path / "other" / "drawn"
    shutil.copytree(small_data / "drawn", folder)
    path = folder / "t10k-images-idx3-ubyte"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 255]))
    manifest = json.loads((folder / "drawn.json").read_bytes())
    manifest["sha256"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "drawn.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder.parent


def test_runs_of_other_files_are_no_committee(bpnet, run, small_file, other_data):
    train = ("train", "--config", small_file, "--data-dir", other_data, "--run-dir", "r")
    assert bpnet(*train).status == 0
    result = bpnet("eval", run, "r")
    assert result.err == f"no committee: r has other images than {run}\n"
    assert "mean of 2 runs" in result.out
    assert "committee" not in result.out


def test_an_unfinished_run_is_scored_with_a_note(bpnet, run):
    metadata.write(Path(run), status="interrupted")
    result = bpnet("eval", run)
    assert result.status == 0
    assert result.err == f"{run}: has not finished: these are its weights so far\n"


def test_a_run_without_validation_has_no_such_split(bpnet, trained):
    trained("r", "--set", "data.validation=0")
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
    began = metadata.read(Path(run))["config"]
    metadata.write(Path(run), config=began | {"network.hidden": [17]})
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
    monkeypatch.setitem(drawn_digits.SEEDS, "drawn", 0)
    result = bpnet("eval", run, "--data-dir", tmp_path)
    assert result.status == 1
    assert result.err.endswith(f"Error: {run}: began with other files of drawn\n")


@pytest.fixture
def mixed(bpnet, small_data, small_file, tmp_path, monkeypatch):
    """A run on 500 drawn images and 125 sketched ones, and the command line with its data."""
    monkeypatch.setattr(drawn_digits, "COUNTS", (600, 200))
    data = tmp_path / "mixed"
    shutil.copytree(small_data, data)
    options = ("--set", "data.mix=0.2", "--data-dir", data, "--run-dir", "mixed", "--quiet")
    assert bpnet("train", "--config", small_file, *options).status == 0
    return "mixed", lambda *arguments: bpnet(*arguments, "--data-dir", data), data / "sketched"


def test_what_is_mixed_in_is_among_the_training_images_only(mixed, run):
    folder, bpnet, _ = mixed
    counted = {
        split: json.loads(bpnet("eval", folder, "--split", split, "--json").out)["runs"][0]["total"]
        for split in ("train", "validation", "test")
    }
    assert counted == {"train": 625, "validation": 100, "test": 200}
    assert "committee of 2" in bpnet("eval", folder, run).out
    told = bpnet("eval", folder, run, "--split", "train").err
    assert told == f"no committee: {run} has other images than {folder}\n"


def test_a_run_is_not_read_with_other_images_mixed_in(mixed, monkeypatch):
    folder, bpnet, sketched = mixed
    monkeypatch.setitem(drawn_digits.SEEDS, "sketched", 0)
    shutil.rmtree(sketched)
    result = bpnet("eval", folder)
    assert result.status == 1
    assert result.err.endswith("Error: mixed: began with other files of sketched\n")


@pytest.mark.parametrize(
    "command",
    ["export s --to onnx x", "train --resume s"],
)
def test_a_command_of_one_network_tells_of_a_sweep_which_of_its_trials_to_name(
    bpnet, trained, command
):
    trained("s/01/seed-0")
    sweep(Path("s"))
    told = (
        "s: is a sweep; name one of its trials, such as s/01; to go on with it: bpnet sweep --res"
    )
    result = bpnet(*command.split())
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith(f"Error: {told}")
    assert result.err.count("\n") == 1


def test_a_trial_is_scored_by_its_name_and_never_without(bpnet, trained):
    unscored(Path(trained("runs/s/01/seed-0")))
    sweep(Path("runs/s"))
    assert bpnet("eval", "runs/s/01").out.startswith("runs/s/01/seed-0\ntest accuracy ")
    assert bpnet("eval").err == (
        "Error: runs: holds no finished run but trials of a sweep, without a test score; name a "
        "run directory, or train first\n"
    )
