"""Images of another dataset among the training images, and nowhere else."""

import numpy as np
import pytest

from bpnet.datasets.mixing import mixed
from bpnet.datasets.splits import Dataset, Split
from bpnet.errors import DataError


def dataset(level, training, **sha256):
    """Return a dataset whose pixels are of one level, with three images held out and four to test.

    Its labels tell the images apart.
    """

    def split(count):
        return Split(np.full((count, 784), level, np.uint8), np.arange(count))

    return Dataset(split(training), split(3), split(4), sha256)


TRAINING_FILES = {"train-images-idx3-ubyte": "a", "train-labels-idx1-ubyte": "b"}
OTHER = dataset(9, 5, **TRAINING_FILES, **{"t10k-images-idx3-ubyte": "c"})


def test_the_share_of_the_other_images_is_that_of_all_training_images():
    train = mixed(dataset(1, 6), OTHER, "other", 0.25).train
    assert train.images[:, 0].tolist() == [1] * 6 + [9] * 2
    assert train.images.dtype == np.uint8
    assert train.labels.tolist() == [*range(6), 0, 1]


def test_what_is_scored_on_stays_the_datasets_own():
    own = dataset(1, 6)
    both = mixed(own, OTHER, "other", 0.25)
    assert both.validation is own.validation
    assert both.test is own.test


def test_the_hashes_of_both_are_known_and_which_are_of_what_is_mixed_in():
    both = mixed(dataset(1, 6, images="d"), OTHER, "other", 0.25)
    assert both.sha256 == {"images": "d"}
    assert both.files == {
        "images": "d",
        "other/train-images-idx3-ubyte": "a",
        "other/train-labels-idx1-ubyte": "b",
    }
    assert OTHER.files == OTHER.sha256


def test_more_than_there_are_cannot_be_mixed_in():
    assert len(mixed(dataset(1, 5), OTHER, "other", 0.5).train) == 10
    with pytest.raises(DataError, match="data.mix: 0.5 needs 6 other images, and there are 5"):
        mixed(dataset(1, 6), OTHER, "other", 0.5)
