"""`bpnet sweep`: every combination is trained; failures, signals and kills cost nothing else."""

import csv
import json
import os
import re
import shutil
import signal
import time
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest

from bpnet import datasets
from bpnet import load as bpnet_load
from bpnet.cli import jobs, places
from bpnet.config.combinations import Trial
from bpnet.config.schema import LARGEST_SEED
from bpnet.errors import RunError
from bpnet.runs import directory, metadata, seed_folders, session, sweeps, test_scores
from tests.helpers import engines
from tests.helpers.own_files import made

RATES = ("--set", "train.learning_rate=0.1,0.3", "--set", "train.epochs=1")
WILD = ("--set", "train.learning_rate=0.1,1e6,0.3", "--set", "network.hidden=[16, 16, 16]")


@pytest.fixture
def quick(monkeypatch):
    """Runs are trained in this process; return what has begun."""
    engines.begun.clear()
    monkeypatch.setattr(places, "Here", engines.InThisProcess)
    return engines.begun


@pytest.fixture
def sweep(bpnet, small_file):
    """Return a function that trains a sweep s of the small config."""
    return lambda *options: bpnet("sweep", "--config", small_file, "--run-dir", "s", *options)


def names(found):
    return [path.relative_to("s").as_posix() for path in found if isinstance(path, Path)]


