"""The folders of runs: made anew, never over another, found again, held by one process."""

import os
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bpnet import config
from bpnet.config import Config
from bpnet.errors import ConfigError, RunError, StorageError, UsageError
from bpnet.runs import directory, metadata
from bpnet.runs.directory import Run
from tests.helpers.trials import sweep


def test_a_folder_is_named_for_time_and_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = directory.new("mnist-s3")
    assert re.fullmatch(r"runs/\d{4}-\d\d-\d\d_\d{6}_mnist-s3", str(first))
    assert first.is_dir()


def test_where_runs_cannot_be_made_the_error_names_the_option(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").touch()
    with pytest.raises(StorageError, match="^runs: cannot be made: .*; give another .* --run-dir$"):
        directory.new("mnist-s0")


def test_runs_begun_in_the_same_second_get_numbered_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    class Clock:
        @staticmethod
        def now():
            return datetime(2026, 1, 31, 14, 25, 30)

    monkeypatch.setattr(directory, "datetime", Clock)
    assert [directory.new("x").name for _ in range(3)] == [
        "2026-01-31_142530_x", "2026-01-31_142530_x-2", "2026-01-31_142530_x-3",
    ]  # fmt: skip


@pytest.mark.parametrize("letter", "\n\x1b/ \u202e\udcffxé가𝟘\u093f")
def test_a_name_that_bpnet_makes_is_safe_and_fits(letter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for count in (1, 300):
        name = directory.new(letter * count + "-s4294967295").name
        assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d{6}_.+-s4294967295", name)
        assert len(os.fsencode(f"{name}-1000000")) <= 255
        assert (letter in name) == (letter in "xé가𝟘\u093f")


def test_a_folder_with_something_in_it_is_refused_and_an_empty_one_taken(small_config, tmp_path):
    run = directory.create(small_config, directory.new("", tmp_path / "run"))
    with pytest.raises(UsageError, match=f"{run.folder}: is there already; .* --resume"):
        directory.new("", run.folder)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file: is there already; give another --run-dir$"):
        directory.new("", tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert directory.new("", tmp_path / "empty") == tmp_path / "empty"


def test_what_a_process_leaves_that_dies_before_it_has_begun_is_no_run(small_config, tmp_path):
    with directory.locked(directory.new("", tmp_path / "run")):
        pass
    (tmp_path / "run" / ".config.yaml.4194305-0123abcd.tmp").touch()
    with directory.locked(directory.new("", tmp_path / "run")):
        directory.create(small_config, tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [".lock", "config.yaml"]


def test_of_two_that_found_a_folder_empty_the_later_is_refused(small_config, tmp_path):
    both = [directory.new("", tmp_path / "run") for _ in range(2)]
    directory.create(small_config, both[0])
    with pytest.raises(UsageError, match="is there already"):
        directory.create(replace(small_config, seed=1), both[1])
    assert directory.open_run(tmp_path / "run").config.seed == 0


def test_a_folder_is_held_by_one_process_which_the_others_name(tmp_path):
    with (
        directory.locked(tmp_path),
        pytest.raises(RunError, match=r"process \d+ on .* is training it"),
        directory.locked(tmp_path),
    ):
        pytest.fail("both have it")
    with directory.locked(tmp_path):
        pass


def test_the_config_is_there_before_anything_else_and_loads_back(small_config, tmp_path):
    run = directory.create(small_config, directory.new("", tmp_path / "run"))
    assert [path.name for path in run.folder.iterdir()] == ["config.yaml"]
    assert directory.open_run(run.folder) == run == Run(tmp_path / "run", small_config)
    assert config.load(run.folder / "config.yaml", environment={}) == run.config


def test_the_files_of_a_run_have_the_names_of_the_contract(small_config, tmp_path):
    run = Run(tmp_path, small_config)
    paths = [run.checkpoint, run.previous_checkpoint, run.log, run.weights]
    assert [path.name for path in paths] == [
        "checkpoint.npz", "checkpoint.previous.npz", "log.csv", "weights.npz",
    ]  # fmt: skip
    assert {path.parent for path in paths} == {tmp_path}


def test_a_run_says_how_far_it_is_and_what_has_come_out(small_config, tmp_path):
    run = directory.create(small_config, tmp_path)
    assert run.status == "not begun"
    with pytest.raises(RunError, match=f"^{tmp_path}: has not finished: there is no result yet$"):
        assert run.result
    metadata.write(
        tmp_path, status="finished", test_accuracy=0.9, test_correct=9, test_images=10,
        test_loss=0.5, best_epoch=None, validation_accuracy=None,
    )  # fmt: skip
    assert run.status == "finished"
    assert run.result.test_correct == 9


def test_the_environment_says_where_the_data_of_a_run_lie_now(tmp_path, monkeypatch):
    (tmp_path / "config.yaml").write_text("seed: 2", encoding="utf-8")
    monkeypatch.setenv("BPNET_DATA_DIR", "elsewhere")
    config = directory.open_run(tmp_path).config
    assert (config.seed, config.data.dir) == (2, "elsewhere")


@pytest.mark.parametrize("number", [1, 2, 1024])
def test_on_how_many_threads_an_earlier_bpnet_has_trained_is_known(tmp_path, number):
    path = tmp_path / "config.yaml"
    path.write_text(f"train: {{threads: {number}}}", encoding="utf-8")
    run = directory.open_run(tmp_path)
    assert (run.config, run.threads) == (Config(), number)
    path.write_text("train: {threads: 0}", encoding="utf-8")
    with pytest.raises(RunError, match="threads: expected a whole number from 1 to 1024, got 0"):
        directory.open_run(tmp_path)


def test_what_is_no_run_is_told(tmp_path):
    with pytest.raises(RunError, match="not a run directory: it has no config.yaml"):
        directory.open_run(tmp_path)
    (tmp_path / "config.yaml").write_text("sed: 1", encoding="utf-8")
    with pytest.raises(RunError, match="config.yaml:1:1: sed: unknown key; did you mean seed?"):
        directory.open_run(tmp_path)


def test_a_setting_says_where_the_data_of_a_run_lie_now(small_config, tmp_path):
    directory.create(small_config, tmp_path)
    moved = directory.open_run(tmp_path, ["data.dir=elsewhere"]).config
    assert moved == replace(small_config, data=replace(small_config.data, dir="elsewhere"))


def test_a_folder_that_is_not_there_holds_no_run(tmp_path):
    with pytest.raises(RunError, match="no: does not exist$"):
        directory.open_run(tmp_path / "no")


def test_a_run_that_lies_in_runs_is_found_there(small_config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    directory.create(small_config, directory.new("", Path("runs/a")))
    directory.create(small_config, directory.new("", Path("runs/seeds/seed-0")))
    for name in ("a", "seeds", "seeds/seed-0"):
        told = f"^{name}: does not exist; did you mean runs/{name}\\?$"
        with pytest.raises(RunError, match=told):
            directory.open_run(Path(name))


def test_a_folder_of_seeds_is_no_run_and_says_so(small_config, tmp_path):
    for seed in (10, 9):
        directory.create(small_config, directory.new("", tmp_path / f"seed-{seed}"))
    (tmp_path / "seed-011").mkdir()
    told = f"^{tmp_path}: is a folder of seeds; name one of them, such as {tmp_path}/seed-9$"
    with pytest.raises(RunError, match=told):
        directory.open_run(tmp_path)
    with pytest.raises(UsageError, match="or go on with it: bpnet train --resume"):
        directory.new("", tmp_path)


def test_a_run_of_an_activation_that_is_gone_says_what_is_missing(small_config, tmp_path):
    path = directory.create(small_config, tmp_path).folder / "config.yaml"
    path.write_text(path.read_text("utf-8").replace("relu", "tanh"), encoding="utf-8")
    with pytest.raises(RunError, match="got tanh; if it .* its line in bpnet/registry.py is miss"):
        directory.open_run(tmp_path)


def test_a_damaged_run_json_gives_way_and_the_run_began_when_its_config_was_written(
    small_config, tmp_path
):
    run = directory.create(small_config, tmp_path)
    path = run.folder / "config.yaml"
    os.utime(path, (0, 1_700_000_000))
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    told = []
    directory.recover(run, told.append)
    assert len(told) == 1
    assert metadata.read(tmp_path)["started"].startswith("2023-11-14T22:13:20")
    directory.recover(run, pytest.fail)


@pytest.mark.parametrize("time", [-(2**40), 2**40])
def test_a_run_did_not_begin_at_a_time_that_cannot_be(small_config, tmp_path, time):
    run = directory.create(small_config, tmp_path)
    path = run.folder / "config.yaml"
    os.utime(path, (time, time))
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    directory.recover(run, str)
    assert "1970" <= metadata.read(tmp_path)["started"] <= metadata.now()


def test_a_run_of_an_earlier_version_may_have_inputs_and_outputs_among_its_hidden_layers(tmp_path):
    (tmp_path / "config.yaml").write_text("network: {hidden: [784, 30, 10]}", encoding="utf-8")
    assert directory.open_run(tmp_path).config.network.hidden == (784, 30, 10)
    with pytest.raises(ConfigError, match="expected the hidden layers only"):
        config.load(tmp_path / "config.yaml")


def test_a_path_in_which_the_longest_name_has_no_room_is_refused_before_it_is_made(tmp_path):
    above = tmp_path.joinpath(*["a" * 200] * 19)
    folder = above / ("b" * (4096 - len(str(above)) - len("//checkpoint.previous.npz")))
    with pytest.raises(StorageError, match="File name too long"):
        directory.new("", folder)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def of_a_sweep(small_config, tmp_path):
    """Return a function that makes a run of a sweep, and opens it by a link."""

    def make(config=small_config):
        folder = directory.new("", sweep(tmp_path / "sweep") / "01/seed-0")
        (tmp_path / "link").symlink_to(directory.create(config, folder).folder)
        return directory.open_run(tmp_path / "link")

    return make


@pytest.mark.parametrize("lost", ["damaged", "missing"])
def test_a_run_of_a_sweep_that_lost_its_run_json_still_gets_no_test_score(of_a_sweep, lost):
    run = of_a_sweep()
    path = run.folder / "run.json"
    if lost == "damaged":
        path.write_text("{", encoding="utf-8")
    directory.recover(run, str)
    assert run.is_without_test
    written = path.stat().st_ino
    directory.recover(run, pytest.fail)
    assert path.stat().st_ino == written
    metadata.write(run.folder, {"without_test"}, status="interrupted")  # it was scored since
    directory.recover(run, pytest.fail)
    assert not run.is_without_test


def test_elsewhere_or_without_validation_images_it_gets_one(of_a_sweep, small_config, tmp_path):
    elsewhere = directory.create(small_config, directory.new("", tmp_path / "01/seed-0"))
    plain = of_a_sweep(replace(small_config, data=replace(small_config.data, validation=0)))
    for run in (elsewhere, plain):
        directory.recover(run, pytest.fail)
        assert metadata.read(run.folder) == {}
