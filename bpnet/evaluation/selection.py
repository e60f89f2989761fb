"""The best of several settings, chosen by the same images: which others may be as good?"""

import math
from collections.abc import Sequence

import numpy as np

from bpnet.array import Array
from bpnet.evaluation.comparison import holm


def by_seeds(right: Array) -> list[float]:
    """Return p of each of K settings but the first: would other seeds make it as good as that?

    right (K, S): how many images each network has right, of S seeds, 2 or more; the best setting
    first. p is that of Student's t. As S seeds tell little of how far seeds are apart, the variance
    is the mean over all settings from the first to this one. It is not taken to be less than that
    of these two, which may differ more from seed to seed, nor less than that of rounding, 1 / 12.

    >>> [round(p, 3) for p in by_seeds(np.array([[80, 82], [79, 81], [60, 62]]))]
    [0.553, 0.001]
    """
    settings, seeds = right.shape
    numbers, own = np.arange(1, settings + 1), right.var(axis=1, ddof=1)
    variances = np.maximum(np.cumsum(own) / numbers, (own[0] + own) / 2).clip(min=1 / 12)
    differences = right[0].mean() - right.mean(axis=1)
    t = differences / np.sqrt(2 * variances / seeds)
    freedoms = numbers * (seeds - 1)
    return [student(*both) for both in zip(t[1:].tolist(), freedoms[1:].tolist(), strict=True)]


def student(t: float, freedom: int) -> float:
    """Return P(|T| >= t) for t >= 0, T of Student's t with so many degrees of freedom.

    Source: Abramowitz and Stegun, Handbook of mathematical functions, 1964, 26.7.3 and 26.7.4.

    >>> round(student(12.706, freedom=1), 4), round(student(4.303, freedom=2), 4)
    (0.05, 0.05)
    """
    theta = math.atan(t / math.sqrt(freedom))
    i = np.arange(1 + freedom % 2, freedom - 1, 2)
    terms = np.cumprod(math.cos(theta) ** 2 * i / (i + 1))
    series = math.sin(theta) * (1 + float(terms.sum()))
    if freedom % 2:
        series = 2 / math.pi * (theta + math.cos(theta) * series * (freedom > 1))
    return max(0.0, 1 - series)


def against_the_best(ps: Sequence[float]) -> list[float]:
    """Return the p of each of k - 1 against the best of k, which the same images have chosen.

    Any two of the k might have been the best and another, so each p counts k / 2 times: then Holm's
    first multiplier is k (k - 1) / 2, the number of pairs. Let g of the k be equal to the best: the
    first of them to be called worse has had (g - 1) k / 2 or more, so its chance is at most
    0.05 g / k, and over all groups of equals at most 0.05.

    >>> against_the_best([0.01, 0.5, 0.001])  # 2 * 2 * 0.01, 1 * 2 * 0.5, 3 * 2 * 0.001
    [0.04, 1.0, 0.006]
    """
    return holm([p * (len(ps) + 1) / 2 for p in ps])
