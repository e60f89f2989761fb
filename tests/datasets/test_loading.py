"""A name and a folder -> a dataset."""

from dataclasses import replace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import DataConfig
from bpnet.datasets import drawn_digits, loading
from bpnet.datasets.catalogue import NAMES
from bpnet.errors import DataError


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


def test_the_folder_is_that_of_the_dataset_below_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert loading.folder(DataConfig(dir="~/d")) == tmp_path / "d" / "mnist"
    with pytest.raises(DataError, match="data.dir: ~nobody-at-all/d: Could not determine home"):
        loading.folder(DataConfig(dir="~nobody-at-all/d"))


def test_what_is_found_is_what_is_loaded(small_config):
    loaded, found = loading.load(small_config.data), loading.find(small_config.data, pytest.fail)
    assert found.sha256 == loaded.sha256
    assert np.array_equal(found.validation.images, loaded.validation.images)


def test_sketched_digits_are_mixed_into_the_training_images(tmp_path, monkeypatch):
    monkeypatch.setattr(drawn_digits, "COUNTS", (60, 20))
    config = DataConfig("drawn", str(tmp_path), validation=20, mix=0.2)
    plain = loading.load(replace(config, mix=0))
    sketched = loading.load(replace(config, dataset="sketched", validation=0, mix=0))
    for both in (loading.load(config), loading.find(config, pytest.fail)):
        assert np.array_equal(both.train.images[:40], plain.train.images)
        assert np.array_equal(both.train.images[40:], sketched.train.images[:10])
        assert np.array_equal(both.train.labels[40:], sketched.train.labels[:10])
        assert np.array_equal(both.validation.images, plain.validation.images)
        assert set(both.files) == {*NAMES, *(f"sketched/{name}" for name in NAMES[:2])}
    assert {path.name for path in tmp_path.iterdir()} == {"drawn", "sketched"}


def test_the_first_of_what_is_not_held_out_are_trained_on_if_fewer_are_asked_for(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(drawn_digits, "COUNTS", (60, 20))
    config = DataConfig("drawn", str(tmp_path), validation=59)
    every = loading.load(replace(config, validation=0)).train.images
    one = loading.load(config)
    assert np.array_equal(one.train.images, every[:1])
    assert np.array_equal(one.validation.images, every[1:])
    few = loading.load(replace(config, validation=20, train=8, mix=0.2))
    assert np.array_equal(few.train.images[:8], every[:8])
    assert (len(few.train), len(few.validation)) == (10, 20)
    assert np.array_equal(few.validation.images, every[40:])
    assert len(loading.load(replace(config, validation=20, train=40)).train) == 40
    with pytest.raises(DataError, match=r"^data\.train: expected at most 40, .*, got 41$"):
        loading.load(replace(config, validation=20, train=41))


def test_to_find_writes_nothing_and_says_what_the_user_can_do(tmp_path, monkeypatch):
    monkeypatch.setattr(drawn_digits, "COUNTS", (60, 20))
    lines = []
    found = loading.find(DataConfig("drawn", str(tmp_path / "x"), validation=10), lines.append)
    assert (len(found.train), len(found.validation), len(found.test)) == (50, 10, 20)
    assert lines == [
        f"{tmp_path / 'x' / 'drawn'}: does not hold drawn, and only the run's config names it: "
        "the digits are drawn, and not kept; --data-dir DIR keeps them"
    ]
    lines.clear()
    loading.find(DataConfig("drawn", str(tmp_path / "x"), validation=10, mix=0.1), lines.append)
    assert [line.split()[-1] for line in lines] == ["them", "them"]
    assert "/sketched: does not hold sketched" in lines[1]
    with pytest.raises(
        DataError,
        match="x/mnist: does not hold mnist, and only the .*--data-dir .*"
        "looked in .*/x/mnist, .*/x, .*/x/MNIST/raw: no train-images-idx3-ubyte",
    ):
        loading.find(DataConfig("mnist", str(tmp_path / "x")), pytest.fail)
    assert list(tmp_path.iterdir()) == []
