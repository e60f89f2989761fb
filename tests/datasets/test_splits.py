"""Images and labels, whole and in batches."""

import numpy as np
import pytest

from bpnet.datasets.splits import Split, split
from bpnet.errors import DataError

FLOAT32 = np.dtype("float32")


@pytest.fixture
def ten():
    images = np.repeat(np.arange(10, dtype=np.uint8)[:, np.newaxis], 784, axis=1) * 25
    return Split(images, np.arange(10))


def test_a_batch_is_scaled_to_numbers_from_0_to_1_in_the_asked_dtype(ten):
    for dtype in ("float32", "float64"):
        ((x, t),) = ten.batches(np.array([4, 0]), [2], np.dtype(dtype))
        assert x.dtype == dtype
        assert x[:, 0] == pytest.approx([100 / 255, 0])
        assert t.tolist() == [4, 0]
    white = Split(np.full((1, 784), 255, np.uint8), np.zeros(1))
    assert next(white.in_order(1, FLOAT32))[0].max() == 1


def test_in_order_every_image_comes_once_and_the_last_batch_is_short(ten):
    labels = [t.tolist() for _, t in ten.in_order(4, FLOAT32)]
    assert labels == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_rows_in_any_order_come_with_their_own_labels_in_batches_of_any_size(ten):
    rows = np.random.default_rng(0).permutation(10)
    batches = [(x[:, 0].copy(), t) for x, t in ten.batches(rows, [3, 0, 4, 3], FLOAT32)]
    assert [len(t) for _, t in batches] == [3, 0, 4, 3]
    assert np.concatenate([t for _, t in batches]).tolist() == rows.tolist()
    assert np.concatenate([x for x, _ in batches]) == pytest.approx(rows * 25 / 255)


@pytest.mark.parametrize(
    ("shape", "labels", "message"),
    [
        ((2, 28, 27), [1, 2], "f: the images are 28 x 27 pixels, not 28 x 28"),
        ((2, 28, 28), [1], "f: 2 images, but 1 labels"),
        ((0, 28, 28), [], "f: 0 images, but 0 labels"),
        ((2, 28, 28), [9, 10], "f: label 1 is 10, which is no class"),
    ],
)
def test_images_and_labels_that_do_not_fit_are_refused(shape, labels, message):
    with pytest.raises(DataError, match=message):
        split(np.zeros(shape, np.uint8), np.array(labels, np.uint8), range(10), "f")
