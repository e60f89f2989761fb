"""`bpnet runs`: every run from its files, also the damaged."""

import json
from pathlib import Path

import pytest

from bpnet.runs import metadata
from bpnet.system import locks


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
    assert rows["run"][:5] == ["status", "data", "hidden", "seed", "epochs"]
    assert rows["runs/alone"][:5] == ["finished", "drawn", "16", "0", "3"]
    assert rows["runs/two/seed-1"][:5] == ["finished", "drawn", "none", "1", "1"]
    assert rows["runs/new"][:6] == ["not", "begun", "mnist", "9-8", "5", "0"]
    assert rows["runs/new"][6:] == ["-", "-", "-", "0.0"]


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
