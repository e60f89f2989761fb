"""What is printed of scores: the classes by their names, however many there are."""

import re
from pathlib import Path

import numpy as np
import pytest

from bpnet.cli.console import width
from bpnet.cli.scores import Scored, in_json, lines
from bpnet.evaluation import Scores
from bpnet.registry import DATASETS
from bpnet.runs.loading import Fingerprint


def scored(classes, *mistakes, images=40, run="r"):
    """Return the scores of a run that has all right, so many of each class, but for mistakes.

    A mistake is a class, what it was taken for, and how often.
    """
    confusion = np.diag([images] * len(classes))
    for truth, answer, count in mistakes:
        confusion[truth, answer] += count
        confusion[truth, truth] -= count
    fingerprint = Fingerprint(tuple(classes), {}, images * len(classes))
    return Scored(Path(run), None, fingerprint, Scores(0.5, confusion))


def told(*results, committee=None):
    return list(lines(results, committee, "test"))


def test_digits_stand_at_the_head_of_their_rows_and_columns():
    run, accuracy, empty, told_of, *table = told(scored(DATASETS["mnist"], (3, 5, 2)))
    assert (run, empty) == ("r", "")
    assert accuracy.startswith("test accuracy 99.50 % (398/400), 95 % interval 98.")
    assert accuracy.endswith(" %, loss 0.5000")
    assert told_of == "Rows: the digit; columns: what it was taken for."
    assert table[0].split() == [*"0123456789", "accuracy"]
    assert table[4].split() == ["3", ".", ".", ".", "38", ".", "2", *"....", "95.00", "%"]


@pytest.mark.parametrize(
    "names", [DATASETS["kmnist"], ("고양이", "개"), tuple("ABCDEFGHIJKLMNOPQRST")]
)
def test_short_names_stand_at_the_head_of_their_rows_and_columns(names):
    told_of, *table = told(scored(names, (0, 1, 2)))[3:]
    assert told_of == "Rows: the class; columns: what it was taken for."
    assert table[0].split() == [*names, "accuracy"]
    assert [row.split()[0] for row in table[1:]] == list(names)
    assert table[1].split()[1:3] == ["38", "2"]
    assert len({width(row) for row in table}) == 1


def test_long_names_have_numbers_at_the_head_of_the_columns():
    names = DATASETS["fashion-mnist"]
    told_of, *table = told(scored(names, (6, 0, 7)))[3:]
    assert told_of == "Rows: the class; columns: what it was taken for, by its number."
    assert table[0].split() == [*"0123456789", "accuracy"]
    assert table[7].split() == ["6", "Shirt", "7", *".....", "33", *"...", "82.50", "%"]
    assert table[10].startswith(" 9 Ankle boot  ")
    assert max(map(width, table)) <= 80


def test_of_many_classes_the_commonest_confusions_and_the_worst_classes_come_first():
    names = [f"class {number}" for number in range(21)]
    mistakes = [(1, 0, 3), (20, 2, 9), (5, 6, 1), (6, 5, 3)]
    rows = [re.split("  +", row) for row in told(scored(names, *mistakes))[3:]]
    assert rows[0] == ["The commonest confusions:"]
    assert rows[1] == ["class", "taken for", "images"]
    assert rows[2:6] == [
        ["class 20", "class 2", "9"],
        ["class 1", "class 0", "3"],
        ["class 6", "class 5", "3"],
        ["class 5", "class 6", "1"],
    ]
    assert rows[6:9] == [
        [""],
        ["Each class, the worst first:"],
        ["class", "images", "right", "accuracy"],
    ]
    assert rows[9] == ["class 20", "40", "31", "77.50 %"]
    assert [row[0] for row in rows[10:13]] == ["class 1", "class 6", "class 5"]
    assert sorted(row[0] for row in rows[9:]) == sorted(names)


def test_no_more_than_twenty_confusions_are_told():
    mistakes = [(truth, answer, 1) for truth in range(5) for answer in range(10, 15)]
    found = told(scored(list(map(str, range(30))), *mistakes))
    assert found.index("") == 2
    assert found[3:].index("") == 2 + 20


def test_without_a_mistake_and_without_an_image_there_is_a_table_all_the_same():
    names = [str(number) for number in range(21)]
    result = scored(names)
    result.scores.confusion[7, 7] = 0
    heading, columns, *rows = told(result)[3:]
    assert (heading, columns.split()[0]) == ("Each class, the worst first:", "class")
    assert [row.split()[0] for row in rows] == [*names[:7], *names[8:], "7"]
    assert rows[-1].split() == ["7", "0", "0", "-"]
    few = scored("ab")
    few.scores.confusion[1, 1] = 0
    assert told(few)[-1].split() == ["b", ".", ".", "-"]


def test_the_classes_are_in_json_with_each_scores():
    first, second = scored("ab"), scored("ab", (0, 1, 10), run="s")
    report = in_json([first, second], first.scores, "train")
    assert [run["classes"] for run in report["runs"]] == [["a", "b"], ["a", "b"]]
    assert report["committee"]["classes"] == ["a", "b"]
    assert [run["run"] for run in report["runs"]] == ["r", "s"]
    assert list(report["committee"])[:2] == ["split", "classes"]
