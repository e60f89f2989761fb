"""All that is printed: results on stdout, bars and lines on stderr, pictures as text."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from bpnet.cli import console
from bpnet.errors import BpnetError

OBEYED = "\n\r\t\x1b\x07\x7f\x85\x9b\u2028\u2029\u200e\u202e\u2066\ufeff\udcff\ud800"
LETTERS = "밑바닥 ä ａ é ไทย नमस्ते فارسی\u200cها 👩\u200d🏫 \u3000 \xa0"


@pytest.mark.parametrize(
    ("columns", "across"), [("80", 2), ("86", 3), ("85", 2), ("28", 1), ("5", 1)]
)
def test_as_many_images_stand_side_by_side_as_the_terminal_is_wide(monkeypatch, columns, across):
    monkeypatch.setenv("COLUMNS", columns)
    assert console.images_across() == across


def test_a_sheet_has_a_row_of_pictures_after_the_other(monkeypatch):
    monkeypatch.setenv("COLUMNS", "57")
    images = np.zeros((3, 28, 28), np.uint8)
    images[1, :, 0], images[2, 0, :] = 255, 255
    lines = list(console.sheet(images))
    assert len(lines) == 2 * 14
    assert lines[:14] == [" " * 29 + "@"] * 14
    assert lines[14:] == ["=" * 28, *[""] * 13]  # half ink: the mean of two rows


def test_a_table_has_its_first_column_to_the_left_and_the_others_to_the_right():
    rows = [["run", "test", ""], ["a", "9.5 %", "x"], ["longer", "10 %", ""]]
    assert list(console.table(rows)) == ["run      test", "a       9.5 %  x", "longer   10 %"]


@pytest.mark.parametrize(
    ("show", "stream"),
    [(console.echo, "out"), (lambda line: console.echo_all([line]), "out"),
     (lambda line: console.echo_all(console.table([[line, ""]])), "out"),
     (console.echo_error, "err"), (console.tell, "err")],
)  # fmt: skip
def test_a_line_has_every_letter_and_nothing_that_a_terminal_obeys(capsys, show, stream):
    show(f"{LETTERS}|{OBEYED}|")
    text = getattr(capsys.readouterr(), stream)
    letters, escapes, end = text.split("|")
    assert (letters, end) == (LETTERS, "\n")
    assert escapes.isascii()
    assert escapes.isprintable()
    assert escapes.encode().decode("unicode_escape") == OBEYED


def test_a_path_is_printed_as_it_is(capsys):
    console.echo(Path("runs/실험"))
    assert capsys.readouterr().out == "runs/실험\n"


def test_json_is_a_line_of_ascii_that_reads_back(capsys):
    console.echo_json([LETTERS, OBEYED])
    text = capsys.readouterr().out
    assert text[:-1].isascii()
    assert text[:-1].isprintable()
    assert json.loads(text) == [LETTERS, OBEYED]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_json_has_no_number_that_is_not_finite(capsys, number):
    with pytest.raises(BpnetError, match="not finite"):
        console.echo_json({"loss": number})
    assert capsys.readouterr().out == ""


def test_the_columns_of_a_table_stand_below_each_other_in_any_language():
    rows = [
        ["실험", "1"],
        ["e\u0301", "2"],
        ["\x1b", "3"],
        ["ไท\u0e31", "4"],
        ["a\u200db", "5"],
        ["\u1100\u1161", "6"],
    ]
    lines = [
        "실험  1",
        "e\u0301     2",
        "\\x1b  3",
        "ไท\u0e31    4",
        "a\u200db    5",
        "\u1100\u1161    6",
    ]
    assert list(console.table(rows)) == lines


def test_nothing_is_told_and_no_bar_is_shown_without_a_stderr(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    console.tell("a")
    with console.byte_bar("f.gz", 10) as advance:
        advance(10)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("terminal", [False, True])
def test_a_download_has_a_bar_at_a_terminal_only(monkeypatch, capsys, terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with console.byte_bar("f.gz", 2000) as advance:
        advance(1000)
    shown = capsys.readouterr().err
    assert ("f.gz: " in shown) == ("2.00k" in shown) == terminal
