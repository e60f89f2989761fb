"""Doubt: about one digit in a hundred, and what is no digit."""

from dataclasses import replace

import numpy as np
import pytest

from bpnet.datasets import Split, drawn
from bpnet.errors import DataError
from bpnet.evaluation import doubt
from bpnet.evaluation.doubt import NO_DIGIT, TRAINED_ON, UNSURE, judged, measured, unpacked
from bpnet.network import Network
from tests.helpers.own_files import shapes

TRAINED = 2500


@pytest.fixture(scope="module")
def digits():
    images, labels = drawn.draw(5000, np.random.default_rng(3))
    return Split(images.reshape(-1, 784), labels.astype(np.intp))


@pytest.fixture(scope="module")
def network(digits):
    network = Network([784, 30, 10], dtype="float32")
    network.initialize("he", np.random.default_rng(0))
    for _ in range(8):
        for x, t in digits[:TRAINED].in_order(100, np.dtype("float32")):
            network.gradient(x, t)
            network.flat[:] -= 0.3 * network.flat_gradient
    return network


@pytest.fixture(scope="module")
def measure(network, digits):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doubt, "JUDGED", 1500)  # so that these are validation images alone
        patch.setattr(doubt, "LOWEST", 0)  # this network has learnt little
        return measured(network, digits[:TRAINED], digits[TRAINED:4000])


def scribbles():
    """Return crosses, grids, dots and lines, and noise."""
    places = np.arange(28)
    down, across = places[:, None], places[None, :]
    inner = (np.minimum(down, across) > 3) & (np.maximum(down, across) < 24)
    shapes = [
        (np.abs(down - across) < 2) | (np.abs(down + across - 27) < 2),
        (down % 6 < 2) | (across % 6 < 2),
        np.abs(down - 14) < 2,
        (down % 8 < 3) & (across % 8 < 3),
        np.random.default_rng(0).random((28, 28)) < 0.5,
    ]
    return np.array([255 * (shape & inner) for shape in shapes], np.uint8)


def test_one_validation_image_in_a_hundred_is_unsure(network, measure, digits):
    found = judged([(network, measure)], digits.images[TRAINED:4000])
    assert found.unsure.mean() == pytest.approx(UNSURE, abs=0.002)


def test_each_network_judges_what_it_sees(network, measure, digits):
    images = digits.images[4000:4100]
    sees_upright = Network(network.widths, dtype="float32", flat=network.flat, view="deslanted")
    upright = sees_upright.see(images)
    found = judged([(sees_upright, measure)], images)
    for one, expected in zip(found, judged([(network, measure)], upright), strict=True):
        assert np.array_equal(one, expected)
    together = judged([(network, measure), (sees_upright, measure)], images)
    y = network.classify(images), network.classify(upright)
    assert together.probabilities == pytest.approx((y[0] + y[1]) / 2)


def test_new_images_are_not_much_more_often_with_or_without_validation(network, digits, measure):
    alone = measured(network, digits[:TRAINED], digits[:0])
    for one in (measure, alone):
        assert 0.002 < judged([(network, one)], digits.images[4000:]).unsure.mean() < 0.04


def test_limits_from_images_that_were_trained_on_leave_fewer_of_these_beyond(
    network, digits, monkeypatch
):
    monkeypatch.setattr(doubt, "LOWEST", 0)
    first = np.concatenate([np.flatnonzero(digits.labels[:TRAINED] == d)[:125] for d in range(10)])
    rest = np.setdiff1d(np.arange(TRAINED), first)
    alone = measured(network, digits[:TRAINED], digits[:0])
    unsure = judged([(network, alone)], digits.images[rest]).unsure.mean()
    assert unsure == pytest.approx(TRAINED_ON * UNSURE, abs=0.002)


def test_what_is_no_digit_is_stranger_than_digits_and_a_cross_is_said_to_be_none(
    network, measure, digits
):
    found = judged([(network, measure)], scribbles())
    usual = judged([(network, measure)], digits.images[4000:]).strangeness
    assert found.strangeness.min() > np.quantile(usual, 0.95)
    assert found.strangeness[0] > NO_DIGIT
    assert not found.like_a_digit[0]
    assert found.unsure[0]


