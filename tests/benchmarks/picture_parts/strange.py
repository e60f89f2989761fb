"""What is no digit: signs, lines, scribbles; and how many digits are doubted."""

import numpy as np

from picture_parts.reading import SEED, Row, against, below, rendered, seen
from tests.helpers import desks, papers, screens
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
            bar = against(share, None if name in LIKE_DIGITS else 90)
            yield Row(f"sign: {name}", reader.name, f"{share:.0f} % of {count} caught", *bar)


BLANK = {
    "blank paper": papers.plain,
    "blank ruled paper": papers.ruled,
    "blank squared paper": papers.squared,
    "blank paper in a shadow": papers.shadow,
    "a blank sheet on a dark desk": desks.on_a_desk(0.1, 0.35),
    "a blank sheet on a light desk": desks.on_a_desk(0.75, 0.92),
    "blank paper with a black border": desks.black_border,
    "an app without a drawing": screens.in_an_app,
}


def blank(readers, images, labels):
    """Return how many pictures without a digit are refused or doubted."""
    nothing = np.zeros((max(5, len(images) // 25), 784), np.uint8)
    for name, render in BLANK.items():
        pictures = [seen(picture) for picture in rendered(render, nothing)]
        refused = 100 * np.mean([not lines for lines in pictures])
        for reader in readers:
            caught = 100 * np.mean([not reading.sure() for reading in reader.readings(pictures)])
            figure = f"{caught:.0f} % of {len(nothing)} caught ({refused:.0f} % refused)"
            yield Row(name, reader.name, figure)


def digits(readers, images, labels):
    """Return how many digits are refused or doubted that ought not to be."""
    pictures = [seen(picture) for picture in rendered(papers.plain, images)]
    for reader in readers:
        alone = 100 * np.mean(reader.answers(images)[1])
        figure = f"{alone:.2f} % doubted"
        yield Row("the images themselves", reader.name, figure, *below(alone, 1.3))
        lost = 100 * np.mean([not reading.sure() for reading in reader.readings(pictures)])
        yield Row("on plain paper", reader.name, f"{lost:.2f} % doubted or refused")
