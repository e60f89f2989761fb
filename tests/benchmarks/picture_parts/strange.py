"""What is no digit: signs, lines, scribbles; and how many digits are doubted."""

import numpy as np

from picture_parts.reading import SEED, Row, rendered, seen
from tests.helpers.papers import plain
from tests.helpers.signs import LIKE_DIGITS, SIGNS, sign


def signs(readers, images, labels):
    """Return how many of each shape are refused or doubted."""
    count = max(5, len(images) // 25)
    for name, shape in SIGNS.items():
        pictures = [
            seen(sign(shape, np.random.default_rng([SEED, number]))) for number in range(count)
        ]
        for reader in readers:
            caught = sum(not reading.sure() for reading in reader.readings(pictures))
            share = 100 * caught / count
            bar = ("", None) if name in LIKE_DIGITS else ("90", share >= 90)
            yield Row(f"sign: {name}", reader.name, f"{share:.0f} % of {count} caught", *bar)


def digits(readers, images, labels):
    """Return how many digits are refused or doubted that ought not to be."""
    pictures = [seen(picture) for picture in rendered(plain, images)]
    for reader in readers:
        alone = 100 * np.mean(reader.answers(images)[1])
        figure = f"{alone:.2f} % doubted"
        yield Row("the images themselves", reader.name, figure, "1.3", bool(alone <= 1.3))
        lost = 100 * np.mean([not reading.sure() for reading in reader.readings(pictures)])
        yield Row("on plain paper", reader.name, f"{lost:.2f} % doubted or refused")
