"""Bars and lines on stderr, pictures as text."""

import sys

import numpy as np
import pytest

from bpnet.cli import console


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


def test_a_line_is_told_with_whatever_could_break_it_escaped(capsys):
    console.tell("a\nb\x1b")
    assert capsys.readouterr() == ("", "a\\nb\\x1b\n")


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