def rows():
    with Path("s/results.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def weights(folder="s"):
    return {
        str(path.parent.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(folder).rglob("weights.npz"))
    }


def test_every_combination_is_trained_with_the_same_seeds_as_bpnet_train_does_it(
    bpnet, sweep, quick, small_file
):
    result = sweep(*RATES, "--set", "network.hidden=[16],[8]", "--seeds", 2)
    assert result.status == 0
    assert result.out.splitlines()[-1] == "s"
    places = [f"0{trial}/seed-{seed}" for trial, seed in product((1, 2, 3, 4), (0, 1))]
    assert list(weights()) == names(quick) == [row["run"] for row in rows()] == places
    ends = [line for line in result.err.splitlines() if "validation" in line]
    assert [line.split()[0] for line in ends] == [f"{number}/8" for number in range(1, 9)]
    third = ("--set", "train.learning_rate=0.3", "--set", "train.epochs=1", "--set", "seed=1")
    bpnet("train", "--config", small_file, *third, "--run-dir", "t", "--quiet")
    assert weights("t")["."] == weights()["03/seed-1"]
    for number in range(1, 5):
        assert len(seed_folders.seeds(Path(f"s/0{number}"))) == 2


def test_its_networks_are_scored_together_each_in_its_own_view(bpnet, sweep, quick):
    Path("unlike.csv").write_text(
        "network.view,network.hidden\nas-is,[8]\ndeslanted,[4]\n", encoding="utf-8"
    )
    assert sweep("--trials", "unlike.csv", "--set", "data.validation=0").status == 0
    scores = json.loads(bpnet("eval", "s", "--json").out)
    assert [run["run"] for run in scores["runs"]] == ["s/01/seed-0", "s/02/seed-0"]
    images = datasets.load(directory.open_run(Path("s/01/seed-0")).config.data).test
    y = sum(bpnet_load(run["run"]).classify(images.images) for run in scores["runs"])
    assert scores["committee"]["correct"] == (y.argmax(axis=1) == images.labels).sum()
    compared = json.loads(bpnet("compare", "s", "s/02", "--json").out)
    differences = {"network.hidden": ["varies", [4]], "network.view": ["varies", "deslanted"]}
    assert compared["differences"] == differences
    assert set(json.loads(bpnet("compare", "s", "s", "--json").out)["differences"]) == {
        *differences
    }


def test_a_failed_run_is_told_when_it_fails_and_at_the_end_and_the_others_go_on(sweep, quick):
    result = sweep(*WILD, "--seeds", 2)
    assert result.status == 1
    assert [row["status"] for row in rows()] == [
        *["finished"] * 2, *["diverged"] * 2, *["finished"] * 2
    ]  # fmt: skip
    lines = result.err.splitlines()
    failed = [number for number, line in enumerate(lines) if line.startswith("3/6  02/seed-0")]
    assert lines[failed[0]].endswith("train.learning_rate=1000000.0  failed with exit status 1")
    assert lines[failed[0] - 1].startswith("02/seed-0: Error: the loss or a weight is no")
    assert lines[failed[0] + 1].startswith("02/seed-1: Error: ")
    first, second = lines[-2:]
    assert first.startswith("Error: s/02/seed-0: failed with exit status 1: Error: the loss or a")
    assert second.startswith("       s/02/seed-1: failed with exit status 1: Error: ")
    assert result.out.splitlines()[-1] == "s"


def test_what_has_diverged_would_again_and_is_not_trained_again(bpnet, sweep, quick):
    sweep(*WILD)
    quick.clear()
    result = bpnet("sweep", "--resume", "s")
    assert (result.status, result.err) == (0, "s: all its runs have ended: nothing to do\n")
    assert quick == []


def test_runs_of_other_settings_than_the_sweeps_are_told_and_not_ranked(bpnet, sweep, quick):
    assert sweep("--set", "train.learning_rate=0.1,0.3,0.5", "--quiet").status == 0
    path = Path("s/sweep.yaml")
    text = path.read_text(encoding="utf-8").replace("learning_rate: 0.3}", "learning_rate: 0.4}")
    path.write_text(text, encoding="utf-8")
    quick.clear()
    result = bpnet("sweep", "--resume", "s")
    told = "s/02/seed-0: was trained with another train.learning_rate than sweep.yaml has\n"
    assert result.err == f"{told}s: all its runs have ended: nothing to do\n"
    assert "not ranked, as runs have other settings than sweep.yaml: 2\n" in result.out
    assert [row["status"] for row in rows()] == ["finished", "changed", "finished"]
    assert quick == []


def test_stop_on_error_begins_no_more(sweep, quick):
    result = sweep(*WILD, "--stop-on-error")
    assert result.status == 1
    assert names(quick) == ["01/seed-0", "02/seed-0"]
    assert "       1 more have not begun\n       try again with: " in result.err
    assert [row["status"] for row in rows()] == ["finished", "diverged", "not begun"]


def test_what_has_not_finished_is_trained_and_only_that(bpnet, sweep, quick):
    assert sweep(*RATES, "--seeds", 2, "--quiet").err == ""
    expected = weights()
    shutil.rmtree("s/02/seed-1")
    metadata.write(Path("s/01/seed-1"), status="interrupted")
    quick.clear()
    result = bpnet("sweep", "--resume", "s", "--jobs", 3, "--other-arithmetic")
    assert result.status == 0
    assert names(quick) == ["01/seed-1", "02/seed-1"]
    assert quick[0] == (3, "--other-arithmetic")
    assert weights() == expected
    assert {row["status"] for row in rows()} == {"finished"}


def test_more_seeds_later_are_trained_alone_and_as_bpnet_train_does_it(
    bpnet, sweep, quick, small_file
):
    sweep(*RATES, "--quiet")
    made = Path("s/sweep.yaml").read_text(encoding="utf-8")
    of_a_run = ("weights.npz", "checkpoint.npz", "log.csv", "config.yaml")
    before = {path: path.read_bytes() for path in Path("s").rglob("*") if path.name in of_a_run}
    quick.clear()
    result = bpnet("sweep", "--resume", "s", "--seeds", 2, "--quiet")
    assert (result.status, names(quick)) == (0, ["01/seed-1", "02/seed-1"])
    assert {path: path.read_bytes() for path in before} == before
    assert Path("s/sweep.yaml").read_text("utf-8") == made.replace("seeds: 1", "seeds: 2")
    assert [len(seed_folders.seeds(Path(f"s/0{number}"))) for number in (1, 2)] == [2, 2]
    assert [row["run"] for row in rows()] == list(weights())
    second = ("--set", "train.learning_rate=0.3", "--set", "train.epochs=1", "--set", "seed=1")
    bpnet("train", "--config", small_file, *second, "--run-dir", "t", "--quiet")
    assert weights("t")["."] == weights()["02/seed-1"]
    quick.clear()
    assert bpnet("sweep", "--resume", "s", "--seeds", 2).out == result.out
    assert quick == []


def test_with_more_seeds_nothing_is_ranked_until_all_of_them_have_finished(
    bpnet, sweep, quick, monkeypatch
):
    sweep(*RATES, "--quiet")
    scored = [row["trial"] for row in rows() if row["test_accuracy"]]

    def fail(begun):
        raise RunError("no")

    monkeypatch.setattr(session, "train", fail)
    result = bpnet("sweep", "--resume", "s", "--seeds", 3, "--stop-on-error")
    assert "nothing is ranked: none of 2 trials is complete\n" in result.out
    assert result.err.endswith(
        "3 more have not begun\n       try again with: bpnet sweep --resume s\n"
    )
    assert [row["trial"] for row in rows() if row["test_accuracy"]] == scored
    assert [row["status"] for row in rows()] == [
        *("finished", "failed", "not begun"), *("finished", "not begun", "not begun")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (2, "expected at least the 3 of s, got 2"),
        (4, f"4 from {LARGEST_SEED - 2} on go above {LARGEST_SEED}"),
    ],
)
def test_seeds_that_a_sweep_cannot_have_are_refused(bpnet, small_config, count, told):
    Path("s").mkdir()
    trials = [Trial({}, small_config)]
    before = sweeps.create(Path("s"), small_config, trials, LARGEST_SEED - 2, 3)
    result = bpnet("sweep", "--resume", "s", "--seeds", count)
    assert result == (2, "", f"Error: --seeds: {told}\n")
    assert sweeps.open_sweep(Path("s")) == before


