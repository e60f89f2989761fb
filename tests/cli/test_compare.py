"""`bpnet compare`: runs on the same images."""

import json
import re
from pathlib import Path

import pytest

from bpnet.evaluation import holm, mcnemar
from tests.helpers.trials import unscored


@pytest.fixture
def both(trained):
    """A run that knows something, and one that knows nothing."""
    trained("good", "--set", "train.learning_rate=0.5", "--set", "train.epochs=20")
    trained("bad", "--set", "train.learning_rate=1e-6", "--set", "train.epochs=1")
    return "good", "bad"


def test_the_better_one_is_named_in_words(bpnet, both):
    result = bpnet("compare", *both)
    assert (result.status, result.err) == (0, "")
    *rows, a, b, words = result.out.splitlines()
    assert rows[0].split() == ["a", "b"]
    assert ["train.epochs", "20", "1"] in [row.split() for row in rows]
    assert "data.dir" not in result.out
    assert a.startswith("a: good: test accuracy ")
    assert b.startswith("b: bad: test accuracy ")
    assert words.startswith("a is better: ")
    assert bpnet("compare", *reversed(both)).out.splitlines()[-1].startswith("b is better: ")


def test_a_run_is_not_better_than_itself(bpnet, both):
    again = f"../{Path.cwd().name}/good"
    result = bpnet("compare", "good", again)
    assert result.err == f"{again}: is given more than once, and is compared with itself\n"
    words = result.out.splitlines()[-1]
    assert words == "no significant difference: 0 images against 0, p = 1"


def test_json_has_the_numbers(bpnet, both):
    report = json.loads(bpnet("compare", *both, "--json", "--split", "validation").out)
    scores = json.loads(bpnet("eval", *both, "--json", "--split", "validation").out)["runs"]
    assert report["correct"] == [score["correct"] for score in scores]
    assert report["total"] == 100
    assert report["only"][0] - report["only"][1] == report["correct"][0] - report["correct"][1]
    assert report["p"] == mcnemar(*report["only"])
    assert report["differences"]["train.epochs"] == [20, 1]


def test_runs_of_other_images_are_not_compared(bpnet, both, trained):
    trained("other", "--set", "data.validation=50")
    result = bpnet("compare", "good", "other", "--split", "validation")
    assert (result.status, result.out) == (2, "")
    assert "other: has other validation images than good: no comparison" in result.err


@pytest.fixture
def three(trained):
    """A folder of seeds."""
    return trained("three", "--seeds", 3, "--set", "train.learning_rate=0.5")


def test_a_folder_of_seeds_is_compared_as_its_committee(bpnet, both, three):
    report = json.loads(bpnet("compare", three, "bad", "--json").out)
    committee = json.loads(bpnet("eval", three, "--json").out)["committee"]
    assert report["runs"] == [three, "bad"]
    assert report["correct"][0] == committee["correct"]
    assert report["differences"] == {"train.learning_rate": [0.5, 1e-6], "train.epochs": [3, 1]}
    lines = bpnet("compare", "good", three).out.splitlines()
    assert lines[-2].startswith("b: three: committee of 3: test accuracy ")
    assert bpnet("compare", three, three).out.endswith(": 0 images against 0, p = 1\n")


def test_a_seed_that_knows_nothing_yet_is_no_part_of_the_committee(bpnet, both, three):
    for path in Path(three, "seed-2").iterdir():
        if path.name != "config.yaml":
            path.unlink()
    result = bpnet("compare", three, "good")
    assert result.err == "three/seed-2: has not finished an epoch: left out\n"
    assert "a: three: committee of 2: " in result.out


@pytest.fixture
def more(both, trained):
    """Beside those two, one that is nearly as good."""
    return *both, trained("near", "--set", "train.learning_rate=0.5", "--set", "train.epochs=19")


