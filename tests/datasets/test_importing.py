"""Images with names of their classes become four files and classes.txt, all of them or none."""

import errno

import numpy as np
import pytest

from bpnet.config import DataConfig
from bpnet.datasets import Split, importing, loading
from bpnet.datasets.importing import Labelled
from bpnet.errors import DataError, StorageError, UsageError
from bpnet.system import storage

FILES = {
    "classes.txt", "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
}  # fmt: skip


def labelled(*counts):
    """Return images that each are known again by their first two bytes, so many of each class."""
    labels = np.repeat(np.arange(len(counts)), counts)
    images = np.zeros((len(labels), 784), np.uint8)
    images[:, 0], images[:, 1] = labels, np.arange(len(labels)) % 256
    return Labelled(Split(images, labels), tuple("abcdef"[: len(counts)]))


def counts(split, classes):
    return np.bincount(split.labels, minlength=classes).tolist()


def test_a_sixth_of_each_class_is_to_test_on_and_of_the_others_to_choose_by():
    parts = importing.parted(labelled(60, 12, 2), None)
    assert counts(parts.test, 3) == [10, 2, 1]
    assert counts(parts.train, 3) == [50, 10, 1]
    assert parts.validation == 8 + 2
    assert counts(parts.train[-10:], 3) == [8, 2, 0]


def test_every_image_is_there_once_with_its_own_label_in_no_order():
    parts = importing.parted(labelled(60, 40), None)
    both = np.concatenate([parts.train.images, parts.test.images])
    labels = np.concatenate([parts.train.labels, parts.test.labels])
    assert sorted(both[:, 1].tolist()) == list(range(100))
    assert both[:, 0].tolist() == labels.tolist()
    assert 20 < np.count_nonzero(np.diff(parts.train.labels)) < 60
    assert np.count_nonzero(np.diff(parts.test.labels)) > 3
    again = importing.parted(labelled(60, 40), None)
    assert np.array_equal(again.train.images, parts.train.images)


def test_the_images_of_a_test_of_ones_own_keep_their_order_and_get_the_same_numbers():
    test = Labelled(labelled(2, 3).images, ("c", "a"))
    parts = importing.parted(labelled(12, 6, 6), test)
    assert parts.test.labels.tolist() == [2, 2, 0, 0, 0]
    assert counts(parts.train, 3) == [12, 6, 6]
    assert parts.validation == 4


@pytest.mark.parametrize(
    ("train", "test", "told"),
    [
        (labelled(9), None, "^1 classes: a; expected 2 to 256$"),
        (labelled(9, 1), None, "^class b: 1 image; at least 2 are needed, one to train on and one"),
        (labelled(9, 9), labelled(1, 1, 1), "^--test: the class c is not among those to train on"),
    ],
)
def test_too_few_images_or_classes_are_told(train, test, told):
    with pytest.raises(DataError, match=told):
        importing.parted(train, test)


def test_too_many_images_or_classes_are_told(monkeypatch):
    monkeypatch.setattr(importing, "MOST_CLASSES", 2)
    monkeypatch.setattr(importing, "MOST_IMAGES", 17)
    with pytest.raises(DataError, match="^18 images: a file may have 17$"):
        importing.parted(labelled(9, 9), labelled(1))
    with pytest.raises(DataError, match="^3 classes: a, b, c; expected 2 to 2$"):
        importing.parted(labelled(9, 9, 9), None)


def test_what_is_written_is_read_as_own_files(tmp_path):
    parts = importing.parted(labelled(60, 12), None)._replace(classes=("큰 것", "b"))
    importing.write(tmp_path / "new/mine", parts)
    assert set(storage.names(tmp_path / "new/mine")) == FILES
    found = loading.load(DataConfig("files", str(tmp_path / "new/mine"), parts.validation))
    assert found.classes == ("큰 것", "b")
    assert np.array_equal(found.train.images, parts.train.images[: -parts.validation])
    assert np.array_equal(found.validation.labels, parts.train.labels[-parts.validation :])
    assert np.array_equal(found.test.images, parts.test.images)
    assert np.array_equal(found.test.labels, parts.test.labels)


@pytest.mark.parametrize("leads", ["mine.csv", "nowhere"])
def test_what_is_no_folder_is_not_written_into(tmp_path, leads):
    (tmp_path / "mine.csv").touch()
    (tmp_path / "link").symlink_to(leads)
    told = f"^{tmp_path}/link: is there already, and no folder; give another --to$"
    with pytest.raises(UsageError, match=told):
        importing.refuse_taken(tmp_path / "link")


def test_nothing_is_replaced(tmp_path):
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / ".hidden").touch()
    with pytest.raises(UsageError, match=f"^{tmp_path}: is not empty; give another --to$"):
        importing.write(tmp_path, importing.parted(labelled(6, 6), None))
    assert storage.names(tmp_path) == [".hidden", "mine"]
    (tmp_path / "mine").unlink()
    importing.write(tmp_path, importing.parted(labelled(6, 6), None))
    assert set(storage.names(tmp_path)) == {".hidden", *FILES}


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("there", [True, False])
def test_all_is_written_or_nothing(tmp_path, monkeypatch, place, there):
    write, left = storage.write, [None] * place

    def fail(path, content):
        if not left:
            raise StorageError(f"{path}: cannot be written: {errno.ENOSPC}")
        left.pop()
        write(path, content)

    monkeypatch.setattr(storage, "write", fail)
    folder = tmp_path / "above/mine"
    if there:
        folder.mkdir(parents=True)
    with pytest.raises(StorageError):
        importing.write(folder, importing.parted(labelled(6, 6), None))
    assert list(tmp_path.rglob("*")) == ([tmp_path / "above", folder] if there else [])


def test_idx_files_are_read_and_turned_back(tmp_path):
    parts = importing.parted(labelled(60, 12), None)
    importing.write(tmp_path / "idx", parts)
    assert importing.has_idx_files(tmp_path / "idx")
    assert not importing.has_idx_files(tmp_path)
    train, test = importing.of_idx_files(tmp_path / "idx", is_turned=False)
    assert train.classes == test.classes == ("a", "b")
    assert np.array_equal(train.images.images, parts.train.images)
    assert np.array_equal(test.images.labels, parts.test.labels)
    train, test = importing.of_idx_files(tmp_path / "idx", is_turned=True)
    upright = parts.train.images.reshape(-1, 28, 28).transpose(0, 2, 1)
    assert np.array_equal(train.images.images, upright.reshape(-1, 784))
