"""What a folder is: a run, a folder of seeds, a sweep, and what of it may be meant."""

from pathlib import Path

import pytest

from bpnet.errors import RunError, UsageError
from bpnet.runs import directory, kinds, seed_folders
from tests.helpers import trials


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """A sweep in runs/, none of whose runs has begun."""
    monkeypatch.chdir(tmp_path)
    return trials.sweep(Path("runs/a sweep"))


@pytest.fixture
def trial(sweep, small_config):
    """The second trial of it, beside folders of other names."""
    for name in ("1", "x", "０１", "01"):  # too short, no number, no digits of ASCII, empty
        (sweep / name).mkdir()
    seed_folders.complete(small_config, 2, sweep / "02", without_test=True)
    return sweep / "02"


def test_a_sweep_is_known_by_its_file(sweep, trial):
    assert [kinds.is_sweep(folder) for folder in (sweep, trial)] == [True, False]
    for folder in (sweep, trial, trial / "seed-0"):
        assert kinds.is_one(folder)
    assert not kinds.is_one(sweep / "x")


def test_trials_are_in_the_order_of_their_numbers(sweep, small_config):
    for name in ("100", "02", "99"):
        seed_folders.complete(small_config, 1, sweep / name, without_test=True)
    assert [trial.name for trial in kinds.trials_in(sweep)] == ["02", "99", "100"]
    assert list(kinds.trials_in(sweep / "nowhere")) == []


def test_a_trial_knows_its_sweep_also_from_inside(sweep, trial, monkeypatch):
    assert kinds.sweep_of(trial) == sweep
    assert kinds.sweep_of(sweep) is None
    monkeypatch.chdir(trial)
    assert kinds.sweep_of(Path()) == Path("..")


def test_a_sweep_is_no_run_and_names_a_trial_and_what_goes_on_with_it(sweep, trial):
    told = "runs/a sweep: is a sweep; name one of its trials, such as runs/a sweep/02; to go on"
    with pytest.raises(RunError, match=f"^{told} with it: bpnet sweep --resume 'runs/a sweep'$"):
        directory.open_run(sweep)


def test_a_sweep_that_has_not_begun_has_no_trial_to_name(sweep):
    told = "is a sweep; none of its runs is there; to go on with it: bpnet sweep --resume 'runs/a s"
    with pytest.raises(RunError, match=told):
        directory.open_run(sweep)
    with pytest.raises(RunError, match="^a sweep: does not exist; did you mean runs/a sweep\\?$"):
        directory.open_run(Path("a sweep"))


def test_what_goes_on_with_a_folder_that_is_taken_is_told(sweep, trial):
    with pytest.raises(UsageError, match="or go on with it: bpnet sweep --resume 'runs/a sweep'$"):
        directory.new("", sweep)
    with pytest.raises(UsageError, match="or go on with it: bpnet train --resume 'runs/a sweep/02"):
        directory.new("", trial)
