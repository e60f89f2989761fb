"""The parts of ink: the same as a slow walk from pixel to pixel finds."""

import numpy as np
import pytest

from bpnet.pictures.normalizing.labelling import labelled


def walked(mask):
    """Return the label of each pixel, found one by one."""
    labels = np.zeros(mask.shape, int)
    count = 0
    for first in zip(*np.nonzero(mask), strict=True):
        if labels[first]:
            continue
        count += 1
        labels[first] = count
        there = [first]
        while there:
            y, x = there.pop()
            rows, columns = (slice(max(0, place - 1), place + 2) for place in (y, x))
            around = np.argwhere(mask[rows, columns] & (labels[rows, columns] == 0))
            for down, right in around:
                near = (rows.start + down, columns.start + right)
                labels[near] = count
                there.append(near)
    return labels, count


def test_the_parts_are_those_that_a_walk_from_pixel_to_pixel_finds(rng):
    for _ in range(200):
        mask = rng.random(rng.integers(1, 12, 2)) < rng.uniform(0, 1)
        labels, count = labelled(mask)
        expected, number = walked(mask)
        assert count == number
        assert np.array_equal(labels, expected)


@pytest.mark.parametrize("turned", [False, True])
def test_a_path_to_and_fro_is_one_part_until_it_is_cut(turned):
    path = np.zeros((301, 301), bool)
    path[::2] = path[1::4, -1] = path[3::4, 0] = True
    assert labelled(path.T if turned else path)[1] == 1
    path[151, [0, -1]] = False
    assert labelled(path.T if turned else path)[1] == 2


def test_where_there_is_no_ink_there_is_no_part():
    labels, count = labelled(np.zeros((4, 5), bool))
    assert count == 0
    assert not labels.any()


def test_a_chessboard_is_one_part_and_dots_are_many():
    y, x = np.mgrid[0:300, 0:300]
    assert labelled((y + x) % 2 == 0)[1] == 1
    assert labelled((y % 2 == 0) & (x % 2 == 0))[1] == 150 * 150
