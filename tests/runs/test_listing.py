"""What runs there are, from their files, whatever state they are in."""

from dataclasses import replace

import pytest

from bpnet.runs import directory, metadata
from bpnet.runs.identity import settings_of
from bpnet.runs.listing import SORTED_BY, Listed, list_runs
from bpnet.system import locks


def listed(*places, sort="name", tell=pytest.fail):
    return list_runs(places, sort, tell)


@pytest.fixture
def place(tmp_path):
    return tmp_path


def test_a_finished_run_is_listed_with_what_came_out(start, place):
    begun = start()
    (found,) = listed(place)
    result, records = begun.run.result, begun.training.state.records
    assert found == Listed(
        run=str(begun.run.folder),
        status="finished",
        dataset="drawn",
        hidden=[16],
        seed=0,
        epochs=3,
        best_epoch=result.best_epoch,
        validation_accuracy=result.validation_accuracy,
        test_accuracy=result.test_accuracy,
        seconds=sum(record.seconds for record in records),
        started=metadata.read(begun.run.folder)["started"],
        settings=settings_of(begun.run.config),
    )
    assert "data.dir" not in found.settings


def test_a_run_that_has_not_finished_has_no_result(start, place):
    start(until=20)
    (found,) = listed(place)
    assert (found.status, found.epochs) == ("interrupted", 1)
    assert (found.best_epoch, found.validation_accuracy, found.test_accuracy) == (None, None, None)


def test_a_run_that_has_not_begun_has_its_config_and_nothing_more(small_config, place):
    directory.create(replace(small_config, seed=7), directory.new("", place / "new"))
    (found,) = listed(place)
    settings = settings_of(replace(small_config, seed=7))
    assert found == Listed(
        str(place / "new"), "not begun", "drawn", [16], 7, epochs=0, seconds=0, settings=settings
    )


def test_of_own_files_it_is_listed_where_they_lie(small_config, place):
    data = replace(small_config.data, dataset="files", dir="letters", classes=("a", "b"))
    directory.create(replace(small_config, data=data), directory.new("", place / "new"))
    (found,) = listed(place)
    assert found.settings["data.dir"] == "letters"
    assert found.settings["data.classes"] == ["a", "b"]


def test_a_run_whose_process_has_died_is_told_from_one_that_runs(start, place):
    folder = start(until=0).run.folder
    metadata.write(folder, status="running")
    with locks.hold(folder / locks.NAME):
        assert [one.status for one in listed(place)] == ["running"]
    assert [one.status for one in listed(place)] == ["killed"]


def test_a_damaged_run_is_listed_as_such_and_its_damage_told(start, place):
    start("good")
    bad = start("bad").run.folder
    (bad / "run.json").write_text("{", encoding="utf-8")
    told = []
    damaged, good = listed(place, tell=told.append)
    assert good.status == "finished"
    assert damaged == Listed(str(bad), "damaged")
    (line,) = told
    assert line.startswith(f"{bad}/run.json: not JSON: ")


def test_every_place_is_looked_at_in_its_turn_and_one_level_below(small_config, place):
    for name in ("b/x", "a/one/seed-0", "a/one/seed-1", "a/two", "a/deep/er/x"):
        directory.create(small_config, directory.new("", place / name))
    unsorted = [one.run for one in listed(place / "b", place / "a", sort="start")]
    names = ("b/x", "a/one/seed-0", "a/one/seed-1", "a/two")
    assert unsorted == [str(place / name) for name in names]
    assert listed(place / "nowhere") == []


FIGURES = {  # of three runs, in the order in which each is better, or earlier
    "start": ("started", ["2026-01-01", "2026-01-02", "2026-01-03"]),
    "validation": ("validation_accuracy", [0.9, 0.8, 0.7]),
    "test": ("test_accuracy", [0.9, 0.8, 0.7]),
}


@pytest.mark.parametrize("sort", FIGURES)
def test_the_best_or_the_earliest_come_first_and_the_unknown_last(small_config, place, sort):
    name, values = FIGURES[sort]
    result = {
        "test_accuracy": 0.5, "test_correct": 1, "test_images": 2, "test_loss": 0.5,
        "best_epoch": 1, "validation_accuracy": 0.5,
    }  # fmt: skip
    directory.create(small_config, directory.new("", place / "a"))  # not begun
    for letter, value in zip("cdb", values, strict=True):
        directory.create(small_config, directory.new("", place / letter))
        metadata.write(place / letter, status="finished", **result | {name: value})
    assert [one.run[-1] for one in listed(place, sort=sort)] == ["c", "d", "b", "a"]


def test_runs_are_sorted_by_seed_and_name_and_seconds(start, small_config, place):
    for letter, seed in (("a", 2), ("b", 10), ("c", 1)):
        config = replace(small_config, seed=seed)
        directory.create(config, directory.new("", place / letter))
    start("d", until=20)
    assert [one.seed for one in listed(place, sort="seed")] == [0, 1, 2, 10]
    assert [one.run[-1] for one in listed(place, sort="name")] == [*"abcd"]
    assert [one.run[-1] for one in listed(place, sort="seconds")] == [*"abcd"]
    assert set(SORTED_BY) == {"start", "name", "seed", "seconds", "validation", "test"}


def test_a_run_whose_config_was_edited_is_listed_as_it_is_and_told(finished_run):
    path, told = finished_run.folder / "config.yaml", []
    path.write_text(path.read_text("utf-8").replace("seed: 0", "seed: 1"), encoding="utf-8")
    (found,) = listed(finished_run.folder, tell=told.append)
    assert (found.status, found.epochs) == ("finished", 3)
    assert told[0].startswith(f"{path}: seed is 1, but was 0 when the run began; ")
