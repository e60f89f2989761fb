"""Distorted images, held against a slow reading of the definition, pixel by pixel."""

import math

import numpy as np
import pytest

from bpnet.config import AugmentConfig
from bpnet.datasets.distortions import Distortion, gaussian, half_as_far, noise, sampled


@pytest.fixture
def images(rng):
    return rng.random((3, 784))


def distorted(images, rng, **config):
    return Distortion(AugmentConfig(**config))(images, rng)


class Draws:
    """A generator that draws the given numbers for every image, in place of random ones."""

    def __init__(self, rotation=0, shear=0, high=0, wide=0, down=0, right=0):
        self.numbers = rotation, shear, high, wide, down, right

    def uniform(self, low, high, shape):
        assert (low, high) == (-1, 1)
        return np.tile(np.array(self.numbers, float)[:, None], shape[1])


def bilinear(image, row, column):
    """Return an image (28, 28) read at one place, from the definition."""
    total = 0.0
    for i in (math.floor(row), math.floor(row) + 1):
        for j in (math.floor(column), math.floor(column) + 1):
            if 0 <= i < 28 and 0 <= j < 28:
                total += image[i, j] * (1 - abs(row - i)) * (1 - abs(column - j))
    return total


def test_every_pixel_is_the_bilinear_mean_around_its_place(images, rng):
    places = rng.uniform(-6, 34, (28, 2, 3, 28)).astype("float32")
    found = sampled(images, places).reshape(3, 28, 28)
    for n, i, j in np.ndindex(3, 28, 28):
        expected = bilinear(images[n].reshape(28, 28), *places[i, :, n, j].astype(float))
        assert found[n, i, j] == pytest.approx(expected, abs=1e-5)


def test_far_outside_all_is_background(images):
    for far in (-1e6, 1e6):
        assert not sampled(images, np.full((28, 2, 3, 28), far, "float32")).any()


def test_a_quarter_turn_is_exact(images):
    found = distorted(images, Draws(rotation=1), rotation=90).reshape(3, 28, 28)
    assert found == pytest.approx(np.rot90(images.reshape(3, 28, 28), -1, (1, 2)), abs=1e-4)


def test_a_shift_moves_by_its_pixels(images):
    found = distorted(images, Draws(down=1, right=-0.5), shift=4).reshape(3, 28, 28)
    assert found[:, :24, 2:] == pytest.approx(images.reshape(3, 28, 28)[:, 4:, :26], abs=1e-5)
    assert not found[:, 24:].any()
    assert not found[:, :, :2].any()


@pytest.mark.parametrize(
    ("draws", "config", "place"),
    [
        (Draws(high=0.5), {"scaling": 50}, lambda v, u: (1.25 * v, u)),
        (Draws(wide=-0.5), {"scaling": 50}, lambda v, u: (v, 0.75 * u)),
        (Draws(shear=1), {"shear": 45}, lambda v, u: (v, u + v)),
        (
            Draws(shear=1, high=1, wide=-1),
            {"shear": 45, "scaling": 20},
            lambda v, u: (1.2 * v, 0.8 * u + 1.2 * v),
        ),
        (
            Draws(rotation=1, high=1),
            {"rotation": 30, "scaling": 20},
            lambda v, u: (1.2 * v * math.sqrt(3) / 2 - u / 2, 1.2 * v / 2 + u * math.sqrt(3) / 2),
        ),
    ],
)
def test_each_affine_distortion_reads_where_its_formula_says(images, draws, config, place):
    found = distorted(images, draws, **config).reshape(3, 28, 28)
    for n, i, j in np.ndindex(3, 28, 28):
        row, column = place(i - 13.5, j - 13.5)
        expected = bilinear(images[n].reshape(28, 28), row + 13.5, column + 13.5)
        assert found[n, i, j] == pytest.approx(expected, abs=1e-4)


def test_the_blur_is_a_gaussian_cut_off_at_three_sigma():
    blur = gaussian(2)
    assert blur.shape == (28, 40)
    assert blur.sum(axis=1) == pytest.approx(np.ones(28), rel=1e-6)
    for i in (0, 27):
        row = blur[i]
        assert (row.argmax(), np.flatnonzero(row).tolist()) == (i + 6, [*range(i, i + 13)])
        assert row[i + 8] / row[i + 6] == pytest.approx(math.exp(-0.5))


def test_the_elastic_field_is_alpha_times_blurred_noise(rng):
    distortion = Distortion(AugmentConfig(alpha=10, sigma=1))
    seed = rng.integers(2**32)
    fields = distortion._elastic_fields(3, np.random.default_rng(seed))
    grid = noise(34 * 2 * 3 * 34, np.random.default_rng(seed)).reshape(34, 2, 3, 34) / 127.5 - 1
    weights = [math.exp(-(d**2) / 2) for d in range(-3, 4)]
    kernel = np.outer(weights, weights) / sum(weights) ** 2
    for i, axis, n, j in [(0, 0, 0, 0), (27, 1, 2, 27), (13, 0, 1, 20)]:
        expected = 10 * np.sum(kernel * grid[i : i + 7, axis, n, j : j + 7])
        assert fields[i, axis, n, j] == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_the_field_is_as_strong_at_the_border_as_in_the_middle(rng):
    fields = Distortion(AugmentConfig(alpha=34, sigma=4))._elastic_fields(2000, rng)
    strength = fields.std(axis=(1, 2))
    expected = 34 / math.sqrt(3) / (2 * math.sqrt(math.pi) * 4)  # the root of the kernel's squares
    assert strength == pytest.approx(np.full((28, 28), expected), rel=0.1)


def test_the_noise_is_uniform(rng):
    found = noise(100_001, rng)
    assert (len(found), found.dtype, found.min(), found.max()) == (100_001, "float32", 0, 255)
    assert np.histogram(found, 4)[0] == pytest.approx(np.full(4, 25_000), rel=0.03)
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 0.01


def test_a_large_batch_is_drawn_in_parts_of_fifty(rng):
    images = rng.random((120, 784))
    whole = distorted(images, np.random.default_rng(5), alpha=34)
    one_by_one = np.random.default_rng(5)
    parts = [distorted(images[i : i + 50], one_by_one, alpha=34) for i in (0, 50, 100)]
    assert np.array_equal(whole, np.concatenate(parts))


def test_each_image_has_numbers_of_its_own(rng):
    same = np.tile(rng.random(784), (205, 1))
    for config in ({"alpha": 34}, {"rotation": 15}, {"shift": 2}, {"scaling": 15}, {"shear": 15}):
        assert len(np.unique(distorted(same, rng, **config), axis=0)) == 205


def test_the_same_generator_gives_the_same_images_in_the_dtype_of_the_plain_ones(images):
    for dtype in ("float32", "float64"):
        plain = images.astype(dtype)
        one, two = (distorted(plain, np.random.default_rng(3), alpha=34) for _ in range(2))
        assert np.array_equal(one, two)
        assert one.dtype == dtype
        assert np.array_equal(plain, images.astype(dtype))


def test_half_as_far_is_half_of_all_but_the_smoothness():
    found = half_as_far(AugmentConfig(8, 6, 4, 2, 30, 5, 0.1))
    assert found == AugmentConfig(4, 3, 2, 1, 15, 5, 0.1)
