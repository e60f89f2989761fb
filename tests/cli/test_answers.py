"""The answers for a picture in words."""

import numpy as np
import pytest

from bpnet.cli import answers
from bpnet.cli.answers import Answer, as_json, in_a_line, in_full
from bpnet.config import DataConfig

FORM = ["@" * 28] * 14


def answer(digit, share, unsure=False, like_a_digit=True, touching=False):
    shares = [0.0] * 10
    shares[digit], shares[(digit + 1) % 10] = share, 1 - share
    return Answer(
        np.full((28, 28), 255, np.uint8), shares, unsure, like_a_digit, touching, DataConfig()
    )


SEVEN = answer(7, 0.9812)
UNSURE = answer(3, 0.51, unsure=True)
STRANGE = answer(4, 0.92, unsure=True, like_a_digit=False)
TOUCHING = answer(2, 0.57, touching=True)


@pytest.mark.parametrize(
    ("one", "end"),
    [
        (SEVEN, "7: 98.12 %   8: 1.88 %   0: 0.00 %"),
        (UNSURE, "3: 51.00 %   4: 49.00 %   0: 0.00 %   unsure"),
        (STRANGE, "4: 92.00 %   5: 8.00 %   0: 0.00 %   not like a digit"),
        (TOUCHING, "2: 57.00 %   3: 43.00 %   0: 0.00 %   digits that touch: cannot be told apart"),
    ],
)
def test_one_digit_is_shown_with_the_likeliest_and_what_speaks_against_them(one, end):
    assert list(in_full("a.png", [[one]], show=False)) == ["a.png", *FORM, end]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([[SEVEN]], "a.png: 7   98.12 %"),
        ([[UNSURE]], "a.png: 3?  51.00 %  unsure"),
        ([[STRANGE]], "a.png: ?         -  not like a digit"),
        ([[TOUCHING]], "a.png: ?         -  digits that touch: cannot be told apart"),
        ([[SEVEN, UNSURE], [SEVEN]], "a.png: 7 3? / 7  at least 51.00 %  1 unsure"),
        (
            [[SEVEN, STRANGE, STRANGE, TOUCHING]],
            "a.png: 7 ? ? ?  the others at least 98.12 %  2 not like a digit"
            "  1 of touching digits: cannot be told apart",
        ),
    ],
)
def test_a_line_has_every_digit_and_the_smallest_of_their_probabilities(lines, text):
    assert in_a_line("a.png", lines, 5) == text


def test_the_answers_of_many_lines_stand_below_each_other():
    room = answers.room_for(["a.png", "숫자.png", "b" * 41])
    assert room == 8
    told = [in_a_line(name, [[SEVEN]], room).partition("7 ")[0] for name in ("a.png", "숫자.png")]
    assert told == ["a.png:    ", "숫자.png: "]


def test_the_digits_of_a_picture_stand_side_by_side_as_far_as_there_is_room(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    first, *lines = in_full("2026.png", [[SEVEN, UNSURE, TOUCHING]], show=False)
    assert first == "2026.png: 7 3? ?"
    assert lines[:14] == [f"{FORM[0]} {FORM[0]}"] * 14
    assert lines[14:16] == [
        f"{'7: 98.12 %   8: 1.88 %':28} 3: 51.00 %   4: 49.00 %",
        f"{'':28} unsure",
    ]
    assert lines[16:] == [*FORM, "digits that touch", "cannot be told apart"]


def test_a_sheet_of_digits_is_a_table_unless_all_are_to_be_shown(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    sheet = [[SEVEN, SEVEN, UNSURE, SEVEN], [SEVEN, STRANGE, SEVEN, SEVEN]]
    cell = "7   98.12 %"
    assert list(in_full("a.png", sheet, show=False)) == [
        "a.png: 8 digits",
        f"{cell}   {cell}   3?  51.00 %   {cell}",
        f"{cell}   ?         -   {cell}   {cell}",
        "1 unsure, 1 not like a digit",
    ]
    assert len(list(in_full("a.png", sheet, show=True))) == 1 + 4 * 16


def test_a_long_row_of_digits_goes_on_in_the_next_line(monkeypatch):
    monkeypatch.setenv("COLUMNS", "25")
    cell = "7   98.12 %"
    first, *rows = in_full("a.png", [[SEVEN] * 7], show=False)
    assert (first, rows) == ("a.png: 7 digits", [f"{cell}   {cell}"] * 3 + [cell])


def of(names, number, share, unsure=False, like_a_digit=True):
    """Return an answer of other classes."""
    shares = [(1 - share) / (len(names) - 1)] * len(names)
    shares[number] = share
    data = DataConfig("files", classes=names)
    return Answer(np.full((28, 28), 255, np.uint8), shares, unsure, like_a_digit, False, data)


CLOTHES = DataConfig("fashion-mnist").names
KOREAN = ("가", "나")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([[of(CLOTHES, 6, 0.91)]], "a.png: Shirt         91.00 %"),
        ([[of(CLOTHES, 0, 0.51, unsure=True)]], "a.png: T-shirt/top?  51.00 %  unsure"),
        (
            [[of(CLOTHES, 9, 0.91), of(CLOTHES, 8, 0.5, unsure=True)], [of(CLOTHES, 4, 0.82)]],
            "a.png: Ankle boot, Bag? / Coat  at least 50.00 %  1 unsure",
        ),
        ([[of(KOREAN, 1, 0.9)]], "a.png: 나   90.00 %"),
        ([[of(KOREAN, 1, 0.9), of(KOREAN, 0, 0.8)]], "a.png: 나, 가  at least 80.00 %"),
        ([[of(KOREAN, 1, 0.9, like_a_digit=False)]], "a.png: ?          -  not like any class"),
    ],
)
def test_other_classes_have_their_names_and_words_that_are_true_of_them(lines, text):
    assert in_a_line("a.png", lines, 5) == text


def test_a_table_of_names_has_columns_as_wide_as_the_longest(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    sheet = [[of(KOREAN, number % 2, 0.75) for number in range(7)]]
    first, *rows = in_full("a.png", sheet, show=False)
    cells = ["가   75.00 %", "나   75.00 %"]
    assert first == "a.png: 7 shapes"
    assert rows == ["   ".join(cells * 2), "   ".join(cells[:1] + cells[1:] + cells[:1])]


def test_names_below_images_are_as_many_and_as_long_as_there_is_room_for():
    (line,) = [[of(CLOTHES, 9, 0.9), of(KOREAN, 0, 0.9), of(("a" * 32, "b"), 0, 0.9)]]
    *_, likeliest, doubts = in_full("a.png", [line], show=False)
    assert likeliest == f"{'a' * 27}…"
    assert doubts == ""


def test_names_of_letters_that_take_two_columns_stand_below_their_images(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    pair = [of(KOREAN, 1, 0.9), of(KOREAN, 0, 0.6)]
    likeliest = list(in_full("a.png", [pair], show=False))[-2]
    assert likeliest == f"나: 90.00 %   가: 10.00 %{' ' * 3} 가: 60.00 %   나: 40.00 %"


def test_json_has_the_digit_only_where_the_classes_are_digits():
    told = [as_json(of(names, 1, 0.9), seen=False) for names in (CLOTHES, ("3", "7"))]
    assert [(one["digit"], one["class"]) for one in told] == [(None, "Trouser"), (7, "7")]
