"""Planes: what lies in one is near, and few images are no difficulty."""

import numpy as np
import pytest

from bpnet.evaluation import planes


def test_two_lines_are_found_and_distances_are_from_the_nearest(rng):
    along = rng.normal(size=200)
    lines = np.stack([along, np.repeat([10, -10], 100), np.zeros(200)], axis=1)
    middles, axes = planes.fit(lines[rng.permutation(200)].astype(np.float32), planes=2, axes=1)
    assert np.abs(axes[:, 0]) == pytest.approx(np.array([[1, 0, 0], [1, 0, 0]]), abs=1e-3)
    x = np.array([[3, 10, 0], [3, 10, 4], [0, -8, 0]], np.float32)
    assert planes.distances(x, middles, axes) == pytest.approx([0, 4, 2], abs=1e-2)


def test_more_axes_are_never_further(rng):
    x = rng.normal(size=(300, 20)).astype(np.float32)
    few, many = (planes.distances(x, *planes.fit(x, 5, axes)) for axes in (3, 10))
    assert (many < few + 1e-3).all()


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_what_is_too_few_for_the_planes_has_axes_of_no_length(rng, count):
    x = rng.normal(size=(count, 20)).astype(np.float32)
    middles, axes = planes.fit(x, planes=4, axes=3)
    assert (middles.shape, axes.shape) == ((4, 20), (4, 3, 20))
    lengths = np.linalg.norm(axes, axis=2)
    assert np.all((np.abs(lengths - 1) < 1e-4) | (lengths == 0))
    assert np.isfinite(planes.distances(x, middles, axes)).all()


def test_the_same_images_give_the_same_bytes(rng):
    x = rng.normal(size=(300, 20)).astype(np.float32)
    first, again = (planes.fit(x.copy(), 5, 3) for _ in range(2))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(first, again, strict=True))
