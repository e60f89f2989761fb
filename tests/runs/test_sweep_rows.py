"""results.csv: a row for each run of a sweep, read from the runs' own files."""

import csv
import io
import shutil
from dataclasses import replace

import pytest

from bpnet.config.combinations import Trial
from bpnet.runs import directory, metadata, results, sweep_rows, sweeps
from bpnet.runs.sweep_rows import Results, Row
from bpnet.system import storage

BEFORE = ["trial", "seed"]
AFTER = [
    "status", "best_epoch", "validation_accuracy", "test_accuracy", "epochs", "seconds", "run"
]  # fmt: skip


@pytest.fixture
def sweep(small_config, finished_run, tmp_path):
    """Three trials of a seed: one has finished, one has been made, one has not."""
    trials = []
    for hidden in ((16,), (8, 8), (300,)):
        network = replace(small_config.network, hidden=hidden)
        trials.append(Trial({"network.hidden": hidden}, replace(small_config, network=network)))
    folder = tmp_path / "s"
    folder.mkdir()
    sweep = sweeps.create(folder, small_config, trials, 0, 1)
    runs = list(sweep.runs())
    for run in runs[:2]:
        sweep.make(run)
    shutil.rmtree(runs[0].folder)
    shutil.copytree(finished_run.folder, runs[0].folder)
    return sweep


def table(sweep):
    text = storage.read(sweep.folder / "results.csv", 2**20).decode()
    heading, *rows = csv.reader(io.StringIO(text))
    return heading, [dict(zip(heading, row, strict=True)) for row in rows]


def write(sweep):
    Results(sweep, sweep_rows.rows(sweep)).write()


def test_the_columns_are_trial_and_seed_what_varies_and_what_came_out(sweep):
    write(sweep)
    heading, rows = table(sweep)
    assert heading == [*BEFORE, "network.hidden", *AFTER]
    assert [row["network.hidden"] for row in rows] == ["[16]", "[8, 8]", "[300]"]
    assert [row["status"] for row in rows] == ["finished", "not begun", "not begun"]
    assert [row["run"] for row in rows] == ["01/seed-0", "02/seed-0", "03/seed-0"]
    assert {rows[2][name] for name in AFTER[1:-1]} == {""}


def test_numbers_are_those_of_the_run_to_the_last_bit(sweep):
    write(sweep)
    row = table(sweep)[1][0]
    run = directory.open_run(sweep.folder / "01/seed-0")
    result, log = run.result, results.read_log(run)
    assert float(row["validation_accuracy"]) == result.validation_accuracy
    assert float(row["test_accuracy"]) == result.test_accuracy
    assert float(row["seconds"]) == sum(record.seconds for record in log)
    assert (int(row["best_epoch"]), int(row["epochs"])) == (result.best_epoch, 3)


def test_a_run_that_runs_without_a_process_was_killed_and_a_damaged_one_is_damaged(sweep):
    one, two, _ = sweep.runs()
    metadata.write(two.folder, status="running")
    assert sweep_rows.row(sweep, two) == Row(two, "killed", epochs=0, seconds=0)
    with directory.locked(two.folder):
        assert sweep_rows.row(sweep, two).status == "running"
    (one.folder / "run.json").write_text("{", encoding="utf-8")
    assert sweep_rows.row(sweep, one) == Row(one, "damaged")


def test_a_run_of_other_settings_is_told_by_its_status(sweep):
    trial = sweep.trials[0]
    train = replace(trial.config.train, epochs=2)
    shorter = replace(sweep, trials=[replace(trial, config=replace(trial.config, train=train))])
    run = next(sweep.runs())
    assert sweep_rows.row(shorter, run) == Row(run, sweep_rows.CHANGED)


def test_a_row_takes_the_place_of_the_one_before(sweep):
    found = Results(sweep, sweep_rows.rows(sweep))
    run = list(sweep.runs())[1]
    found.take(Row(run, "failed", epochs=1, seconds=0.25))
    found.write()
    rows = table(sweep)[1]
    assert [row["status"] for row in rows] == ["finished", "failed", "not begun"]
    assert rows[1]["seconds"] == "0.25"


def test_what_says_the_same_already_is_not_written_again(sweep, monkeypatch):
    write(sweep)
    monkeypatch.setattr(storage, "write", pytest.fail)
    write(sweep)


def test_that_it_cannot_be_written_can_be_told_in_place_of_an_error(sweep):
    found, told = Results(sweep, sweep_rows.rows(sweep)), []
    (sweep.folder / "results.csv").mkdir()
    assert not found.keep(told.append)
    assert told == [f"warning: {sweep.folder}/results.csv: not a regular file"]
    (sweep.folder / "results.csv").rmdir()
    assert found.keep(pytest.fail)
    assert table(sweep)[1]
