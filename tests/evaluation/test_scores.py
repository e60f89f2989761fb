"""Scores: every image once, never those of a spoilt network, and what chance would do."""

import json

import numpy as np
import pytest

from bpnet.datasets import Split, views
from bpnet.datasets.views import of_split
from bpnet.errors import DivergedError
from bpnet.evaluation import (
    Scores,
    answers,
    as_json,
    evaluate,
    evaluate_committee,
    interval,
    recognised,
)
from bpnet.layers import softmax
from bpnet.network import CHUNK, Network


@pytest.fixture
def network(rng):
    network = Network([784, 10], dtype="float64")
    network.initialize(0.1, rng)
    return network


@pytest.fixture
def images(rng):
    count = 2 * CHUNK + 7
    return Split(rng.integers(256, size=(count, 784), dtype=np.uint8), rng.integers(10, size=count))


def test_every_image_counts_also_those_of_the_short_last_chunk(network, images):
    ((x, t),) = images.in_order(len(images), np.dtype("float64"))
    scores = evaluate(network, images)
    assert scores.total == len(images)
    assert scores.accuracy == network.accuracy(x, t)
    assert scores.loss == pytest.approx(network.loss(x, t), rel=1e-12)
    taken = network.predict(x).argmax(axis=1)
    assert scores.confusion[3, 5] == np.sum((t == 3) & (taken == 5))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_spoilt_network_is_not_scored(network, images, value):
    network.params["W1"][0, 0] = value
    for score in (evaluate, recognised):
        with pytest.raises(DivergedError, match="the weights are spoilt"):
            score(network, images)


def test_it_is_known_which_images_are_recognised(network, images):
    right = recognised(network, images)
    assert right.sum() == evaluate(network, images).correct
    assert right.tolist() == (answers([network], images) == images.labels).tolist()


def test_the_shares_of_each_digit_are_read_from_its_row():
    confusion = np.zeros((10, 10), int)
    confusion[0, :2] = 3, 1
    confusion[9, 9] = 2
    scores = Scores(0.5, confusion)
    assert (scores.correct, scores.total, scores.accuracy) == (5, 6, 5 / 6)
    assert scores.per_class == [0.75, *[None] * 8, 1.0]