def test_a_blot_is_not_like_a_digit_though_its_outline_is_that_of_a_0(network, measure):
    y, x = np.mgrid[-13.5:14, -13.5:14]
    disc, ring = (255 * ((y**2 + x**2 < 90) & (y**2 + x**2 >= hole)) for hole in (0, 49))
    found = judged([(network, measure)], np.array([disc, ring], np.uint8))
    assert found.like_a_digit[0] < found.strangeness[0] / NO_DIGIT
    assert not found.like_a_digit[0]
    lax = replace(measure, limits=measure.limits * [1, 1, 100])
    assert judged([(network, lax)], np.array([disc], np.uint8)).strangeness < found.strangeness[0]


def test_an_improbable_answer_is_unsure_however_much_it_looks_like_the_digit(
    network, measure, digits
):
    strict = replace(measure, limits=np.array([2, *measure.limits[1:]]))
    found = judged([(network, strict)], digits.images[:50])
    assert found.unsure.all()
    assert found.like_a_digit.any()


def test_a_network_that_has_learnt_nothing_is_sure_of_nothing(digits):
    untrained = Network([784, 10], dtype="float32")
    measure = measured(untrained, digits[:TRAINED], digits[TRAINED:4000])
    assert judged([(untrained, measure)], digits.images[:50]).unsure.all()


def test_without_a_measure_only_improbable_answers_are_unsure(network, digits):
    found = judged([(network, None)], digits.images[:500])
    assert np.array_equal(found.probabilities, network.classify(digits.images[:500]))
    assert np.array_equal(found.unsure, found.probabilities.max(axis=1) < 0.5)
    assert found.like_a_digit.all()
    assert np.isnan(found.strangeness).all()


def test_a_committee_is_judged_by_its_own_answer_and_the_means_of_its_limits(
    network, measure, digits
):
    wider = replace(measure, limits=measure.limits * [0.5, 2, 2])
    images = digits.images[:300]
    other = Network([784, 10], dtype="float32")
    found = judged([(network, measure), (other, wider)], images)
    alone = judged([(network, measure)], images)
    assert found.probabilities == pytest.approx((alone.probabilities + 0.1) / 2, abs=1e-6)
    assert found.strangeness == pytest.approx(alone.strangeness * 0.75, rel=1e-6)
    assert np.isnan(judged([(network, measure), (other, None)], images).strangeness).all()


def test_images_of_another_kind_are_refused(network, measure):
    with pytest.raises(DataError, match="images of type int64"):
        judged([(network, measure)], np.zeros((1, 784), np.int64))


def test_numbers_from_0_to_1_are_judged_as_bytes_are(network, measure, digits):
    some = digits.images[:20]
    as_bytes, as_numbers = (judged([(network, measure)], x) for x in (some, some / 255))
    assert as_numbers.strangeness == pytest.approx(as_bytes.strangeness, abs=1e-5)


@pytest.mark.parametrize("train", [1, 3, 40])
def test_a_few_images_are_enough_for_a_measure(network, digits, train):
    few = measured(network, digits[:train], digits[:0] if train > 10 else digits[3000:3005])
    assert np.isfinite(few.limits).all()
    assert np.isfinite(judged([(network, few)], digits.images[:100]).strangeness).all()


def taught(known, classes):
    """Return a network that has learnt these images."""
    network = Network([784, 30, classes], dtype="float32")
    network.initialize("he", np.random.default_rng(0))
    for _ in range(20):
        for x, t in known.in_order(10, np.dtype("float32")):
            network.gradient(x, t)
            network.flat[:] -= 0.1 * network.flat_gradient
    return network


def own_shapes(classes, each):
    images, labels = shapes(classes, each, np.random.default_rng(7))
    return Split(images.reshape(-1, 784), labels.astype(np.intp))