def test_a_finished_sweep_prints_its_table_again_also_elsewhere(bpnet, sweep, quick):
    out = sweep(*RATES).out
    Path("s").rename("elsewhere")
    Path("elsewhere/results.csv").unlink()
    result = bpnet("sweep", "--resume", "elsewhere")
    assert result.err == "elsewhere: all its runs have ended: nothing to do\n"
    assert result.status == 0
    assert result.out.replace("elsewhere", "s") == out
    assert Path("elsewhere/results.csv").exists()


def test_a_finished_run_that_is_spoilt_is_mended_by_its_job(bpnet, sweep, quick, monkeypatch):
    sweep(*RATES, "--quiet")
    expected = weights()
    Path("s/02/seed-0/weights.npz").write_bytes(b"")
    monkeypatch.setattr(places, "Here", jobs.Here)
    result = bpnet("sweep", "--resume", "s")
    assert "02/seed-0: s/02/seed-0: weights.npz brought back from the checkpoint" in result.err
    assert (result.status, weights()) == (0, expected)


def test_the_best_is_scored_on_the_test_images_and_no_other_run(sweep, quick):
    sweep(*RATES, "--seeds", 2)
    scored = {row["trial"] for row in rows() if row["test_accuracy"]}
    assert len(scored) == 1


def test_a_signal_that_comes_while_the_best_is_scored_is_mended_by_resuming(
    bpnet, sweep, quick, monkeypatch
):
    def interrupt(*runs, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(test_scores, "score", interrupt)
        assert sweep(*RATES).status == 130
    assert bpnet("sweep", "--resume", "s").status == 0
    assert len([row for row in rows() if row["test_accuracy"]]) == 1


def test_two_processes_do_not_train_one_sweep(bpnet, sweep, quick):
    sweep(*WILD, "--stop-on-error", "--quiet")
    with directory.locked(Path("s")):
        result = bpnet("sweep", "--resume", "s")
    assert (result.status, result.out) == (1, "")
    assert re.fullmatch("Error: s: process .* is training it; wait .*\n", result.err)


def test_the_data_are_read_once_and_all_that_is_wrong_is_told_before_anything_is_made(
    sweep, quick, tmp_path
):
    result = sweep("--set", "data.validation=600,700,100")
    assert result.status == 1
    lines = result.err.splitlines()
    assert lines[0].startswith("Error: data.validation: 600 of 600 training images held out")
    assert lines[1].startswith("       data.validation: 700 of 600 training images held out")
    assert (len(lines), names(quick), Path("s").exists()) == (2, [], False)


def test_trials_that_ask_for_too_many_images_are_named_before_anything_is_downloaded(
    bpnet, small_file, quick
):
    sizes = ("--set", "data.train=100,60000,60001", "--set", "data.dir=nowhere")
    command = ("sweep", "--config", small_file, *sizes, "--set", "network.hidden=[9],[8]")
    result = bpnet(*command)
    told = "data.train: expected at most 59900, all that are left, or 0 for these, got"
    first, second = (
        f"data.train={count} network.hidden=[9], and 1 more" for count in (60000, 60001)
    )
    assert result.err == f"Error: {first}: {told} 60000\n       {second}: {told} 60001\n"
    assert (result.status, names(quick), Path("runs").exists()) == (1, [], False)
    assert bpnet(*command, "--dry-run") == result


def test_own_files_may_be_others_in_each_trial(sweep, quick, tmp_path):
    made(tmp_path / "a", ["x", "y"])
    made(tmp_path / "b", ["p", "q", "r"])
    files = f"data.dir={tmp_path / 'a'},{tmp_path / 'b'}"
    own = ("--set", "data.dataset=files", "--set", "data.validation=4", *RATES[2:])
    assert sweep(*own, "--set", files).status == 0
    configs = [directory.open_run(Path(f"s/0{number}/seed-0")).config for number in (1, 2)]
    assert [found.data.classes for found in configs] == [("x", "y"), ("p", "q", "r")]


def test_data_that_moved_are_found_where_they_are_now(bpnet, sweep, quick, small_data, monkeypatch):
    shutil.copytree(small_data, "data here")
    sweep(*RATES, "--data-dir", "data here", "--quiet")
    Path("data here").rename("there")
    quick.clear()
    shutil.rmtree("s/02")
    assert bpnet("sweep", "--resume", "s", "--data-dir", "there", "--quiet").status == 0
    assert quick[0] == (1, "--data-dir", "there")
    loaded = []
    shutil.rmtree("s/02")
    monkeypatch.setattr(datasets, "have_all", lambda wanted, *more: loaded.extend(wanted))
    monkeypatch.setenv("BPNET_DATA_DIR", "there")
    bpnet("sweep", "--resume", "s")
    assert {config.dir for config in loaded} == {"there"}


def test_what_differs_in_where_its_data_lie_is_not_moved_to_one_place(
    bpnet, sweep, quick, small_data
):
    for place in "ab":
        shutil.copytree(small_data, place)
    sweep("--set", "data.dir=a,b", "--set", "train.epochs=1", "--quiet")
    result = bpnet("sweep", "--resume", "s", "--data-dir", "c")
    assert result == (2, "", "Error: --data-dir: the trials of s differ in data.dir\n")


def test_a_folder_of_data_that_is_given_is_stronger_than_the_environment(
    sweep, quick, small_data, monkeypatch
):
    monkeypatch.setenv("BPNET_DATA_DIR", "nowhere")
    assert sweep(*RATES, "--data-dir", small_data).status == 0
    assert not Path("nowhere").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--resume", "s", "--run-dir", "t"], "--resume takes no --config, --set, "),
        (["--resume", "nowhere"], "Error: nowhere: does not exist\n"),
        ([*RATES, "--other-arithmetic"], "--other-arithmetic goes with --resume"),
        ([*RATES, "--jobs", 2, "--scheduler", "a"], "--jobs and --scheduler: each says where"),
        ([*RATES, "--set", f"seed={LARGEST_SEED}", "--seeds", 2], f"go above {LARGEST_SEED}"),
    ],
)
def test_what_cannot_be_asked_for_is_told(bpnet, options, told):
    result = bpnet("sweep", *options)
    assert (result.status in (1, 2), result.out) == (True, "")
    assert told in result.err


