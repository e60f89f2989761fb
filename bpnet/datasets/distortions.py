"""Images, turned, scaled, sheared, shifted, and bent like rubber: drawn afresh at every call.

Each pixel of a distorted image is read at a place, a row and a column, of the plain one: an affine
map about its centre, plus Simard's elastic field, noise blurred until neighbours move together. A
place between four pixels reads their bilinear mean; outside the image all is background, 0.
Source: Simard, Steinkraus, Platt, Best practices for convolutional neural networks applied to
visual document analysis, ICDAR 2003.
"""

import math
from dataclasses import replace

import numpy as np

from bpnet.array import Array, aligned_zeros
from bpnet.config import AugmentConfig
from bpnet.datasets.splits import SIDE

BORDER = 2  # pixels of background around an image; places further out are moved into it
PADDED = SIDE + 2 * BORDER
MIDDLE = 127.5  # of the noise, which goes from 0 to 255
PART = 50  # images are drawn together: a large batch needs no more memory than a small one
FAR = ("rotation", "scaling", "shear", "shift", "alpha")  # how far an image is distorted


def half_as_far(config: AugmentConfig) -> AugmentConfig:
    """Return distortions that go half as far as these."""
    return replace(config, **{name: getattr(config, name) / 2 for name in FAR})


class Distortion:
    """The configured distortions, to be drawn for one batch after the other.

    >>> images = np.arange(2 * 784.0).reshape(2, 784)
    >>> unchanged = Distortion(AugmentConfig())(images, np.random.default_rng(0))
    >>> np.array_equal(unchanged, images)
    True
    """

    def __init__(self, config: AugmentConfig) -> None:
        self.config = config
        self.blur = gaussian(config.sigma)

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """Return the images (N, 784) in a new array, each distorted by numbers of its own."""
        distorted = aligned_zeros(images.shape, images.dtype)
        for start in range(0, len(images), PART):
            part = images[start : start + PART]
            distorted[start : start + PART] = sampled(part, self._places(len(part), rng))
        return distorted

    def _places(self, count: int, rng: np.random.Generator) -> Array:
        """Return where each pixel is read, (28, 2, count, 28).

        Of 28 rows of pixels, the row and the column, in each image, for 28 columns of pixels: in
        this order the blur is two matrix products for all images at once.
        """
        matrix, shift = self._affine_maps(count, rng)
        grid = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
        places = self._elastic_fields(count, rng)
        places += (matrix[:, 0] * grid[:, None, None] + shift + (SIDE - 1) / 2)[..., None]
        places += matrix[:, 1, :, None] * grid
        return places

    def _affine_maps(self, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return a matrix (2, 2, count) and a shift (2, count) for each image."""
        draws = rng.uniform(-1, 1, (6, count)).astype(np.float32)
        angle = math.radians(self.config.rotation) * draws[0]
        slant = np.tan(math.radians(self.config.shear) * draws[1])
        high, wide = 1 + self.config.scaling / 100 * draws[2:4]
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        scaled = np.array([[high, np.zeros_like(high)], [slant * high, wide]])
        matrix = np.einsum("ijn,jkn->ikn", turned, scaled)
        return matrix, np.float32(self.config.shift) * draws[4:]

    def _elastic_fields(self, count: int, rng: np.random.Generator) -> Array:
        """Return alpha * (noise from -1 to 1, blurred) for each pixel, (28, 2, count, 28)."""
        if not self.config.alpha:
            return np.zeros((SIDE, 2, count, SIDE), np.float32)
        side = self.blur.shape[1]
        field = self.blur @ noise(side * 2 * count * side, rng).reshape(side, -1)
        field = field.reshape(-1, side) @ self.blur.T
        field -= MIDDLE
        field *= self.config.alpha / MIDDLE
        return field.reshape(SIDE, 2, count, SIDE)


def gaussian(sigma: float) -> Array:
    """Return the blur by a Gaussian as a matrix (28, 28 + 2 * margin): field = blur noise blur^T.

    The margin of 3 sigma on either side is noise beyond the image: without it the field would fade
    towards the border.

    >>> gaussian(1).shape
    (28, 34)
    """
    margin = math.ceil(3 * sigma)
    distance = np.arange(-margin, SIDE + margin) - np.arange(SIDE)[:, None]
    weights = np.exp(-0.5 * (distance / sigma) ** 2) * (abs(distance) <= margin)
    blur: Array = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return blur


def noise(count: int, rng: np.random.Generator) -> Array:
    """Return uniform noise, whole numbers from 0 to 255: eight from each draw of the generator."""
    draws = rng.integers(0, 2**64, math.ceil(count / 8), dtype=np.uint64)
    return draws.view(np.uint8)[:count].astype(np.float32)


def sampled(images: Array, places: Array) -> Array:
    """Return images (N, 784), read at the places (28, 2, N, 28), each the bilinear mean of four.

    >>> ramp = np.tile(np.arange(28.0), (1, 28))  # as bright as the number of the column
    >>> row, column = np.full((28, 1, 28), 5.0), np.full((28, 1, 28), 7.25)
    >>> float(sampled(ramp, np.stack([row, column], axis=1))[0, 0])
    7.25
    """
    places = np.clip(places, -BORDER, SIDE)
    corners = np.floor(places)
    below, right = (places - corners).swapaxes(0, 1)
    padded = np.zeros((len(images), PADDED, PADDED), np.float32)
    padded[:, BORDER:-BORDER, BORDER:-BORDER] = images.reshape(-1, SIDE, SIDE)
    origins = np.arange(len(images), dtype=np.float32) * PADDED**2 + BORDER * PADDED + BORDER
    at = (corners[:, 0] * PADDED + corners[:, 1] + origins[:, None]).astype(np.intp)
    upper = _between(padded.reshape(-1), at, right)
    lower = _between(padded.reshape(-1)[PADDED:], at, right)
    lower -= upper
    lower *= below
    upper += lower
    distorted: Array = upper.swapaxes(0, 1).reshape(images.shape)
    return distorted


def _between(pixels: Array, at: Array, right: Array) -> Array:
    """Return what lies so far to the right of these pixels, on the way to the next."""
    left = pixels.take(at)
    step = pixels[1:].take(at)
    step -= left
    step *= right
    left += step
    return left