def test_of_more_than_two_each_is_tested_against_the_first(bpnet, more):
    report = json.loads(bpnet("compare", *more, "--json").out)
    pairs = [json.loads(bpnet("compare", "good", other, "--json").out) for other in more[1:]]
    assert report["runs"] == list(more)
    assert report["correct"] == [pairs[0]["correct"][0], *(pair["correct"][1] for pair in pairs)]
    assert [test["run"] for test in report["against_first"]] == list(more[1:])
    for test, pair in zip(report["against_first"], pairs, strict=True):
        assert (test["only"], test["p"]) == (pair["only"], pair["p"])
    corrected = [test["holm"] for test in report["against_first"]]
    assert corrected == holm([pair["p"] for pair in pairs])
    assert corrected[0] == 2 * pairs[0]["p"]
    assert {"only", "p"}.isdisjoint(report)
    assert report["differences"]["train.epochs"] == [20, 1, 19]
    alike = json.loads(bpnet("compare", "good", "good", "near", "--json").out)["differences"]
    assert alike == {"train.epochs": [20, 20, 19]}


def test_of_more_than_two_there_is_a_column_in_the_differences_and_a_row_each(bpnet, more):
    result = bpnet("compare", *more)
    assert (result.status, result.err) == (0, "")
    report = json.loads(bpnet("compare", *more, "--json").out)
    heading, *differences, empty, titles, first, second, third = result.out.splitlines()
    assert (heading.split(), empty) == (["a", "b", "c"], "")
    assert ["train.epochs", "20", "1", "19"] in [row.split() for row in differences]
    assert re.split("  +", titles.strip()) == [
        "test accuracy", "right alone", "a alone", "p", "corrected p", "against a",
    ]  # fmt: skip
    shares = [f"{correct / 2:.2f} %" for correct in report["correct"]]
    assert re.split("  +", first) == ["a: good", shares[0], *"-----"]
    for row, name, share, words, test in zip(
        (second, third), ("b: bad", "c: near"), shares[1:], ("worse", "no significant difference"),
        report["against_first"], strict=True,
    ):  # fmt: skip
        only_good, only_it = map(str, test["only"])
        ps = [f"{test['p']:.2g}", f"{test['holm']:.2g}"]
        assert re.split("  +", row) == [name, share, only_it, only_good, *ps, words]
    assert bpnet("compare", "bad", "good", "near").out.count("  better") == 2


def test_p_is_corrected_for_the_number_of_comparisons(bpnet, more, monkeypatch):
    names = ["good", *["near"] * 5, "bad"]
    *others, bad = json.loads(bpnet("compare", *names, "--json").out)["against_first"]
    assert {test["holm"] for test in others} == {1}
    assert bad["holm"] == pytest.approx(6 * bad["p"])
    assert bpnet("compare", *names).out.endswith("  worse\n")
    monkeypatch.setattr("bpnet.evaluation.SIGNIFICANT", 2 * bad["p"])
    assert bpnet("compare", *names).out.endswith("  no significant difference\n")


def test_seeds_are_a_committee_also_among_several(bpnet, more, three):
    lines = bpnet("compare", *more, three).out.splitlines()
    report = json.loads(bpnet("compare", *more, three, "--json").out)
    committee = json.loads(bpnet("eval", three, "--json").out)["committee"]
    assert lines[-1].startswith("d: three: committee of 3  ")
    assert report["correct"][3] == committee["correct"]
    assert set(report["differences"]) == {"train.learning_rate", "train.epochs"}


@pytest.mark.parametrize("names", [(), ("good",)])
def test_one_run_is_compared_with_nothing(bpnet, names):
    told = f"Error: compare: expected at least two runs, got {len(names)}\n"
    assert bpnet("compare", *names) == (2, "", told)


def test_runs_without_a_test_score_are_compared_on_validation_images(bpnet, both):
    unscored(Path("bad"))
    result = bpnet("compare", *both)
    assert result.out == bpnet("compare", *both, "--split", "validation").out
    assert result.err.startswith("bad: has no test score: these are validation images; ")
    assert "test accuracy" in bpnet("compare", *both, "--split", "test").out
