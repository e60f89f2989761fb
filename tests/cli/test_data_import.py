"""`bpnet data import`: images of somebody's own become a dataset, and are trained on as printed."""

import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import DataConfig
from bpnet.datasets import importing
from bpnet.datasets.importing import Labelled
from bpnet.pictures.png import png


@pytest.fixture
def digits(small_config):
    """Images of three digits, in classes that have names."""
    train = datasets.load(small_config.data).train
    rows = np.concatenate([np.flatnonzero(train.labels == digit)[:12] for digit in range(3)])
    return Labelled(datasets.Split(train.images[rows], train.labels[rows]), ("영", "one", "2"))


@pytest.fixture
def pictures(digits, tmp_path):
    """The images as a person has them: dark on light, in folders."""
    pytest.importorskip("PIL", reason="no Pillow")
    for number, (image, label) in enumerate(
        zip(digits.images.images, digits.images.labels, strict=True)
    ):
        path = tmp_path / f"pictures/{digits.classes[label]}/{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        large = np.kron(255 - image.reshape(28, 28), np.ones((3, 3), np.uint8))
        path.write_bytes(png(np.pad(large, 20, constant_values=255)))
    return tmp_path / "pictures"


@pytest.fixture
def table(digits, tmp_path):
    rows = zip(digits.images.labels, digits.images.images, strict=True)
    lines = [",".join(map(str, [digits.classes[label], *image.tolist()])) for label, image in rows]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "t.csv"


def test_pictures_are_trained_on_by_the_command_that_is_printed(bpnet, pictures):
    result = bpnet("data", "import", pictures, "--to", "my digits")
    assert result.status == 0
    assert result.err == (
        "30 images to train on, the last 6 to choose by; 6 to test on; 3 classes: 2, one, 영\n"
    )
    (command,) = result.out.splitlines()
    assert command == (
        "bpnet train --set data.dataset=files --set data.validation=6 --data-dir 'my digits'"
    )
    name, *words = shlex.split(command)
    trained = bpnet(*words)
    assert (name, trained.status) == ("bpnet", 0), trained.err
    assert trained.out.startswith("test accuracy ")
    scored = bpnet("eval", "--pictures", pictures)
    assert (scored.status, scored.err) == (0, "")
    assert "pictures accuracy " in scored.out
    assert float(scored.out.split("pictures accuracy ")[1].split()[0]) > 60


def test_a_table_is_imported_and_another_one_to_test_on(bpnet, table, digits):
    result = bpnet("data", "import", table, "--to", "mine", "--test", table)
    assert (result.status, result.out.split()[-1]) == (0, "mine")
    found = datasets.load(DataConfig("files", "mine", validation=0))
    assert found.classes == ("2", "one", "영")
    assert np.array_equal(found.test.images, digits.images.images)
    assert len(found.train) == 36


def test_images_that_are_dark_on_white_are_told_of(bpnet, digits):
    images = digits.images
    for name, levels, told in (("usual", images.images, 0), ("bright", 255 - images.images, 1)):
        turned = digits._replace(images=datasets.Split(levels, images.labels))
        importing.write(Path(name), importing.parted(turned, None))
        result = bpnet("data", "import", name, "--to", f"{name}-again")
        assert result.status == 0
        assert result.err.count("warning: the images are bright, as if dark on white") == told


def test_idx_files_bring_images_to_test_on(bpnet, digits):
    importing.write(Path("idx"), importing.parted(digits, None))
    result = bpnet("data", "import", "idx", "--turned", "--to", "mine")
    assert result.status == 0
    plain, turned = (
        datasets.load(DataConfig("files", name, validation=0)).test for name in ("idx", "mine")
    )
    upright = plain.images.reshape(-1, 28, 28).transpose(0, 2, 1).reshape(-1, 784)
    assert np.array_equal(turned.images, upright)
    refused = bpnet("data", "import", "idx", "--test", "idx", "--to", "other")
    assert refused == (2, "", "Error: idx: has images to test on; leave --test away\n")


def test_pictures_that_cannot_be_used_are_all_named_and_nothing_is_written(bpnet, digits):
    pytest.importorskip("PIL", reason="no Pillow")
    for number, image in enumerate(digits.images.images[:24]):
        path = Path(f"28/{'ab'[number % 2]}/{number}.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(image.reshape(28, 28)))
    for number in (1, 2):
        Path(f"28/a/bad{number}.png").write_bytes(png(np.zeros((60, 60), np.uint8)))
    into = ("data", "import", "28", "--as-is", "--to", "new/mine")
    result = bpnet(*into)
    assert (result.status, result.out) == (1, "")
    assert result.err.splitlines() == [
        "Error: 28/a/bad1.png: 60 x 60 pixels: expected 28 x 28",
        "       28/a/bad2.png: 60 x 60 pixels: expected 28 x 28",
        "       nothing is written: 2 of 26 pictures cannot be used; --skip-bad leaves them out",
    ]
    assert not Path("new").exists()
    result = bpnet(*into, "--skip-bad")
    assert (result.status, result.err.count("left out: ")) == (0, 2)
    assert len(datasets.load(DataConfig("files", "new/mine", validation=0)).train) == 20


def test_a_folder_with_something_in_it_is_refused_before_the_work(bpnet, pictures):
    Path("mine").mkdir()
    Path("mine/notes.txt").touch()
    result = bpnet("data", "import", pictures / "nowhere", "--to", "mine")
    assert result == (2, "", "Error: mine: is not empty; give another --to\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["pictures", "--turned"], "--turned: does not go with a folder of pictures, which "),
        (["t.csv", "--as-is"], "--as-is: does not go with a file, which "),
        (["t.csv", "--skip-bad"], "--skip-bad: does not go with a file, which "),
    ],
)
def test_an_option_that_says_nothing_of_such_a_source_is_refused(
    bpnet, pictures, table, tmp_path, options, told
):
    source, *others = options
    result = bpnet("data", "import", tmp_path / source, *others, "--to", "mine")
    assert (result.status, result.out) == (2, "")
    assert result.err == f"Error: {told}{tmp_path / source} is\n"


def test_what_is_not_there_or_no_folder_of_classes_is_told(bpnet, pictures):
    shutil.copytree(pictures / "one", "flat")
    for source, told in (
        ("nowhere.csv", "nowhere.csv: cannot be read: No such file or directory"),
        ("flat", "flat: holds no folders; put the pictures of each class into one of their own"),
    ):
        result = bpnet("data", "import", source, "--to", "mine")
        assert (result.status, result.out) == (1, "")
        assert result.err.startswith(f"Error: {told}")
        assert not Path("mine").exists()
