"""Folders of seeds: made at once, found in order, and never taken for a smaller set of seeds."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bpnet.errors import RunError, UsageError
from bpnet.runs import directory, metadata, seed_folders
from bpnet.runs.metadata import Status
from bpnet.system import storage
from tests.helpers.trials import sweep


@pytest.fixture
def folder(small_config, tmp_path):
    """Three seeds, from the ninth on."""
    seed_folders.create(replace(small_config, seed=9), 3, tmp_path)
    return tmp_path


def names(folder):
    return [path.name for path in seed_folders.seeds(folder)]


def test_seeds_are_runs_of_their_own_in_the_order_of_their_numbers(small_config, folder):
    assert names(folder) == ["seed-9", "seed-10", "seed-11"]
    for seed, path in enumerate(seed_folders.seeds(folder), start=9):
        assert directory.open_run(path).config == replace(small_config, seed=seed)
    assert (folder / "seeds.json").read_text(encoding="utf-8") == '{"first": 9, "count": 3}\n'


@pytest.mark.parametrize("name", ["seed-x", "seed-12", "seed-012", "seed-１２", "seed-+12", "else"])
def test_what_is_named_otherwise_or_holds_no_run_is_no_seed(small_config, folder, name):
    (folder / name).mkdir()
    if name != "seed-12":
        directory.create(small_config, folder / name)
    assert names(folder) == ["seed-9", "seed-10", "seed-11"]


@pytest.mark.parametrize("seed", [9, 10, 11])
def test_a_missing_seed_is_missed_and_the_command_told_that_makes_it_anew(folder, seed):
    shutil.rmtree(folder / f"seed-{seed}")
    other = folder / f"seed-{9 if seed != 9 else 10}"
    command = (
        f"bpnet train --config {other}/config.yaml --set seed={seed} --run-dir {folder}/seed-{seed}"
    )
    told = f"{folder}/seed-{seed}: is missing; put it back, or train it anew: {command}"
    with pytest.raises(RunError, match=f"^{re.escape(told)}$"):
        seed_folders.seeds(folder)


def test_a_seed_without_its_config_is_missed_too(folder):
    (folder / "seed-10" / "config.yaml").unlink()
    with pytest.raises(
        RunError, match="seed-10: has no config.yaml; put it back, or train it anew"
    ):
        seed_folders.seeds(folder)


def test_where_all_are_missing_there_is_none_to_make_them_from(folder):
    for seed in (9, 10, 11):
        shutil.rmtree(folder / f"seed-{seed}")
    with pytest.raises(
        RunError, match="seed-9: is missing, as are all others; put them back, or remove"
    ):
        seed_folders.seeds(folder)


def test_without_a_record_as_in_0_1_0_a_gap_is_missed(folder):
    (folder / "seeds.json").unlink()
    shutil.rmtree(folder / "seed-11")
    assert names(folder) == ["seed-9", "seed-10"]
    (folder / "seed-10").rename(folder / "seed-4000000000")
    with pytest.raises(RunError, match="seed-10: is missing; put it back"):
        seed_folders.seeds(folder)


@pytest.mark.parametrize(
    "text",
    ["", "[9, 3]", '{"first": 9}', '{"first": 9, "count": 1.5}', '{"first": -1, "count": 1}'],
)
def test_a_record_that_is_not_bpnets_is_told_and_what_to_do(folder, text):
    (folder / "seeds.json").write_text(text, encoding="utf-8")
    told = f"^{folder}/seeds.json: not as bpnet has written it: .*; if no seed is missing, remove i"
    with pytest.raises(RunError, match=told):
        seed_folders.seeds(folder)


def test_a_record_of_countless_seeds_costs_nothing(folder):
    (folder / "seeds.json").write_text('{"first": 0, "count": 9007199254740992}', encoding="utf-8")
    with pytest.raises(RunError, match="seed-0: is missing"):
        seed_folders.seeds(folder)


def test_a_run_holds_no_seeds(small_config, folder):
    directory.create(small_config, directory.new("", folder / "seed-9" / "seed-1"))
    assert seed_folders.seeds(folder / "seed-9") == []
    assert seed_folders.seeds(folder / "nothing") == []


def test_a_folder_whose_seeds_were_not_all_made_is_no_smaller_set_of_them(
    small_config, tmp_path, monkeypatch
):
    def die_at_the_second(path, content):
        if path.parent.name == "seed-1":
            raise KeyboardInterrupt
        write(path, content)

    write = storage.write
    monkeypatch.setattr(storage, "write", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        seed_folders.create(small_config, 2, tmp_path)
    with pytest.raises(RunError, match=f"^{tmp_path}: not all its seeds were made; remove it"):
        seed_folders.seeds(tmp_path)


def test_seeds_are_made_only_in_an_empty_folder(small_config, folder):
    with pytest.raises(UsageError, match="is there already; .* --resume"):
        seed_folders.create(small_config, 2, folder)


def test_the_members_of_a_committee_are_those_that_know_something(folder):
    for seed in (9, 11):
        (folder / f"seed-{seed}" / "weights.npz").touch()
    told = []
    members = seed_folders.open_members(folder, ("data.dir=there",), told.append)
    assert [run.folder.name for run in members] == ["seed-9", "seed-11"]
    assert {run.config.data.dir for run in members} == {"there"}
    assert told == [f"{folder}/seed-10: has not finished an epoch: left out"]


def test_a_run_is_a_committee_of_its_own_whatever_it_knows(folder):
    (run,) = seed_folders.open_members(folder / "seed-9", (), pytest.fail)
    assert run == directory.open_run(folder / "seed-9")
    assert len(seed_folders.open_members(folder, (), pytest.fail)) == 3


def test_the_best_of_runs_is_that_on_validation_images_never_on_test_images(folder):
    runs = seed_folders.open_members(folder, (), pytest.fail)
    assert seed_folders.best(runs) == (runs[0], "the first")
    for run, share, epoch in zip(runs, (0.9, 0.95, 0.8), (1, 2, 1), strict=True):
        metadata.write(
            run.folder,
            status=Status.FINISHED if run != runs[1] else Status.FAILED,
            test_accuracy=1 - share, test_correct=1, test_images=10, test_loss=1.0,
            best_epoch=epoch, validation_accuracy=share,
        )  # fmt: skip
    assert seed_folders.best(runs) == (runs[0], "the best on validation images")
    metadata.write(runs[1].folder, status=Status.FINISHED)
    assert seed_folders.best(runs) == (runs[1], "the best on validation images")


@pytest.fixture
def trial(small_config, tmp_path):
    """The only seed of a trial, and the function that makes what is missing of it."""

    def complete():
        seed_folders.complete(small_config, 1, folder, without_test=True)
        return folder / "seed-0"

    folder = sweep(tmp_path / "sweep") / "01"
    return complete(), complete


def test_a_trial_may_have_one_seed_and_no_test_score_and_has_not_begun(trial):
    run, _ = trial
    assert seed_folders.seeds(run.parent) == [run]
    assert directory.open_run(run).is_without_test
    assert (metadata.status(run), metadata.read(run)) == ("not begun", {"without_test": True})


@pytest.mark.parametrize("missing", [["run.json"], ["run.json", "config.yaml"], ["."]])
def test_what_is_missing_of_a_trial_is_made(trial, missing):
    run, complete = trial
    for name in missing:
        shutil.rmtree(run) if name == "." else (run / name).unlink()
    assert complete() == run
    assert directory.open_run(run).is_without_test


def test_what_is_there_of_it_is_left_as_it_is(trial):
    run, complete = trial
    (run / "run.json").write_text("{}", encoding="utf-8")
    (run / "config.yaml").write_text("seed: 7", encoding="utf-8")
    complete()
    assert (run / "run.json").read_text(encoding="utf-8") == "{}"
    assert (run / "config.yaml").read_text(encoding="utf-8") == "seed: 7"


def test_a_missing_seed_of_a_trial_is_trained_anew_by_its_sweep(trial, monkeypatch):
    run, _ = trial
    shutil.rmtree(run)
    monkeypatch.chdir(run.parent.parent.parent)
    told = "seed-0: is missing; put it back, or train it anew: bpnet sweep --resume sweep"
    with pytest.raises(RunError, match=f"^sweep/01/{told}$"):
        seed_folders.seeds(Path("sweep/01"))
    monkeypatch.chdir("sweep/01")
    with pytest.raises(RunError, match="or train it anew: bpnet sweep --resume ..$"):
        seed_folders.seeds(Path())
