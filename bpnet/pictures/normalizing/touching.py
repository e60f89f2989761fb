"""Whether a piece of ink is several digits that touch.

Two digits side by side have more strokes across than one, are wider for their height, fill more of
their box, and somewhere in their middle a column meets little more than one stroke.
"""

import numpy as np

from bpnet.array import Array

# Chosen on renderings of MNIST's training images, 800 touching pairs and 8,000 single digits, on
# 16,667 of these as they are, and on the 169 handed digits: 82 % of the pairs are called so, 0.2 to
# 0.3 % of the digits, and one of the handed ones, a 0 with a slash.
STROKE = 0.4  # of the strongest ink: so the inside of a bold digit stays open
FEWEST = 1.25  # strokes across: with fewer it is a line
WIDTH = 0.5  # strokes that a width of one height counts for
FILLED = 1  # strokes that a full box counts for
NECK = 0.25  # strokes that each stroke of the neck takes away
SEVERAL = 2.55  # strokes: with more it is several digits


def touching(ink: Array) -> bool:
    """Return whether this box of ink holds several digits that touch.

    >>> one = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]])
    >>> touching(one), touching(np.hstack([one, one]))
    (False, True)
    """
    strokes = ink > STROKE * ink.max()
    height, width = strokes.shape
    across = int(_met(strokes).sum()) / height
    if across < FEWEST:
        return False
    neck = int(_met(strokes.T)[width // 4 : width - width // 4].min())
    filled = np.count_nonzero(strokes) / (height * width)
    return bool(across + WIDTH * width / height + FILLED * filled - NECK * neck > SEVERAL)


def _met(strokes: Array) -> Array:
    """Return how many strokes each row meets.

    >>> _met(np.array([[1, 0, 1, 1], [0, 1, 1, 0], [0, 0, 0, 0]]) > 0).tolist()
    [2, 1, 0]
    """
    begins = strokes.copy()
    begins[:, 1:] &= ~strokes[:, :-1]
    met: Array = begins.sum(axis=1)
    return met
