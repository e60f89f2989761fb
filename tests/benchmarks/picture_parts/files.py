"""What a photo of 12 megapixels costs beside a picture of 28 x 28."""

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from picture_parts.reading import SEED, Row
from tests.helpers.papers import plain
from tests.helpers.pictures import predict

ROUNDS = 5


def rows(folder, image):
    """Return the seconds more that it takes, in turn in one run, and its memory."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "r").symlink_to(Path(folder).resolve())
        photo = Image.fromarray(plain(image, np.random.default_rng(SEED)))
        photo.resize((4000, 3000), Image.Resampling.BICUBIC).convert("RGB").save(
            place / "photo.jpg", quality=92
        )
        Image.fromarray(255 - image).save(place / "small.png")
        pairs = [(_timed(place, "small.png"), _timed(place, "photo.jpg")) for _ in range(ROUNDS)]
    more = statistics.median(large[0] - small[0] for small, large in pairs)
    memory = max(large[1] for _, large in pairs) / 1e6
    network = Path(folder).name
    figure = f"{more:.2f} s more, median of {ROUNDS}"
    yield Row("a JPEG of 12 megapixels", network, figure, "0.5 s", more <= 0.5)
    yield Row("a JPEG of 12 megapixels", network, f"{memory:.0f} MB", "200 MB", memory <= 200)


def _timed(place, name):
    began = time.perf_counter()
    done = predict(place, name)
    assert done.status == 0, done.err
    return time.perf_counter() - began, done.memory
