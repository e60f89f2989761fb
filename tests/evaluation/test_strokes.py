"""Strokes: each direction has its own place, and the pen does not matter."""

import numpy as np
import pytest

from bpnet.evaluation.strokes import STROKES, strokes


def drawn(*parts):
    image = np.zeros((28, 28), np.uint8)
    for part in parts:
        image[part] = 255
    return image.reshape(1, 784)


STANDING = drawn(np.s_[4:24, 13:15])
LYING = drawn(np.s_[13:15, 4:24])


def directions(images):
    """Return how much there is of each of the four directions, in the whole image."""
    return (strokes(images)[0] ** 2).reshape(4, -1).sum(axis=1)


def test_upright_and_lying_lines_are_in_two_of_the_four_directions():
    assert directions(STANDING).argmax() == 0
    assert directions(LYING).argmax() == 1


@pytest.mark.parametrize(("turned", "direction"), [(np.eye(28), 3), (np.eye(28)[::-1], 2)])
def test_slanted_lines_are_in_the_other_two(turned, direction):
    image = (255 * turned).astype(np.uint8).reshape(1, 784)
    assert directions(image).argmax() == direction


def test_each_part_of_the_image_has_strokes_of_its_own():
    corner = drawn(np.s_[1:3, 25:27])
    found = strokes(corner)[0].reshape(4, 7, 7)
    assert np.argwhere(found.sum(axis=0) > 0).tolist() == [[0, 5], [0, 6], [1, 6]]


def test_grey_ink_and_a_thick_pen_have_nearly_the_same_strokes():
    grey = (STANDING // 3).astype(np.uint8)
    assert strokes(grey) == pytest.approx(strokes(STANDING), abs=0.002)
    thick = strokes(drawn(np.s_[3:25, 12:16]))
    assert np.linalg.norm(thick - strokes(STANDING)) < 0.5
    assert np.linalg.norm(strokes(LYING) - strokes(STANDING)) > 1


def test_strokes_have_length_1_but_a_blank_image_has_none():
    found = strokes(np.concatenate([STANDING, np.zeros((1, 784), np.uint8)]))
    assert found.shape == (2, STROKES)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 0], abs=1e-5)


def test_many_images_are_as_one_and_numbers_as_bytes(rng):
    images = rng.integers(256, size=(207, 784), dtype=np.uint8)
    each = np.concatenate([strokes(image[None]) for image in images])
    assert np.allclose(strokes(images), each, atol=1e-6)
    assert np.allclose(strokes(images / 255), each, atol=1e-6)
