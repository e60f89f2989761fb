"""Softmax, cross-entropy, and the layer that is both."""

import math

import numpy as np
import pytest

from bpnet.layers import SoftmaxWithLoss, cross_entropy_error, softmax


@pytest.mark.parametrize("t", [np.array([1]), np.array([[0, 1, 0]])])
@pytest.mark.parametrize(
    ("y", "expected"),
    [((0.3, 0.2, 0.5), (0.3, -0.8, 0.5)), ((0.01, 0.99, 0), (0.01, -0.01, 0))],
)
def test_the_gradient_is_y_minus_t_as_in_the_chapters_two_examples(y, expected, t):
    layer = SoftmaxWithLoss()
    scores = np.log(np.maximum(y, 1e-300))[np.newaxis]
    layer.forward(scores, t)
    assert layer.y[0] == pytest.approx(y)
    assert layer.backward()[0] == pytest.approx(expected)


def test_labels_and_one_hot_are_the_same_question(rng):
    x, labels = rng.normal(size=(6, 4)), np.array([3, 0, 1, 2, 2, 1])
    a, b = SoftmaxWithLoss(), SoftmaxWithLoss()
    assert a.forward(x, labels) == pytest.approx(b.forward(x, np.eye(4)[labels]), rel=1e-15)
    assert a.backward() == pytest.approx(b.backward())
    assert a.loss == pytest.approx(-np.log(softmax(x)[np.arange(6), labels]).mean())


def test_ten_labels_for_ten_classes_are_labels():
    x, t = np.eye(10) * 20, np.arange(10)
    assert SoftmaxWithLoss().forward(x, t) < 1e-7
    assert cross_entropy_error(np.full((3, 1), 0.5), np.array([0, 0, 0])) == pytest.approx(
        -math.log(0.5), rel=1e-6
    )
    assert cross_entropy_error(softmax(x), t) < 1e-7


def test_the_loss_is_exact_where_the_books_epsilon_would_cap_it():
    layer = SoftmaxWithLoss()
    assert layer.forward(np.array([[0.0, 1000.0]]), np.array([0])) == 1000.0
    assert layer.forward(np.array([[1000.0, 0.0]]), np.array([0])) == 0.0


@pytest.mark.parametrize("t", [[0, 1, 0], [0, 1], [[0], [1]], [[0, 1, 0]] * 2, 1])
def test_answers_that_do_not_fit_the_scores_are_refused(t):
    with pytest.raises(ValueError, match="do not fit scores of shape"):
        SoftmaxWithLoss().forward(np.zeros((1, 3)), np.array(t))


def test_the_scores_of_a_single_image_without_a_batch_are_refused():
    with pytest.raises(ValueError, match=r"do not fit scores of shape \(3,\)"):
        SoftmaxWithLoss().forward(np.array([0.3, 2.9, 4.0]), np.array([0, 0, 1]))


def test_the_gradient_is_scaled_by_dout():
    layer = SoftmaxWithLoss()
    layer.forward(np.zeros((1, 2)), np.array([0]))
    assert layer.backward(4).tolist() == [[-2.0, 2.0]]


def test_the_function_keeps_the_books_epsilon_and_takes_a_single_image():
    y, t = np.array([0.0, 1.0]), np.array([1, 0])
    assert cross_entropy_error(y, t) == pytest.approx(-math.log(1e-7))
    assert cross_entropy_error(np.array([y, y]), np.array([0, 1])) == pytest.approx(
        -(math.log(1e-7) + math.log(1 + 1e-7)) / 2
    )
