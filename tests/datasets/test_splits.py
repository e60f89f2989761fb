"""Splits, batches, and the drawn digits in the cache."""

from dataclasses import replace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import DataConfig
from bpnet.datasets import drawn_digits, loading
from bpnet.datasets.splits import Split, split
from bpnet.errors import DataError
from bpnet.progress import silent

FLOAT32 = np.dtype("float32")


@pytest.fixture
def ten():
    images = np.repeat(np.arange(10, dtype=np.uint8)[:, np.newaxis], 784, axis=1) * 25
    return Split(images, np.arange(10))


def test_a_batch_is_scaled_to_numbers_from_0_to_1_in_the_asked_dtype(ten):
    for dtype in ("float32", "float64"):
        ((x, t),) = ten.batches(np.array([4, 0]), 2, np.dtype(dtype))
        assert x.dtype == dtype
        assert x[:, 0] == pytest.approx([100 / 255, 0])
        assert t.tolist() == [4, 0]
    white = Split(np.full((1, 784), 255, np.uint8), np.zeros(1))
    assert next(white.in_order(1, FLOAT32))[0].max() == 1


def test_in_order_every_image_comes_once_and_the_last_batch_is_short(ten):
    labels = [t.tolist() for _, t in ten.in_order(4, FLOAT32)]
    assert labels == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_in_random_order_every_image_comes_once_with_its_own_label(ten):
    batches = [
        (x[:, 0].copy(), t) for x, t in ten.in_random_order(4, FLOAT32, np.random.default_rng(0))
    ]
    labels = np.concatenate([t for _, t in batches])
    assert [len(t) for _, t in batches] == [4, 4, 2]
    assert sorted(labels) == list(range(10))
    assert labels.tolist() != list(range(10))
    assert np.concatenate([x for x, _ in batches]) == pytest.approx(labels * 25 / 255)


def test_leaving_out_the_first_batches_leaves_the_rest_as_it_is(ten):
    everything = list(ten.in_random_order(4, FLOAT32, np.random.default_rng(0)))
    rest = list(ten.in_random_order(4, FLOAT32, np.random.default_rng(0), done=1))
    assert [t.tolist() for _, t in rest] == [t.tolist() for _, t in everything[1:]]


@pytest.mark.parametrize(
    ("shape", "labels", "message"),
    [
        ((2, 28, 27), [1, 2], "f: the images are 28 x 27 pixels, not 28 x 28"),
        ((2, 28, 28), [1], "f: 2 images, but 1 labels"),
        ((0, 28, 28), [], "f: 0 images, but 0 labels"),
        ((2, 28, 28), [9, 10], "f: label 1 is 10, not a digit"),
    ],
)
def test_images_and_labels_that_do_not_fit_are_refused(shape, labels, message):
    with pytest.raises(DataError, match=message):
        split(np.zeros(shape, np.uint8), np.array(labels, np.uint8), "f")


def test_the_last_training_images_are_held_out(small_config):
    whole = datasets.load(replace(small_config.data, validation=0))
    dataset = datasets.load(small_config.data)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (500, 100, 200)
    assert np.array_equal(dataset.validation.images, whole.train.images[500:])
    assert np.array_equal(dataset.train.labels, whole.train.labels[:500])
    assert len(whole.validation) == 0


def test_holding_out_everything_is_refused(small_config):
    with pytest.raises(DataError, match="validation: 600 of 600 training images"):
        datasets.load(replace(small_config.data, validation=600))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(drawn_digits, "COUNTS", (30, 20))


@pytest.mark.usefixtures("few")
def test_drawn_digits_are_drawn_once_and_then_read(tmp_path, monkeypatch):
    lines = []
    first = drawn_digits.load(tmp_path, lines.append)
    monkeypatch.setattr(drawn_digits.drawn, "draw", None)
    assert drawn_digits.load(tmp_path, lines.append) == first
    assert lines == ["drawing 30 + 20 digits"]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", [*drawn_digits.NAMES, drawn_digits.MANIFEST])
def test_a_damaged_cache_of_drawn_digits_is_drawn_anew(tmp_path, name):
    first = drawn_digits.load(tmp_path, silent)
    content = bytearray((tmp_path / name).read_bytes())
    content[-2] ^= 1
    (tmp_path / name).write_bytes(content)
    assert drawn_digits.read(tmp_path) is None
    assert drawn_digits.load(tmp_path, silent) == first
    assert drawn_digits.read(tmp_path) == first


@pytest.mark.usefixtures("few")
def test_digits_of_another_version_are_drawn_anew(tmp_path, monkeypatch):
    drawn_digits.load(tmp_path, silent)
    monkeypatch.setattr(drawn_digits.drawn, "VERSION", 0)
    assert drawn_digits.read(tmp_path) is None


@pytest.mark.usefixtures("few")
def test_where_they_cannot_be_kept_the_digits_are_drawn_in_memory(tmp_path):
    (tmp_path / "file").touch()
    lines = []
    contents = drawn_digits.load(tmp_path / "file" / "drawn", lines.append)
    assert set(contents) == set(drawn_digits.NAMES)
    assert "the drawn digits are not kept: " in lines[1]


def test_the_folder_is_that_of_the_dataset_below_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert loading.folder(DataConfig(dir="~/d")) == tmp_path / "d" / "mnist"
    with pytest.raises(DataError, match="data.dir: ~nobody-at-all/d: Could not determine home"):
        loading.folder(DataConfig(dir="~nobody-at-all/d"))
