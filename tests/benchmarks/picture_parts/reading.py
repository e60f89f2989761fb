"""What is read from pictures: their digits, and what a network takes them for."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from bpnet.cli import committee
from bpnet.errors import DataError
from bpnet.evaluation import doubt
from bpnet.pictures.normalizing import normalized

SEED = 20161125


class Row(NamedTuple):
    """A line of the benchmark's table."""

    pictures: str
    network: str
    figure: str
    bar: str = ""
    met: bool | None = None


def against(share, bar):
    """Return the bar and whether the share reaches it, as the end of a row."""
    return () if bar is None else (str(bar), bool(share >= bar))


def below(lost, bar):
    """Return the bar and whether no more is lost, as the end of a row."""
    return () if bar is None else (str(bar), bool(lost <= bar))


class Reading(NamedTuple):
    """A network's answers to the digits of a picture, line by line; none if it was refused."""

    digits: list[int]
    lines: list[int]  # how many digits each has
    doubted: list[bool]  # unsure, or not like a digit, or several that touch
    touching: list[bool]

    def sure(self):
        """Return whether a digit is named without a doubt."""
        return not all(self.doubted)


class Reader:
    """The network of a run, or a committee of seeds or of a sweep, with its name and its doubts."""

    def __init__(self, folder):
        self.name = Path(folder).name
        self.members = committee.members(committee.opened(Path(folder)))

    def readings(self, pictures):
        """Return a reading of each picture that was brought to MNIST's form."""
        images = [digit.image for lines in pictures for line in lines for digit in line]
        digits, doubted = self.answers(np.array(images).reshape(-1, 28, 28))
        found, at = [], 0
        for lines in pictures:
            touching = [digit.touching for line in lines for digit in line]
            end = at + len(touching)
            doubts = [a or b for a, b in zip(doubted[at:end], touching, strict=True)]
            sizes = [len(line) for line in lines]
            found.append(Reading(list(digits[at:end]), sizes, doubts, touching))
            at = end
        return found

    def answers(self, images):
        """Return the digit that each image (N, 28, 28) is taken for, and whether it is doubted."""
        if not len(images):
            return [], []
        judged = self._judged(images)
        doubted = judged.unsure | ~judged.like_a_digit
        return judged.probabilities.argmax(axis=1).tolist(), doubted.tolist()

    def strangeness(self, images):
        """Return by how much each image (N, 28, 28) is to be doubted; NaN without a measure."""
        return self._judged(images).strangeness

    def _judged(self, images):
        return doubt.judged(self.members, images)

    def least_strange(self, lines):
        """Return the strangeness of the digit that is least so; without one, it is infinite."""
        images = [digit.image for line in lines for digit in line]
        return self.strangeness(np.array(images)).min() if images else np.inf

    def right(self, pictures, labels):
        """Return how many pictures are read as this one digit and no other, in percent."""
        readings = self.readings(pictures)
        hits = [r.digits == [label] for r, label in zip(readings, labels, strict=True)]
        return 100 * float(np.mean(hits))


def seen(grey):
    """Return the digits of a picture; none of one that is refused."""
    try:
        return normalized(grey)
    except DataError:
        return []


def rendered(render, images):
    """Return the rendering of each image; its random numbers are the same for every rendering."""
    for number, image in enumerate(images):
        yield render(image.reshape(28, 28), np.random.default_rng([SEED, number]))


def not_one(pictures):
    """Return in words how many pictures have another number of digits than one."""
    counts = [sum(map(len, lines)) for lines in pictures]
    refused, several = counts.count(0), sum(count > 1 for count in counts)
    parts = [f"{refused} refused"] * bool(refused) + [f"{several} taken for several"] * bool(
        several
    )
    return f" ({', '.join(parts)})" if parts else ""
