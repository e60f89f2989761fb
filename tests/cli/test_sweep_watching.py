"""The runs of a sweep while they are trained: what is told of them, and kept in results.csv."""

import csv
import time
from dataclasses import replace

import pytest

from bpnet.cli import sweep_watching
from bpnet.cli.sweep_watching import watching
from bpnet.config.combinations import Trial
from bpnet.errors import StorageError
from bpnet.runs import metadata, sweeps
from bpnet.system import storage
from bpnet.training.state import EpochRecord

RECORD = EpochRecord(1, 16, 0.1, 2.0, 0.25, 1.5, 0.5, None, None, 2.0, 250.0)


@pytest.fixture
def sweep(small_config, tmp_path):
    """Two trials of a seed, both made."""
    trials = []
    for hidden in ((16,), (8, 8)):
        network = replace(small_config.network, hidden=hidden)
        trials.append(Trial({"network.hidden": hidden}, replace(small_config, network=network)))
    folder = tmp_path / "s"
    folder.mkdir()
    sweep = sweeps.create(folder, small_config, trials, 0, 1)
    for run in sweep.runs():
        sweep.make(run)
    return sweep


def statuses(sweep):
    with (sweep.folder / "results.csv").open(encoding="utf-8", newline="") as file:
        return [row["status"] for row in csv.DictReader(file)]


@pytest.fixture
def watch(sweep):
    """The two runs are watched."""
    with watching(sweep, list(sweep.runs()), quiet=False) as watch:
        yield watch


@pytest.fixture
def one(sweep):
    """The folder of the first run."""
    return next(sweep.runs()).folder


def finish(folder):
    untested = dict.fromkeys(["test_accuracy", "test_loss", "test_correct", "test_images"])
    scores = {"best_epoch": 3, "validation_accuracy": 0.875, **untested}
    metadata.write(folder, status="finished", **scores)


def test_a_line_says_which_run_has_ended_its_settings_and_what_it_came_to(watch, one, capsys):
    finish(one)
    watch.ended(one, 0)
    told = "1/2  01/seed-0  network.hidden=[16]  validation 87.50 %  0.0 s\n"
    assert capsys.readouterr().err == told


def test_a_line_of_a_run_is_shown_with_its_name(watch, one, capsys):
    watch.hear(one, "warning: no good")
    assert capsys.readouterr().err == "01/seed-0: warning: no good\n"


def test_a_failure_is_told_at_once_and_kept_with_the_first_line_of_its_error(watch, one, capsys):
    for line in ("warning: this", "Error: that", "       and more"):
        watch.hear(one, line)
    watch.ended(one, 1)
    last = "1/2  01/seed-0  network.hidden=[16]  failed with exit status 1"
    assert capsys.readouterr().err.splitlines()[-1] == last
    assert watch.failed == {one: "failed with exit status 1: Error: that"}


def test_of_a_traceback_the_last_line_is_kept(watch, one):
    for line in ("Traceback (most recent call last):", "  File x", "ValueError: why"):
        watch.hear(one, line)
    watch.ended(one, -11)
    assert watch.failed == {one: "was killed by signal 11: ValueError: why"}


def test_a_run_that_a_signal_has_ended_is_kept_but_not_told_of(watch, one, capsys):
    watch.ended(one, 143)
    assert capsys.readouterr().err == ""
    assert watch.failed == {one: "was ended by signal 15"}


def test_quiet_is_told_of_failures_only(sweep, one, capsys):
    with watching(sweep, list(sweep.runs()), quiet=True) as watch:
        finish(one)
        watch.ended(one, 0)
        assert capsys.readouterr().err == ""
        watch.ended(list(sweep.runs())[1].folder, 1)
        assert "2/2  02/seed-0" in capsys.readouterr().err


def test_a_run_is_running_once_it_is_heard_of(watch, sweep, one):
    assert statuses(sweep) == ["not begun", "not begun"]
    watch.hear(one, RECORD)
    watch.results.write()
    assert statuses(sweep) == ["running", "not begun"]


def test_the_table_is_written_once_a_second_and_only_when_something_has_changed(
    watch, sweep, one, monkeypatch
):
    now = [time.monotonic()]
    monkeypatch.setattr(sweep_watching.time, "monotonic", lambda: now[0])
    watch.hear(one, RECORD)
    watch.keep()
    assert statuses(sweep) == ["not begun", "not begun"]
    now[0] += 1.1
    watch.keep()
    assert statuses(sweep) == ["running", "not begun"]
    finish(one)
    watch.ended(one, 0)
    watch.keep()
    assert statuses(sweep) == ["running", "not begun"]
    now[0] += 1.1
    watch.keep()
    assert statuses(sweep) == ["finished", "not begun"]
    (sweep.folder / "results.csv").unlink()
    now[0] += 1.1
    watch.keep()
    assert not (sweep.folder / "results.csv").exists()


def test_a_table_that_cannot_be_written_just_now_is_told_of_once_and_tried_again(
    watch, sweep, one, monkeypatch, capsys
):
    def refuse(path, content):
        raise StorageError(f"{path}: cannot be written: Permission denied")

    now = [time.monotonic()]
    monkeypatch.setattr(sweep_watching.time, "monotonic", lambda: now[0])
    watch.hear(one, RECORD)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "write", refuse)
        for _ in range(3):
            now[0] += 1.1
            watch.keep()
    told = f"warning: {sweep.folder / 'results.csv'}: cannot be written: Permission denied; it is"
    assert capsys.readouterr().err == f"{told} tried again\n"
    now[0] += 1.1
    watch.keep()
    assert statuses(sweep) == ["running", "not begun"]


def test_a_bar_counts_the_epochs_of_all_runs_also_those_that_will_not_come(
    sweep, one, bars, capsys
):
    with watching(sweep, list(sweep.runs()), quiet=False) as watch:
        (bar,) = bars
        assert (bar.n, bar.total) == (0, 6)
        watch.hear(one, RECORD)
        assert (bar.n, bar.postfix) == (1, "01/seed-0: epoch 1/3")
        watch.ended(one, 1)
        assert bar.n == 4
        capsys.readouterr()
        two = list(sweep.runs())[1].folder
        finish(two)
        watch.ended(two, 0)
        assert "validation" not in capsys.readouterr().err
