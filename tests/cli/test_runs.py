"""`bpnet runs`: every run from its files, also the damaged."""

import json
import re
from pathlib import Path

import pytest

from bpnet.runs import metadata
from bpnet.system import locks
from tests.helpers.trials import sweep, unscored


@pytest.fixture
def three(trained):
    """A finished run, a folder of two finished seeds, and one that has not begun."""
    trained("runs/alone")
    trained("runs/two", "--seeds", 2, "--set", "train.epochs=1", "--set", "network.hidden=[]")
    Path("runs/new").mkdir()
    Path("runs/new/config.yaml").write_text("seed: 5\nnetwork: {hidden: [9, 8]}", encoding="utf-8")


def names(result):
    return [line.split()[0] for line in result.out.splitlines()[1:]]


def test_every_run_is_a_row(bpnet, three):
    result = bpnet("runs")
    assert (result.status, result.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in result.out.splitlines()}
    heading = "status data hidden seed epochs data.validation batch_size best validation test s"
    assert " ".join(rows["run"]) == heading
    assert rows["runs/alone"][:5] == ["finished", "drawn", "16", "0", "3"]
    assert rows["runs/two/seed-1"][:5] == ["finished", "drawn", "none", "1", "1"]
    assert rows["runs/alone"][5:7] == ["100", "32"]
    assert rows["runs/new"][:6] == ["not", "begun", "mnist", "9-8", "5", "0"]
    assert rows["runs/new"][6:] == ["10000", "100", "-", "-", "-", "0.0"]


def test_a_run_whose_process_has_died_is_told_from_one_that_runs(bpnet, three):
    metadata.write(Path("runs/alone"), status="running")
    with locks.hold(Path("runs/alone/.lock")):
        assert names(bpnet("runs"))
        assert " running " in bpnet("runs").out
    assert " killed " in bpnet("runs").out


@pytest.mark.parametrize(
    ("by", "field", "sign"),
    [("test", "test_accuracy", -1), ("validation", "validation_accuracy", -1), ("seed", "seed", 1),
     ("seconds", "seconds", 1), ("start", "started", 1), ("name", "run", 1)],
)  # fmt: skip
def test_the_rows_are_in_the_order_asked_for_and_the_unknown_last(bpnet, three, by, field, sign):
    values = [row[field] for row in json.loads(bpnet("runs", "--sort", by, "--json").out)]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known == sorted(known, reverse=sign < 0)
    assert len(values) == 4


def test_a_damaged_run_is_a_row_and_told_of(bpnet, three):
    Path("runs/alone/run.json").write_text("{", encoding="utf-8")
    Path("runs/two/seed-0/log.csv").write_text("epoch\n1\n", encoding="utf-8")
    result = bpnet("runs", "--sort", "name")
    assert result.status == 0
    assert [line.split()[1] for line in result.out.splitlines()[1:]].count("damaged") == 2
    first, second = result.err.splitlines()
    assert first.startswith("runs/alone/run.json: not JSON")
    assert second.startswith("runs/two/seed-0/log.csv: not as bpnet has written it")


def test_what_a_run_says_of_itself_breaks_no_line_of_the_table(bpnet):
    folder = Path("runs/a\n\x1b[31m\udcff")
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("seed: 5", encoding="utf-8")
    metadata.write(folder, status="b\x9b\u202ec")
    result = bpnet("runs")
    assert result.out.splitlines()[1].startswith(r"runs/a\n\x1b[31m\udcff  b\x9b\u202ec  mnist ")
    assert json.loads(bpnet("runs", "--json").out)[0]["run"] == str(folder)


def test_other_places_can_be_listed_and_empty_ones_are_told(bpnet, three):
    assert names(bpnet("runs", "runs/two")) == ["runs/two/seed-0", "runs/two/seed-1"]
    result = bpnet("runs", "nowhere")
    assert (result.status, result.out, result.err) == (0, "", "nowhere: no runs\n")
    assert json.loads(bpnet("runs", "nowhere", "--json").out) == []


@pytest.fixture
def write():
    """Return a function that writes the config of a run that has not begun."""

    def write(name, text):
        Path(name).mkdir(parents=True)
        Path(name, "config.yaml").write_text(text, encoding="utf-8")

    return write


def rows(result):
    """Return the rows of a table, the heading first; a cell has no two blanks in it."""
    return [re.split("  +", line) for line in result.out.splitlines()]


def test_a_key_in_which_the_runs_differ_has_a_column_before_the_results(bpnet, write):
    write("runs/a", "train: {learning_rate: 0.2, momentum: 0.9, epochs: 5}")
    write("runs/b", "train: {learning_rate: 1e-6}")
    heading, *found = rows(bpnet("runs"))
    assert heading[5:9] == ["epochs", "learning_rate", "momentum", "best"]
    assert [row[5:9] for row in found] == [["0", "0.2", "0.9", "-"], ["0", "1e-06", "0.0", "-"]]
    assert rows(bpnet("runs", "runs/a"))[0][5:7] == ["epochs", "best"]


def test_two_columns_are_never_called_the_same(bpnet, write):
    write("runs/a", "data: {validation: 5}")
    write("runs/b", "data: {validation: 6}")
    heading, *_ = rows(bpnet("runs"))
    assert (heading.count("data.validation"), heading.count("validation")) == (1, 1)


def test_a_damaged_run_differs_in_nothing(bpnet, write):
    write("runs/a", "seed: 5")
    write("runs/b", "seed: 5")
    Path("runs/b/run.json").write_text("{", encoding="utf-8")
    heading, *_ = rows(bpnet("runs"))
    assert heading[5:7] == ["epochs", "best"]
    write("runs/c", "train: {dtype: float64}")
    found = {row[0]: row[6] for row in rows(bpnet("runs"))}
    assert found == {"run": "dtype", "runs/a": "float32", "runs/b": "-", "runs/c": "float64"}
    settings = {run["run"]: run["settings"] for run in json.loads(bpnet("runs", "--json").out)}
    assert settings["runs/b"] is None
    assert settings["runs/c"]["train.dtype"] == "float64"
    assert settings["runs/c"]["train.learning_rate"] == 0.1


def test_own_files_differ_by_their_folder_and_the_number_of_their_classes(bpnet, write):
    write("runs/a", "data: {dataset: files, dir: x, classes: [é, 나]}")
    write("runs/b", "data: {dataset: files, dir: y, classes: [a, b, c]}")
    write("runs/c", "data: {dataset: drawn, dir: z}")
    heading, *found = rows(bpnet("runs"))
    places = [heading.index("dir"), heading.index("classes")]
    cells = [[row[place] for place in places] for row in found]
    assert cells == [["x", "2"], ["y", "3"], ["-", "-"]]


def test_a_run_without_a_test_score_has_a_dash_and_is_found_in_a_sweep(bpnet, trained):
    run = trained("runs/sweep/01/seed-0")
    sweep(Path("runs/sweep"))
    unscored(Path(run))
    for place in ((), ("runs/sweep",), ("runs/sweep/01",)):
        (row,) = bpnet("runs", *place).out.splitlines()[1:]
        assert row.startswith(f"{run}  finished ")
        assert row.split()[-3:-1] == ["%", "-"]
    (listed,) = json.loads(bpnet("runs", "--json").out)
    assert listed["test_accuracy"] is None
    assert listed["validation_accuracy"] is not None
