"""Runs that are found by looking: what is damaged, or cannot be looked into, is passed over."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bpnet.errors import RunError
from bpnet.runs import directory, finding, metadata
from tests.helpers import forks
from tests.helpers.trials import sweep


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def made(small_config):
    """Return a function that makes a run in runs/, of this status and start."""

    def make(name, started="2026-01-01", status="finished"):
        folder = directory.create(small_config, directory.new("", Path("runs") / name)).folder
        metadata.write(folder, status=status, started=started)
        return folder

    return make


def test_every_run_of_a_place_is_found_and_of_the_level_below(small_config):
    names = ("a", "b/seed-0", "b/seed-1", "c/d/too-deep")
    for name in names:
        directory.create(small_config, directory.new("", Path("runs") / name))
    Path("runs/file").touch()
    Path("runs/empty").mkdir()
    Path("runs/link").symlink_to("nothing")
    assert finding.every(Path("runs"), pytest.fail) == [Path("runs") / name for name in names[:3]]
    for nothing in ("runs/file", "nowhere"):
        assert finding.every(Path(nothing), pytest.fail) == []


def test_the_runs_of_a_sweep_are_found_from_outside_and_from_inside(small_config):
    seeds = [Path(f"runs/sweep/{trial}/seed-{seed}") for trial in ("01", "02") for seed in (0, 1)]
    for folder in seeds:
        directory.create(small_config, directory.new("", folder))
    assert finding.every(Path("runs"), pytest.fail) == []
    sweep(Path("runs/sweep"))
    Path("runs/sweep/03").symlink_to(".")  # a sweep in itself
    assert finding.every(Path("runs"), pytest.fail) == seeds
    Path("runs/sweep/03").unlink()
    assert finding.every(Path("runs/sweep"), pytest.fail) == seeds
    assert finding.every(Path("runs/sweep/02"), pytest.fail) == seeds[2:]
    assert finding.every(Path(), pytest.fail) == []


@pytest.mark.skipif(os.name == "nt", reason="no such permissions")
@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_folder_that_cannot_be_looked_into_is_told_in_a_line(small_config, mode):
    with TemporaryDirectory() as place:
        folder = directory.create(small_config, directory.new("", Path(place) / "run")).folder
        Path(place).chmod(0o755)
        folder.chmod(mode)
        ended = forks.run(Path(place), "runs", ".", hinder=as_somebody)
        folder.chmod(0o755)
    assert ended.status == 0
    first, second = ended.err.splitlines()
    assert first.startswith("run")
    assert first.endswith("Permission denied; passed over")
    assert second == ".: no runs"


def as_somebody():
    """Give up root's rights, which no permission holds back."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setuid(65534)


def test_the_newest_run_is_the_finished_one_that_was_started_last(made):
    with pytest.raises(RunError, match="holds no finished run"):
        finding.newest(pytest.fail)
    made("y", "2026-01-01")
    made("batch/seed-1", "2026-01-03")
    made("a", "2026-01-02")
    made("c", "2026-01-04", "interrupted")
    made("x/y/z", "2026-01-05")
    assert finding.newest(pytest.fail) == Path("runs/batch/seed-1")


def test_a_run_without_a_test_score_is_a_trial_and_never_the_newest(made):
    metadata.write(made("trial", "2026-01-05"), without_test=True)
    told = "^runs: holds no finished run but trials of a sweep, without a test score; name a run"
    with pytest.raises(RunError, match=told):
        finding.newest(pytest.fail)
    made("old", "2026-01-01")
    assert finding.newest(pytest.fail) == Path("runs/old")


def test_a_start_that_is_yet_to_come_is_of_a_wrong_clock(made):
    made("wrong", "2999-01-01")
    assert finding.newest(pytest.fail) == Path("runs/wrong")
    made("right", "2026-01-01")
    assert finding.newest(pytest.fail) == Path("runs/right")


@pytest.mark.parametrize("name", ["run.json", "config.yaml"])
def test_what_is_damaged_is_passed_over_and_told(made, name):
    made("good")
    bad = made("bad", "2026-01-02")
    (bad / name).write_text("{", encoding="utf-8")
    told = []
    assert finding.newest(told.append) == Path("runs/good")
    (line,) = told
    assert line.startswith(f"runs/bad/{name}:")
    assert line.endswith("; passed over")


def test_where_the_data_are_said_to_lie_now_spoils_no_run(made, monkeypatch):
    made("good")
    monkeypatch.setenv("BPNET_DATA_DIR", "\n" * 5000)
    assert finding.newest(pytest.fail) == Path("runs/good")
