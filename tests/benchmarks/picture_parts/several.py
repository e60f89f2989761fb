"""Several digits: rows, sheets, pairs that touch."""

import numpy as np

from picture_parts.reading import SEED, Row, against, below, seen
from tests.helpers.papers import with_lines
from tests.helpers.rows import row, sheet, touching


def rows_and_sheets(readers, images, labels):
    """Return how often their number and order are right, and what each digit loses."""
    lengths = np.random.default_rng(SEED).integers(2, 7, len(images) * 3 // 10)
    yield from _several(readers, images, labels, "rows of 2 to 6", row, lengths, 98, _one_line)
    yield from _several(
        readers, images, labels, "rows on ruled paper", _ruled_row, lengths, None, _one_line
    )
    sheets = np.full(max(1, len(images) // 16), 16)
    yield from _several(readers, images, labels, "sheets of 4 x 4", sheet, sheets, 95, _four_lines)


def _ruled_row(images, rng):
    return row(images, rng, with_lines)


def _one_line(count):
    return [count]


def _four_lines(count):
    return [4, 4, 4, 4]


def _several(readers, images, labels, name, render, counts, bar, form):
    rng = np.random.default_rng(SEED)
    told_apart, together, alone, truth = 0, [], [], []
    for start, count in zip(np.cumsum(counts) - counts, counts, strict=True):
        numbers = np.arange(start, start + count) % len(images)
        whole, single = render(images[numbers], rng)
        lines, own = seen(whole), [seen(picture) for picture in single]
        if [len(line) for line in lines] == form(count) and _in_order(lines, own):
            told_apart += 1
            together += [[[digit]] for line in lines for digit in line]
            alone += own
            truth += list(labels[numbers])
    share = 100 * told_apart / len(counts)
    figure = f"{share:.1f} % of {len(counts)}"
    yield Row(f"{name}: number and order", "any", figure, *against(share, bar))
    for reader in readers if truth else []:
        lost = reader.right(alone, truth) - reader.right(together, truth)
        figure = f"{lost:+.2f} points lost"
        yield Row(f"{name}: each digit", reader.name, figure, *below(lost, bar and 0.5))


def _in_order(lines, own):
    """Return whether each digit is most like the one that is alone at its place."""
    several = np.array([digit.image for line in lines for digit in line], float)
    alone = np.array([_first(digits) for digits in own], float)
    apart = ((several[:, None] - alone[None]) ** 2).sum(axis=(2, 3))
    return bool((apart.argmin(axis=1) == np.arange(len(several))).all())


def _first(lines):
    return lines[0][0].image if lines else np.zeros((28, 28))


def pairs(readers, images, labels):
    """Return how often two digits that touch are said to, or are read right all the same."""
    rng = np.random.default_rng(SEED)
    count = max(1, len(images) // 10)
    pictures = [seen(touching(images[2 * i : 2 * i + 2], rng)) for i in range(count)]
    for reader in readers:
        readings = reader.readings(pictures)
        said = sum(any(reading.touching) for reading in readings)
        read = sum(
            not any(reading.touching) and reading.digits == list(labels[2 * i : 2 * i + 2])
            for i, reading in enumerate(readings)
        )
        share = 100 * (said + read) / count
        figure = f"{share:.0f} % of {count} ({said} said to touch, {read} read right)"
        yield Row("pairs that touch", reader.name, figure, *against(share, 80))
