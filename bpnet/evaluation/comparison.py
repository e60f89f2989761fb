"""Is a network better than another, or is it chance?"""

import math
from collections.abc import Sequence

import numpy as np

from bpnet.array import Array

SIGNIFICANT = 0.05  # a smaller p is called a difference
LEAST = 1e-10  # of what sign_flips returns: below, rounding decides


def only_right(a: Array, b: Array, t: Array) -> tuple[int, int]:
    """Return how many images each of two networks alone has right, by their answers (N,).

    >>> only_right(np.array([1, 2, 3]), np.array([1, 2, 4]), np.array([1, 5, 4]))
    (0, 1)
    """
    right_a, right_b = a == t, b == t
    return int(np.sum(right_a & ~right_b)), int(np.sum(right_b & ~right_a))


def mcnemar(only_a: int, only_b: int) -> float:
    """Return p = min(1, 2 sum of C(n, i) / 2^n for i <= min(only_a, only_b)), n = only_a + only_b.

    Where both networks are right, or both wrong, nothing is learnt of which is better; where they
    differ, two equally good ones are each right as heads and tails come.
    Source: McNemar, Note on the sampling error of the difference between correlated proportions or
    percentages, 1947; the exact form.

    >>> mcnemar(0, 5)  # 2 / 2^5
    0.0625
    """
    n = only_a + only_b
    term = total = 1  # C(n, 0), and the sum: whole numbers, so that nothing is lost
    for i in range(min(only_a, only_b)):
        term = term * (n - i) // (i + 1)
        total += term
    p: float = 2 * total / 2**n
    return min(1.0, p)


def sign_flips(differences: Array) -> float:
    """Return p = P(|sum ±d_i| >= |sum d_i|) for whole numbers d (N,), each sign by a coin.

    d_i is how many networks more have image i right on one side than on the other, with as many on
    each. Where neither side is better, d_i and -d_i are equally likely. One network a side: this is
    `mcnemar`. The chances of all sums are those of a product of binomials; its Fourier transform is
    the product of cos(d_i theta). They are exact but for rounding, 1e-13 for 1,000 images that
    count; below 1e-10, 1e-10 is returned.
    Source: Fisher, The design of experiments, 1935, section 21.

    >>> round(sign_flips(np.array([1, 0, 2, 1])), 12)  # 4 or -4: 2 of 2^3
    0.25
    """
    observed = abs(int(differences.sum()))
    sizes = np.abs(differences[differences != 0], dtype=np.int64)
    sizes, counts = np.unique(sizes, return_counts=True)
    farthest = int((counts * sizes).sum())
    reach = min(farthest, 1 + math.isqrt(81 * int((counts * sizes**2).sum())))
    if not observed or observed > reach:  # beyond 9 standard deviations: P < 1e-17 (Hoeffding)
        return LEAST if observed else 1.0
    length = 2 ** (2 * reach).bit_length()
    chances = np.fft.irfft(_product_of_cosines(sizes, counts, length), length)
    return max(LEAST, float(chances[observed : length - observed + 1].sum()))


def _product_of_cosines(sizes: Array, counts: Array, length: int) -> Array:
    """Return the product of cos(size theta)^count at theta = 2 pi k / length, k <= length / 2.

    Nearly everywhere it is 0 after some factors: there it is not computed any further.
    """
    k, product = np.arange(length // 2 + 1), np.ones(length // 2 + 1)
    for which in np.argsort(-counts):
        product *= np.cos(2 * np.pi / length * (sizes[which] * k % length)) ** counts[which]
        left = np.abs(product) > 1e-30
        k, product = k[left], product[left]
    products = np.zeros(length // 2 + 1)
    products[k] = product
    return products


def holm(ps: Sequence[float]) -> list[float]:
    """Return the p of each of m comparisons, corrected for their number (Holm's).

    The smallest is multiplied by m, the next one by m - 1, and so on; none becomes smaller than one
    before it, or larger than 1. So the chance that any of them is below 0.05, where no network is
    better than another, is at most 0.05.
    Source: Holm, A simple sequentially rejective multiple test procedure, 1979.

    >>> holm([0.25, 0.01, 0.0625])  # 1 * 0.25, 3 * 0.01, 2 * 0.0625
    [0.25, 0.03, 0.125]
    """
    corrected, largest = [1.0] * len(ps), 0.0
    for place, which in enumerate(sorted(range(len(ps)), key=lambda which: ps[which])):
        largest = max(largest, (len(ps) - place) * ps[which])
        corrected[which] = min(1.0, largest)
    return corrected