LONG = ("--set", "train.epochs=60", "--set", "network.hidden=[16],[8]")


@pytest.fixture
def begin(program, small_file, tmp_path):
    """Return a function that starts a sweep, and waits until both its runs are saved further."""

    def begin(*arguments):
        before = [saved(tmp_path, number) for number in (1, 2)]
        process = program("sweep", *arguments, "--jobs", 2)
        until = time.monotonic() + 60
        while any(saved(tmp_path, number) <= before[number - 1] for number in (1, 2)):
            assert time.monotonic() < until
            time.sleep(0.01)
        return process

    return begin


@pytest.fixture
def anew(small_file):
    """The arguments of a sweep of two runs that go on for a second or two."""
    return ("--config", small_file, "--run-dir", "s t", *LONG)


def saved(folder, number):
    """Return how much is in the log of a run."""
    log = folder / f"s t/0{number}/seed-0/log.csv"
    return log.stat().st_size if log.exists() else 0


def finish(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def statuses(folder):
    return [metadata.status(folder / f"s t/0{number}/seed-0") for number in (1, 2)]


def test_killed_and_then_interrupted_a_sweep_ends_the_same(
    begin, anew, sweep, quick, program, tmp_path
):
    assert sweep(*LONG, "--quiet").status == 0
    process = begin(*anew)
    process.kill()  # its jobs die with it, or these runs could not be trained at once
    assert finish(process)[0] == -signal.SIGKILL
    process = begin("--resume", "s t")
    os.killpg(process.pid, signal.SIGINT)  # as the terminal does: it must reach no run twice
    status, out, err = finish(process)
    assert (status, out) == (130, "")
    assert err == "interrupted; go on with: bpnet sweep --resume 's t' --jobs 2\n"
    assert statuses(tmp_path) == ["interrupted"] * 2
    text = (tmp_path / "s t/results.csv").read_text(encoding="utf-8")
    assert text.count(",interrupted,") == 2
    assert finish(program("sweep", "--resume", "s t"))[0] == 0
    assert weights(tmp_path / "s t") == weights()
