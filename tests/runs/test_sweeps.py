"""The folder of a sweep: what it is, and the folders of its trials, whatever was there before."""

from dataclasses import replace

import pytest

from bpnet import config
from bpnet.config.combinations import Trial
from bpnet.errors import RunError
from bpnet.runs import metadata, seed_folders, sweeps
from bpnet.system import storage


def trial(small_config, rate):
    train = replace(small_config.train, learning_rate=rate)
    return Trial({"train.learning_rate": rate}, replace(small_config, train=train))


@pytest.fixture
def sweep(small_config, tmp_path):
    """Two trials of three seeds, from 4 on."""
    trials = [trial(small_config, rate) for rate in (0.1, 0.3)]
    folder = tmp_path / "s"
    folder.mkdir()
    return sweeps.create(folder, trials[0].config, trials, 4, 3)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_down_is_the_sweep(sweep):
    assert sweeps.open_sweep(sweep.folder) == sweep


def test_its_runs_are_in_order_trial_by_trial(sweep):
    found = [(run.trial, run.seed, run.folder.relative_to(sweep.folder)) for run in sweep.runs()]
    assert [(trial, seed) for trial, seed, _ in found] == [
        (1, 4), (1, 5), (1, 6), (2, 4), (2, 5), (2, 6)
    ]  # fmt: skip
    assert str(found[4][2]) == "02/seed-5"


def test_folders_have_as_many_digits_as_they_need(sweep):
    many = replace(sweep, trials=sweep.trials[:1] * 100)
    assert (many.trial_folder(7).name, sweep.trial_folder(2).name) == ("007", "02")


def test_the_folder_of_a_trial_is_made_with_its_first_seed_and_is_one_of_seeds(sweep):
    runs = list(sweep.runs())
    sweep.make(runs[4])
    assert names(sweep.folder) == ["02", "sweep.yaml"]
    assert [seed.name for seed in seed_folders.seeds(sweep.folder / "02")] == [
        "seed-4", "seed-5", "seed-6"
    ]  # fmt: skip
    made = config.load(runs[4].folder / "config.yaml", environment={})
    assert made == sweep.config(runs[4])
    assert (made.seed, made.train.learning_rate) == (5, 0.3)
    assert metadata.read(runs[4].folder) == {"without_test": True}


def test_without_validation_images_a_run_is_scored_on_the_test_images(sweep):
    data = replace(sweep.trials[0].config.data, validation=0)
    trials = [Trial({}, replace(sweep.trials[0].config, data=data))]
    sweep = replace(sweep, trials=trials)
    run = next(sweep.runs())
    sweep.make(run)
    assert names(run.folder) == ["config.yaml"]


@pytest.mark.parametrize("number", range(8))
def test_a_folder_that_was_being_made_is_completed(sweep, monkeypatch, number):
    left = [number]

    def die_at_last(path, content):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        write(path, content)

    write = storage.write
    runs = list(sweep.runs())
    with monkeypatch.context() as patch:
        patch.setattr(storage, "write", die_at_last)
        try:
            sweep.make(runs[0])
        except KeyboardInterrupt:
            assert number < 7
        else:
            assert number >= 7
    for run in runs[:3]:
        sweep.make(run)
    assert len(seed_folders.seeds(sweep.folder / "01")) == 3
    assert [metadata.read(run.folder) for run in runs[:3]] == [{"without_test": True}] * 3
    assert names(sweep.folder / "01") == ["seed-4", "seed-5", "seed-6", "seeds.json"]


def test_what_is_there_of_a_trial_stays_when_another_seed_of_it_is_missing(sweep):
    runs = list(sweep.runs())
    sweep.make(runs[0])
    metadata.write(runs[0].folder, status="finished", note="mine")
    (runs[1].folder / "config.yaml").unlink()
    (runs[2].folder / "run.json").unlink()
    for run in runs[:3]:
        sweep.make(run)
    assert metadata.read(runs[0].folder)["note"] == "mine"
    assert config.load(runs[1].folder / "config.yaml", environment={}) == sweep.config(runs[1])
    assert metadata.read(runs[2].folder) == {"without_test": True}


def test_a_folder_without_its_file_is_no_sweep_and_a_damaged_one_is_told(sweep, tmp_path):
    with pytest.raises(RunError, match=f"^{tmp_path}: not a sweep: it has no sweep.yaml$"):
        sweeps.open_sweep(tmp_path)
    with pytest.raises(RunError, match="/nowhere: does not exist$"):
        sweeps.open_sweep(tmp_path / "nowhere")
    (sweep.folder / "sweep.yaml").write_text("a", encoding="utf-8")
    with pytest.raises(RunError, match="s/sweep.yaml: not as bpnet has written it: "):
        sweeps.open_sweep(sweep.folder)


def test_its_members_are_the_runs_of_all_trials_in_order(sweep):
    for run in sweep.runs():
        sweep.make(run)
    found = sweeps.open_members(sweep.folder, (), print)
    assert [run.folder for run in found] == [run.folder for run in sweep.runs()]
    (one,) = sweeps.open_members(found[0].folder, (), print)
    assert one.folder == found[0].folder


def test_a_sweep_with_a_run_that_has_not_begun_is_no_smaller_committee(sweep):
    first, *_ = sweep.runs()
    sweep.make(first)
    with pytest.raises(
        RunError, match=r"02/seed-4: has not begun; bpnet sweep --resume \S+ trains"
    ):
        sweeps.open_members(sweep.folder, (), print)
    for run in sweep.runs():
        sweep.make(run)
    more = sweeps.create(sweep.folder, sweep.trials[0].config, sweep.trials, sweep.first, 4)
    more.make(list(more.runs())[3])
    with pytest.raises(RunError, match="02/seed-7: has not begun"):
        sweeps.open_members(sweep.folder, (), print)
