"""What is printed of a sweep: its table, its best trial, and what is as good as that."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bpnet import config, network
from bpnet.cli import sweep_results
from bpnet.runs import metadata, sweep_rows, sweeps
from bpnet.runs.sweep_rows import Results
from bpnet.system import memory, storage
from tests.helpers import sweeps as helpers


@pytest.fixture
def show(bpnet, small_sweep, capsys):
    """Return a function that prints a copy of the sweep, or another one."""
    shutil.copytree(small_sweep, "sweep")

    def show(sweep=None, as_json=False):
        sweep = sweep or sweeps.open_sweep(Path("sweep"))
        sweep_results.show(Results(sweep, sweep_rows.rows(sweep)), as_json)
        found = capsys.readouterr()
        assert found.err == ""
        return json.loads(found.out) if as_json else found.out.splitlines()

    return show


def test_the_table_has_what_varies_and_the_best_comes_first(show):
    heading, *rows = [re.split("  +", line.strip()) for line in show()[:4]]
    assert heading == ["#", "train.learning_rate", "validation", "wrong", "runs", "s"]
    assert sorted(row[0] for row in rows[:2]) == ["2", "3"]
    assert rows[2][:2] == ["1", "1e-06"]
    for number, rate, mean, wrong, runs, _ in rows:
        found = [metadata.result(Path("sweep", f"0{number}", f"seed-{seed}")) for seed in (0, 1)]
        first, second = (100 * one.validation_accuracy for one in found)
        assert rate == {"1": "1e-06", "2": "0.5", "3": "0.49"}[number]
        assert mean == f"{(first + second) / 2:.2f} ± {abs(first - second) / 2**0.5:.2f} %"
        assert (wrong, runs) == (f"{100 - (first + second) / 2:.0f}", "2")


def test_the_best_alone_is_scored_on_the_test_images_and_can_be_trained_again(show):
    *_, near, best, test, command, path = show()
    number = best[6]
    assert near == f"not distinguishable from the best: {5 - int(number)}"
    assert best == (
        f"best: {number}; its validation accuracy is optimistic, as it was chosen by that"
    )
    shares = {
        row["run"]: row["test_accuracy"]
        for row in csv.DictReader(Path("sweep/results.csv").read_text("utf-8").splitlines())
    }
    scored = {run: share for run, share in shares.items() if share}
    assert set(scored) == {f"0{number}/seed-0", f"0{number}/seed-1"}
    for run, share in scored.items():
        assert metadata.result(Path("sweep", run)).test_accuracy == float(share)
    first, second = (100 * float(share) for share in scored.values())
    spread = f"{(first + second) / 2:.2f} ± {abs(first - second) / 2**0.5:.2f} %"
    assert test == f"test accuracy of {number}: {spread}"
    again = f"bpnet train --config sweep/0{number}/seed-0/config.yaml --seeds 2"
    assert (command, path) == (f"train it again with: {again}", "sweep")


def test_what_is_printed_twice_is_the_same(show):
    assert show() == show()
    before = Path("sweep/results.csv").stat().st_mtime_ns
    show()
    assert Path("sweep/results.csv").stat().st_mtime_ns == before


def test_only_the_rows_of_the_best_are_read_again(show, monkeypatch):
    read = []
    sweep = sweeps.open_sweep(Path("sweep"))
    found = Results(sweep, sweep_rows.rows(sweep))
    row = sweep_rows.row
    monkeypatch.setattr(sweep_rows, "row", lambda of, run: read.append(run.trial) or row(of, run))
    sweep_results.show(found, as_json=True)
    assert read in ([2, 2], [3, 3])


def test_the_command_has_the_config_of_the_best(show):
    lines = show()
    (file,) = re.findall(r"--config (\S+) --seeds 2$", lines[-2])
    trial = sweeps.open_sweep(Path("sweep")).trials[int(lines[-4][6]) - 1]
    assert config.load(Path(file), environment={}) == replace(trial.config, seed=0)


def test_json_has_the_numbers(show):
    rows = show()
    found = show(as_json=True)
    assert list(found) == [
        "sweep", "ranked_by", "not_ranked", "trials", "best", "not_distinguishable", "command",
    ]  # fmt: skip
    best, near, bad = found["trials"]
    assert [str(trial["trial"]) for trial in found["trials"]] == [row[0] for row in rows[1:4]]
    assert (found["best"], found["not_distinguishable"]) == (best["trial"], [near["trial"]])
    assert (found["sweep"], found["ranked_by"], found["not_ranked"]) == (
        "sweep", "validation_accuracy", None,
    )  # fmt: skip
    assert found["command"] == rows[-2].removeprefix("train it again with: ")
    assert bad["settings"] == {"train.learning_rate": 1e-6}
    assert (bad["runs"], bad["finished"], bad["test_accuracy"]) == (2, 2, [])
    assert bad["mean"] == pytest.approx(sum(bad["validation_accuracy"]) / 2)
    assert bad["wrong"] == pytest.approx(100 * (1 - bad["mean"]))
    assert near["p"] > 0.05 > bad["p"] >= max(bad["p_images"], bad["p_seeds"])
    assert (best["p"], len(best["test_accuracy"])) == (None, 2)
    assert f"{100 * best['mean']:.2f} ± {100 * best['standard_deviation']:.2f} %" in rows[1]


def test_while_runs_are_left_no_test_image_is_looked_at(show):
    metadata.write(Path("sweep/01/seed-1"), status="interrupted")
    lines = show()
    assert lines[3].split()[:2] == ["1", "1e-06"]
    assert "1 of 2" in lines[3]
    assert lines[-4:-1] == [
        "no test accuracy yet, as runs of the sweep are left to train: 1",
        lines[-3],
        "not ranked, as not all runs have finished: 1",
    ]
    assert all(
        row.test_accuracy is None for row in sweep_rows.rows(sweeps.open_sweep(Path("sweep")))
    )
    assert lines[4] == "not distinguishable from the best: all others"


def test_after_a_failure_the_others_have_a_best_one(show):
    metadata.write(Path("sweep/03/seed-1"), status="failed")
    lines = show()
    assert lines[4] == "all others are distinguishable from the best"
    assert lines[5].startswith("best: 2; ")
    assert lines[6].startswith("test accuracy of 2: ")
    assert lines[-2:] == ["not ranked, as not all runs have finished: 3", "sweep"]


def test_without_validation_images_trials_are_in_their_order_and_none_is_the_best(
    show, small_config
):
    unchecked = replace(small_config, data=replace(small_config.data, validation=0))
    settings = [{"train.epochs": 1}, {"train.epochs": 2}]
    sweep = helpers.train(Path("other"), unchecked, settings, count=1)
    heading, *rows, why_not, path = show(sweep)
    assert re.split("  +", heading) == ["#", "train.epochs", "test accuracy", "runs", "s"]
    for number, row in enumerate(rows, start=1):
        share = metadata.result(Path("other", f"0{number}", "seed-0")).test_accuracy
        assert re.split("  +", row)[:3] == [str(number), str(number), f"{100 * share:.2f} %"]
    assert (why_not, path) == ("nothing is ranked: data.validation is 0", "other")
    found = show(sweep, as_json=True)
    assert (found["best"], found["not_distinguishable"], found["command"]) == (None, None, None)
    assert found["not_ranked"] == "data.validation is 0"
    assert [trial["mean"] for trial in found["trials"]] == [
        trial["test_accuracy"][0] for trial in found["trials"]
    ]
    assert not storage.exists(Path("other/results.csv"))


def test_with_one_seed_each_it_is_said_that_networks_are_compared(show, small_config):
    settings = [{"network.hidden": (16,)}, {"network.hidden": (4, 4)}]
    lines = show(helpers.train(Path("other"), small_config, settings, count=1))
    assert "with one seed each, networks are compared, not settings: --seeds 3 would" in lines[4]
    assert [re.split("  +", line)[1] for line in lines[1:3]] == ["[16]", "[4, 4]"]
    assert re.fullmatch(r"test accuracy of 1: \d\d\.\d\d %", lines[6])
    assert lines[7] == "train it again with: bpnet train --config other/01/seed-0/config.yaml"


def test_of_very_many_trials_the_first_are_shown(show, monkeypatch):
    monkeypatch.setattr(sweep_results, "MOST_ROWS", 1)
    lines = show()
    assert lines[2] == "... and 2 more, in sweep/results.csv"
    assert len(lines) == 8
    for trial in ("02", "03"):
        metadata.write(Path("sweep", trial, "seed-0"), status="failed")
    assert show()[-2] == "not ranked, as not all runs have finished: 2 and 1 more"


def test_the_seeds_of_the_best_are_in_memory_one_by_one(show, small_config, monkeypatch):
    room = 1.9 * network.memory(small_config)
    monkeypatch.setattr(memory, "available", lambda: room)
    assert show()[-3].startswith("test accuracy of ")
