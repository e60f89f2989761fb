"""Folders named by class: their pictures in order, and what is wrong with each."""

import numpy as np
import pytest

from bpnet.cli import class_folders
from bpnet.cli.class_folders import Picture
from bpnet.errors import DataError
from bpnet.pictures.png import png

pytest.importorskip("PIL", reason="no Pillow")

DIGIT = np.full((60, 60), 255, np.uint8)
DIGIT[10:50, 20:24] = 0


@pytest.fixture
def folder(tmp_path):
    """Two classes, and what may lie beside them."""
    for name in ("10/b.png", "10/a2.png", "10/a10.png", "9/1.png", "9/.hidden.png", ".git/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(png(DIGIT))
    return tmp_path


def test_the_pictures_of_each_class_come_in_the_order_of_their_numbers(folder, capsys):
    problems = []
    found = class_folders.found(folder, problems)
    names = ("9/1.png", "10/a2.png", "10/a10.png", "10/b.png")
    assert found == [Picture(f"{folder}/{name}", name.partition("/")[0]) for name in names]
    assert (problems, capsys.readouterr().err) == ([], "")


def test_what_is_passed_over_is_counted(folder, capsys):
    (folder / "notes.txt").touch()
    (folder / "9/more").mkdir()
    (folder / "10/Thumbs.db").write_bytes(b"x")
    assert len(class_folders.found(folder, [])) == 4
    assert capsys.readouterr().err.splitlines() == [
        f"{folder}: passed over what is no folder: 1",
        f"{folder}/9: passed over 1 folder",
        f"{folder}/10: passed over 1 file that is no picture",
    ]


def test_a_class_without_pictures_and_a_name_that_is_none_are_problems(folder):
    (folder / "empty/10").mkdir(parents=True)
    (folder / f"{'x' * 33}").mkdir()
    problems = []
    assert len(class_folders.found(folder, problems)) == 4
    assert problems == [
        f"{folder}/empty: holds no pictures, but 1 folder",
        f"{folder}/{'x' * 33}: a class needs a name of at most 32 characters, without controls "
        "or blanks around it",
    ]


def test_letters_that_macos_takes_apart_are_put_together(folder):
    (folder / "9").rename(folder / "\u1112\u1161\u11ab")
    assert class_folders.found(folder, [])[-1].name == "\ud55c"


def test_without_folders_it_is_told_what_is_expected(tmp_path):
    (tmp_path / "1.png").write_bytes(png(DIGIT))
    with pytest.raises(DataError, match=f"^{tmp_path}: holds no folders; put the pictures of each"):
        class_folders.found(tmp_path, [])


def test_each_picture_is_read_and_each_bad_one_named(folder, bars):
    (folder / "9/1.png").write_bytes(png(np.hstack([DIGIT, DIGIT])))
    (folder / "9/2.png").write_bytes(png(DIGIT)[:60])
    (folder / "9/3.png").write_bytes(png(np.full((60, 60), 255, np.uint8)))
    (folder / "9/4.png").symlink_to("nowhere")
    (folder / "9/5.png").symlink_to(folder / "10/b.png")
    problems = []
    images, names = class_folders.read(class_folders.found(folder, problems), False, problems)
    assert (images.shape, names) == ((4, 784), ["9", "10", "10", "10"])
    assert (images == images[0]).all()
    told = [problem.removeprefix(f"{folder}/9/") for problem in problems]
    assert told[0] == "1.png: shows 2 digits, or one in as many pieces: expected one"
    assert told[1].startswith("2.png: not a picture that can be read: ")
    assert told[2:] == ["3.png: no ink in it", "4.png: cannot be read: No such file or directory"]
    assert (bars[0].total, bars[0].n) == (8, 8)


def test_pictures_in_the_form_of_mnist_are_taken_as_they_are(tmp_path, rng):
    image = rng.integers(0, 256, (28, 28), np.uint8)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/1.png").write_bytes(png(image))
    (tmp_path / "a/2.png").write_bytes(png(DIGIT))
    (tmp_path / "a/3.png").write_bytes(png(image.T))
    problems = []
    images, names = class_folders.read(class_folders.found(tmp_path, []), True, problems)
    assert np.array_equal(images, [image.ravel(), image.T.ravel()])
    assert names == ["a", "a"]
    assert problems == [f"{tmp_path}/a/2.png: 60 x 60 pixels: expected 28 x 28"]
