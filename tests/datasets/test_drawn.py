"""The drawn digits are digits, stay the same and keep MNIST's geometry."""

import numpy as np
import pytest

from bpnet.datasets.drawn import HANDS, draw
from bpnet.datasets.drawn.curves import build_atlas, choose, interpolate, read, slopes
from bpnet.datasets.drawn.pen import fit, frame, write
from bpnet.datasets.drawn.strokes import STYLES

drawn_images, drawn_labels = draw(2000, np.random.default_rng(1))
ATLAS = build_atlas(STYLES)
PEN = HANDS["drawn"].pen
STYLE_NAMES = [
    f"{digit} {line.split()[1]}"
    for digit, text in STYLES.items()
    for line in text.strip().splitlines()
]


def centres(images):
    mass = images.sum(axis=(1, 2))
    index = np.arange(28)
    return images.sum(axis=2) @ index / mass, images.sum(axis=1) @ index / mass


def sides(images):
    return (images > 0).any(axis=2).sum(axis=1), (images > 0).any(axis=1).sum(axis=1)


def test_the_same_generator_draws_the_same_digits():
    images, labels = draw(2000, np.random.default_rng(1))
    assert (images == drawn_images).all()
    assert (labels == drawn_labels).all()


def test_another_generator_draws_other_digits():
    images, labels = draw(2000, np.random.default_rng(2))
    assert (labels != drawn_labels).mean() > 0.8
    assert (images != drawn_images).any(axis=(1, 2)).all()


def test_images_and_labels_are_bytes_in_mnist_shape():
    assert drawn_images.shape == (2000, 28, 28)
    assert drawn_images.dtype == np.uint8
    assert drawn_labels.shape == (2000,)
    assert drawn_labels.dtype == np.uint8


@pytest.mark.parametrize("count", [0, 1, 1001])
def test_any_count_can_be_drawn(count):
    images, labels = draw(count, np.random.default_rng(3))
    assert len(images) == len(labels) == count
    assert (images.max(axis=(1, 2), initial=0) > 200).all()


def test_all_ten_digits_come_equally_often():
    counts = np.bincount(drawn_labels, minlength=10)
    assert len(counts) == 10
    assert (abs(counts - 200) < 60).all()


def test_every_label_gets_a_style_of_its_digit():
    atlas = build_atlas(STYLES)
    labels = np.repeat(np.arange(10, dtype=np.uint8), 500)
    styles = choose(atlas, labels, np.random.default_rng(4))
    assert (atlas.digits[styles] == labels).all()


def test_every_style_has_a_name_of_its_own():
    assert len(set(STYLE_NAMES)) == len(STYLE_NAMES) == len(ATLAS.points)


def test_common_styles_are_chosen_more_often():
    atlas = build_atlas({0: "1 rare 0000 9999\n3 common 0000 9999"})
    styles = choose(atlas, np.zeros(4000, np.uint8), np.random.default_rng(5))
    assert styles.mean() == pytest.approx(0.75, abs=0.03)


def test_the_centre_of_mass_lies_in_the_middle_pixel():
    for centre in centres(drawn_images):
        assert (centre >= 13.5).all()
        assert (centre < 14.5).all()


def test_even_a_lopsided_digit_is_centred():
    box = np.zeros((1, 20, 20), np.float32)
    box[0, 0, :] = box[0, :, 19] = 1  # a 7 as top-heavy as can be
    for centre in centres(frame(box)):
        assert 13.5 <= centre[0] < 14.5


def test_the_longer_side_is_twenty_pixels():
    assert (np.maximum(*sides(drawn_images)) == 20).mean() > 0.999


def test_every_style_fills_its_box():
    ink = write(ATLAS, np.arange(len(STYLE_NAMES)), PEN, np.random.default_rng(6))
    images = frame(ink)
    share = images.mean(axis=(1, 2)) / 255
    fills = (np.maximum(*sides(images)) == 20) & (share > 0.02) & (share < 0.35)
    assert [name for name, right in zip(STYLE_NAMES, fills, strict=True) if not right] == []
    assert ink.dtype == np.float32
    assert ink.min() >= 0
    assert ink.max() <= 1


def test_a_stroke_touches_the_edges_of_its_box_with_its_rim():
    curve = np.array([[[-1, -3], [1, 5]]], np.float32)
    fitted = fit(curve, np.full((1, 1, 1), 1.5, np.float32))
    assert fitted[0, :, 1] == pytest.approx([1, 18])  # pixel edges: -0.5 and 19.5
    assert fitted[0, :, 0].mean() == pytest.approx(9.5)


def test_sketched_digits_have_mnists_geometry_and_a_thinner_pen():
    images, _ = draw(2000, np.random.default_rng(1), HANDS["sketched"])
    for centre in centres(images):
        assert ((centre >= 13.5) & (centre < 14.5)).mean() > 0.999  # but for a very top-heavy 7
    assert (np.maximum(*sides(images)) == 20).mean() > 0.998
    assert images.mean() < 0.75 * drawn_images.mean()


def test_every_style_of_a_sketched_digit_is_as_common_as_another():
    atlas = build_atlas(HANDS["sketched"].styles)
    for digit in range(10):
        shares = np.diff(atlas.shares[atlas.digits == digit], prepend=digit)
        assert shares == pytest.approx(1 / len(shares))
    assert (atlas.digits == 1).sum() == STYLES[1].strip().count("\n") + 1 + 8


def test_the_ink_is_like_mnist():
    share = drawn_images.mean(axis=(1, 2)) / 255
    by_digit = [share[drawn_labels == digit].mean() for digit in range(10)]
    assert share.mean() == pytest.approx(0.131, abs=0.015)
    assert np.argmin(by_digit) == 1
    assert np.argmax(by_digit) == 0
    assert 0.3 < (drawn_images >= 250).sum() / (drawn_images > 0).sum() < 0.45


def test_a_curve_passes_through_its_control_points():
    stroke = read("0000 5050 9900")[0]
    curve = interpolate(stroke, 200) @ stroke.points
    distance = np.linalg.norm(curve[:, None] - stroke.points, axis=2).min(axis=0)
    assert distance.max() < 0.02


def test_only_marked_points_are_corners():
    def sharpest_turn(text):
        stroke = read(text)[0]
        steps = np.diff(interpolate(stroke, 200) @ stroke.points, axis=0)
        angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        return abs(np.diff(angles)).max()

    assert sharpest_turn("0000 5050 9900") < 0.2
    assert sharpest_turn("0000 5050! 9900") > 0.7


def test_the_shorter_chord_weighs_more_in_the_slope():
    before, after = slopes(np.array([1.0, 3.0]), np.zeros(3, np.bool_))
    mean = 3 / 4 * np.array([-1, 1, 0]) + 1 / 4 * np.array([0, -1, 1]) / 3
    assert before[1] == pytest.approx(mean)
    assert after[1] == pytest.approx(mean)


def test_nothing_is_drawn_where_the_pen_is_lifted():
    atlas = build_atlas({1: "1 two-strokes 0000 0099 | 9900 9999"})
    ink = write(atlas, np.zeros(50, np.intp), PEN, np.random.default_rng(7))
    assert np.median(ink[:, 8:12, 9:11].max(axis=(1, 2))) == 0
