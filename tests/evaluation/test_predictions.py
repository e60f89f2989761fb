"""The answer to each image as CSV: by its name, with the probability of each class."""

import csv
import io

import numpy as np
import pytest

from bpnet.datasets import Split
from bpnet.evaluation import evaluate, evaluate_committee, predictions
from bpnet.network import CHUNK, Network

NAMES = ("no", "yes, but", 'a "b"', "한글")


@pytest.fixture
def networks(rng):
    made = [Network([784, 4], dtype=dtype) for dtype in ("float32", "float64")]
    for network in made:
        network.initialize(0.1, rng)
    return made


@pytest.fixture
def images(rng):
    count = CHUNK + 7
    return Split(rng.integers(256, size=(count, 784), dtype=np.uint8), rng.integers(4, size=count))


def rows(content):
    """Return the heading and the rows, as another program reads them."""
    heading, *found = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    return heading, found


def test_each_image_is_a_row_with_its_class_the_answer_and_all_probabilities(networks, images):
    heading, found = rows(predictions.as_csv(networks[:1], images, NAMES))
    assert heading == ["number", "truth", "answer", *NAMES]
    assert [row[0] for row in found] == list(map(str, range(len(images))))
    assert [row[1] for row in found] == [NAMES[label] for label in images.labels]
    y = np.array([row[3:] for row in found], float)
    assert y == pytest.approx(networks[0].classify(images.images), rel=1e-5)
    assert y.sum(axis=1) == pytest.approx(np.ones(len(y)), rel=1e-14)
    assert [row[2] for row in found] == [NAMES[answer] for answer in y.argmax(axis=1)]
    right = sum(row[1] == row[2] for row in found)
    assert right == evaluate(networks[0], images).correct


def test_of_several_networks_it_is_the_mean_of_their_probabilities(networks, images):
    _, found = rows(predictions.as_csv(networks, images, NAMES))
    mean = sum(network.classify(images.images) for network in networks) / 2
    assert np.array([row[3:] for row in found], float) == pytest.approx(mean, rel=1e-5)
    right = sum(row[1] == row[2] for row in found)
    assert right == evaluate_committee(networks, images).correct


def test_names_are_quoted_where_they_must_be(networks, images):
    first, *_ = predictions.as_csv(networks, images, NAMES).decode().split("\n")
    assert first == 'number,truth,answer,no,"yes, but","a ""b""",한글'


@pytest.mark.parametrize("names", [NAMES, ['"' * 32] * 4, list("abcd")])
def test_no_table_is_larger_than_its_limit(networks, images, names):
    content = predictions.as_csv(networks, images, names)
    assert len(content) <= predictions.size_limit(len(images), names)


def test_no_number_is_longer_than_a_cell(rng):
    longest = max(len(repr(y)) for y in np.exp(-rng.uniform(0, 745, size=10_000)).tolist())
    assert longest + len(",") == predictions.CELL_LIMIT
