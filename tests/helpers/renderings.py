"""Digits of MNIST as a person's pictures may show them; each takes an image (28, 28) and an rng."""

from collections.abc import Callable

import numpy as np

from bpnet.array import Array

Rendering = Callable[[Array, np.random.Generator], Array]


def in_a_larger_frame(image: Array, rng: np.random.Generator) -> Array:
    """Return the image somewhere in a black frame."""
    frame = np.zeros((100, 120), np.uint8)
    top, left = rng.integers(73), rng.integers(93)
    frame[top : top + 28, left : left + 28] = image
    return frame


def enlarged(image: Array, rng: np.random.Generator) -> Array:
    """Return the image with ten times as many rows and columns."""
    return np.kron(image, np.ones((10, 10), np.uint8))


def of_other_contrast(image: Array, rng: np.random.Generator) -> Array:
    """Return the image with less contrast, and brighter."""
    return (image * rng.uniform(0.25, 0.8) + rng.uniform(0, 50)).astype(np.uint8)


def photographed(image: Array, rng: np.random.Generator) -> Array:
    """Return dark ink on paper in uneven light, 400 x 300 pixels, with the noise of a camera."""
    size = int(rng.integers(120, 240))
    top, left = rng.integers(301 - size), rng.integers(401 - size)
    y, x = np.mgrid[0:300, 0:400]
    angle = rng.uniform(0, 2 * np.pi)
    away = np.cos(angle) * (x / 400 - 0.5) + np.sin(angle) * (y / 300 - 0.5)
    light = 1 + rng.uniform(0.1, 0.35) * away + rng.uniform(-0.15, 0.15) * away**2
    ink = np.zeros((300, 400))
    ink[top : top + size, left : left + size] = _smoothly(image / 255, size)
    paper = rng.uniform(150, 230) * light * (1 - ink * rng.uniform(0.6, 0.85))
    noisy = paper + rng.normal(0, rng.uniform(2, 6), paper.shape)
    photo: Array = np.clip(noisy, 0, 255).round().astype(np.uint8)
    return photo


def _smoothly(image: Array, size: int) -> Array:
    """Return the image enlarged, with values between those of its pixels."""
    places = np.linspace(0, 27, size)
    between = np.maximum(1 - np.abs(places[:, None] - np.arange(28)), 0)
    enlarged: Array = between @ image @ between.T
    return enlarged


RENDERINGS: dict[str, tuple[Rendering, float]] = {  # and the points of accuracy it may cost
    "as they are": (lambda image, rng: image, 0.1),
    "inverted": (lambda image, rng: 255 - image, 0.3),
    "off-centre in a larger frame": (in_a_larger_frame, 0.3),
    "enlarged ten times": (enlarged, 0.3),
    "brightness and contrast": (of_other_contrast, 0.3),
    "photographed": (photographed, 2),
}