def test_the_interval_holds_at_both_ends():
    assert interval(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert interval(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)


@pytest.fixture
def another(rng):
    network = Network([784, 5, 10], dtype="float32")
    network.initialize(0.1, rng)
    return network


def test_a_committee_is_the_mean_of_the_probabilities(network, another, images):
    ((x, t),) = images.in_order(len(images), np.dtype("float64"))
    y = (softmax(network.predict(x)) + softmax(another.predict(x))) / 2
    scores = evaluate_committee([network, another], images)
    assert scores.total == len(images)
    assert scores.loss == pytest.approx(-np.log(y[np.arange(len(t)), t]).mean(), rel=1e-5)
    for digit, taken in np.ndindex(10, 10):
        assert scores.confusion[digit, taken] == np.sum((t == digit) & (y.argmax(axis=1) == taken))


def test_a_committee_takes_each_image_for_what_it_is_scored_by(network, another, images):
    found = answers([network, another], images)
    scores = evaluate_committee([network, another], images)
    assert np.sum(found == images.labels) == scores.correct
    assert np.array_equal(answers([network], images), network.classify(images.images).argmax(1))


def test_a_committee_with_a_spoilt_network_answers_nothing(network, another, images):
    another.params["W1"][0, 0] = np.inf
    with pytest.raises(DivergedError, match="the weights are spoilt"):
        answers([network, another], images)


def test_a_committee_of_one_scores_as_it_does_alone(network, images):
    alone, committee = evaluate(network, images), evaluate_committee([network], images)
    assert np.array_equal(alone.confusion, committee.confusion)
    assert committee.loss == pytest.approx(alone.loss, rel=1e-12)


def test_a_committee_that_is_sure_of_the_wrong_digit_has_a_finite_loss():
    network = Network([784, 10])
    network.params["b1"][3] = 1e6
    zero = Split(np.zeros((1, 784), np.uint8), np.array([0]))
    assert evaluate_committee([network, network], zero).loss == pytest.approx(1e6)


@pytest.fixture
def unlike(network, another):
    """Networks that see differently, two of them with the same weights."""
    sees_upright = Network([784, 10], flat=network.flat, view="deslanted")
    sees_wide = Network([784, 5, 10], dtype="float32", flat=another.flat, view="width-18")
    return [network, sees_upright, sees_wide]


@pytest.fixture
def squares(rng):
    """Images whose ink is in the middle: there is room to move it."""
    images = np.zeros((60, 28, 28), np.uint8)
    images[:, 4:24, 8:20] = rng.integers(256, size=(60, 20, 12), dtype=np.uint8)
    return Split(images.reshape(-1, 784), rng.integers(10, size=60))


def test_each_network_is_scored_by_what_it_sees(unlike, squares):
    t = squares.labels
    for network in unlike:
        y = network.classify(squares.images)
        scores = evaluate(network, squares)
        assert scores.loss == pytest.approx(-np.log(y[np.arange(len(t)), t]).mean(), rel=1e-5)
        assert np.array_equal(answers([network], squares), y.argmax(axis=1))
        assert np.array_equal(recognised(network, squares), y.argmax(axis=1) == t)
        assert evaluate(network, of_split(network.view, squares)).loss == scores.loss
    assert len({evaluate(network, squares).loss for network in unlike}) == 3


def test_members_of_a_committee_may_see_differently(unlike, squares):
    y, t = sum(network.classify(squares.images) for network in unlike) / 3, squares.labels
    scores = evaluate_committee(unlike, squares)
    assert scores.loss == pytest.approx(-np.log(y[np.arange(len(t)), t]).mean(), rel=1e-5)
    assert np.array_equal(answers(unlike, squares), y.argmax(axis=1))
    assert scores.correct == np.sum(y.argmax(axis=1) == t)


def test_a_committee_views_images_once_in_each_view(unlike, squares, monkeypatch):
    asked, before = [], views.seen

    def counting(view, images):
        asked.append(view)
        return before(view, images)

    monkeypatch.setattr(views, "seen", counting)
    evaluate_committee(unlike * 2, squares)
    assert sorted(asked) == ["deslanted", "width-18"]


def test_the_probabilities_are_those_by_which_the_images_are_scored(network, images):
    y = network.classify(images.images)
    scores = evaluate(network, images)
    t = images.labels
    assert scores.loss == pytest.approx(-np.log(y[np.arange(len(t)), t]).mean(), rel=1e-12)
    assert scores.correct == np.sum(y.argmax(axis=1) == t)


def test_the_scores_are_json_with_every_figure():
    confusion = np.zeros((10, 10), int)
    confusion[0, :2] = 3, 1
    written = json.loads(json.dumps(as_json(Scores(0.5, confusion))))
    assert written == {
        "correct": 3,
        "total": 4,
        "accuracy": 0.75,
        "interval": list(interval(3, 4)),
        "loss": 0.5,
        "per_class": [0.75, *[None] * 9],
        "confusion": confusion.tolist(),
    }


def test_the_commonest_mistakes_come_first_and_of_equals_the_first_class():
    confusion = np.array([[90, 2, 0], [1, 80, 2], [5, 0, 70]])
    scores = Scores(0.5, confusion)
    assert scores.mistakes(9) == [(2, 0, 5), (0, 1, 2), (1, 2, 2), (1, 0, 1)]
    assert scores.mistakes(2) == [(2, 0, 5), (0, 1, 2)]
    assert Scores(0.5, np.diag([3, 4])).mistakes(9) == []
    assert confusion[0, 0] == 90
    everything = Scores(0.5, np.ones((40, 40), int)).mistakes(2000)
    assert everything == [(t, y, 1) for t, y in np.ndindex(40, 40) if t != y]