@pytest.mark.parametrize("classes", [2, 26])
def test_shapes_of_other_classes_are_sure_and_what_is_none_of_them_is_not(classes):
    known, new = own_shapes(classes, 16), own_shapes(classes, 3)
    network = taught(known, classes)
    measure = measured(network, known, known[:0])
    assert judged([(network, measure)], new.images).unsure.mean() < 0.2
    assert not judged([(network, measure)], scribbles()).like_a_digit.any()


@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.parametrize("validation", [0, 30])
def test_a_class_of_few_images_has_doubts_like_the_others(count, validation):
    known, held_out = own_shapes(3, 12), own_shapes(3, 10)[:validation]
    few = np.flatnonzero(known.labels == 2)
    chosen = np.delete(np.arange(len(known)), few[count:])
    train = Split(known.images[chosen], known.labels[chosen])
    network = taught(train, 3)
    measure = measured(network, train, held_out)
    found = judged([(network, measure)], np.concatenate([known.images[few], train.images]))
    assert np.isfinite(found.strangeness).all()
    assert found.like_a_digit[len(few) :].mean() > 0.9
    if count:
        assert found.like_a_digit[:count].mean() >= 0.5


@pytest.mark.parametrize("train", [1, 3])
def test_where_no_image_is_left_for_limits_only_the_improbable_is_unsure(train):
    known = own_shapes(3, 12)
    first = [int(np.flatnonzero(known.labels == number)[0]) for number in range(train)]
    network = taught(known, 3)
    few = measured(network, Split(known.images[first], known.labels[first]), known[:0])
    found = judged([(network, few)], np.concatenate([known.images, scribbles().reshape(-1, 784)]))
    assert np.array_equal(found.unsure, found.probabilities.max(axis=1) < 0.5)
    assert found.like_a_digit.all()


def test_of_two_classes_a_half_is_as_good_as_nothing():
    known, untrained = own_shapes(2, 20), Network([784, 2], dtype="float32")
    measure = measured(untrained, known[:20], known[20:])
    for one in (measure, None):
        assert judged([(untrained, one)], known.images).unsure.all()


def test_the_measure_of_many_classes_is_not_much_larger():
    sizes = {
        classes: sum(
            np.dtype(dtype).itemsize * np.prod(shape)
            for dtype, shape in doubt.forms(classes).values()
        )
        for classes in (10, 26, 62, 256)
    }
    assert max(sizes.values()) < 2.5e6
    assert doubt.forms(26)["middles"][1][1] == doubt.PLANES == 10
    assert doubt.forms(256)["middles"][1][1] == 2
    known = own_shapes(62, 2)
    measure = measured(taught(known[:10], 62), known, known)
    shapes_of = {name: array.shape for name, array in measure.arrays().items()}
    assert shapes_of == {name: shape for name, (_, shape) in doubt.forms(62).items()}


def test_the_arrays_of_a_measure_are_a_measure_again(network, measure, digits):
    again = unpacked(measure.arrays())
    found, before = (judged([(network, one)], digits.images[:100]) for one in (again, measure))
    assert np.array_equal(found.strangeness, before.strangeness)
    assert {name: array.dtype.str for name, array in measure.arrays().items()} == {
        "middles": "<f2",
        "axes": "<f2",
        "limits": "<f8",
    }


@pytest.mark.parametrize(
    "limits",
    [
        [-0.1, 1, 1], [1.1, 1, 1], [0.5, 0, 1], [0.5, -1, 1], [0.5, 1, 0], [np.nan, 1, 1],
        [0.5, np.inf, 1], [0.5, 1, np.inf],
    ],
)  # fmt: skip
def test_limits_that_cannot_be_are_refused(measure, limits):
    with pytest.raises(ValueError, match="holds limits that"):
        unpacked(measure.arrays() | {"limits": np.array(limits)})


def test_numbers_that_are_not_finite_are_refused(measure):
    arrays = measure.arrays()
    arrays["axes"][3, 2, 1, 0] = np.inf
    with pytest.raises(ValueError, match="holds axes that are not finite numbers"):
        unpacked(arrays)
