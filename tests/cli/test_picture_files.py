"""Where the pictures are, and where what was seen of them goes."""

import os

import numpy as np
import pytest

from bpnet.cli import picture_files
from bpnet.errors import DataError, StorageError

SEEN = np.zeros((28, 28), np.uint8)


def test_a_folder_has_its_pictures_in_the_order_of_their_numbers(tmp_path):
    for name in ("b.png", "10.gif", "2.jpg", "2", ".hidden.gif"):
        (tmp_path / name).write_bytes(b"GIF89a")
    (tmp_path / ".notes").write_bytes(b"hidden, too")
    names = [str(tmp_path / name) for name in ("2", "2.jpg", "10.gif", "b.png")]
    assert picture_files.in_folder(tmp_path) == (names, "")


def test_what_is_no_picture_is_counted(tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "a.txt").write_bytes(b"text")
    (tmp_path / "more").mkdir()
    os.mkfifo(tmp_path / "pipe")
    others = "3 files that are no pictures and 1 folder"
    with pytest.raises(DataError, match=f"^{tmp_path}: holds no pictures, but {others}$"):
        picture_files.in_folder(tmp_path)
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    assert picture_files.in_folder(tmp_path) == ([str(tmp_path / "a.gif")], others)


def test_what_is_named_as_a_picture_is_left_to_whoever_reads_it(tmp_path):
    (tmp_path / "1.png").touch()
    (tmp_path / "2.JPG").write_bytes(b"<html></html>")
    os.mkfifo(tmp_path / "3.gif")
    (tmp_path / "folder.png").mkdir()
    names = [str(tmp_path / name) for name in ("1.png", "2.JPG", "3.gif")]
    assert picture_files.in_folder(tmp_path) == (names, "1 folder")


def test_what_cannot_be_looked_at_is_left_to_whoever_reads_it(tmp_path):
    (tmp_path / "lost.png").symlink_to("nowhere")
    assert picture_files.in_folder(tmp_path) == ([str(tmp_path / "lost.png")], "")


def test_each_digit_that_was_seen_has_a_number_and_a_taken_one_is_passed_over(tmp_path):
    (tmp_path / "a-seen-2.png").symlink_to("nowhere")
    picture_files.keep(tmp_path, "x/a.png", [SEEN, SEEN])
    picture_files.keep(tmp_path, "y/a.jpg", [SEEN])
    picture_files.keep(tmp_path, "-", [SEEN])
    names = {"a-seen-1.png", "a-seen-2.png", "a-seen-3.png", "a-seen.png", "stdin-seen.png"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_where_a_file_is_no_folder_can_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="a file is in its place"):
        picture_files.keep(tmp_path / "file", "a.png", [SEEN])
