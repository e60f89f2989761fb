"""`bpnet compare`: two runs on the same images."""

import json
from pathlib import Path

import pytest

from bpnet.evaluation import mcnemar


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
    words = bpnet("compare", "good", "good").out.splitlines()[-1]
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
