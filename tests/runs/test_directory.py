"""The folders of runs: made anew, never over another, and held by one process."""

import re
from dataclasses import replace

import pytest

from bpnet.errors import RunError, UsageError
from bpnet.runs import directory, metadata


def test_a_folder_is_named_for_time_and_name_and_numbered_if_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = directory.new("mnist-s3")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d{6}_mnist-s3", first.name)
    names = directory._numbered("x")
    assert [str(next(names)) for _ in range(3)] == ["runs/x", "runs/x-2", "runs/x-3"]


def test_two_runs_begun_in_the_same_second_get_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len({directory.new("mnist") for _ in range(3)}) == 3


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
    with directory.alone(directory.new("", tmp_path / "run")):
        pass
    (tmp_path / "run" / ".config.yaml.4194305-0123abcd.tmp").touch()
    with directory.alone(directory.new("", tmp_path / "run")):
        directory.create(small_config, tmp_path / "run")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [".lock", "config.yaml"]


def test_of_two_that_found_a_folder_empty_the_later_is_refused(small_config, tmp_path):
    both = [directory.new("", tmp_path / "run") for _ in range(2)]
    directory.create(small_config, both[0])
    with pytest.raises(UsageError, match="is there already"):
        directory.create(replace(small_config, seed=1), both[1])
    assert metadata.open_run(tmp_path / "run").config.seed == 0


def test_a_folder_is_held_by_one_process_which_the_others_name(tmp_path):
    with (
        directory.alone(tmp_path),
        pytest.raises(RunError, match=r"process \d+ on .* is training it"),
        directory.alone(tmp_path),
    ):
        pytest.fail("both have it")
    with directory.alone(tmp_path):
        pass
