"""Is a network better than another, or is it chance?"""

from collections.abc import Sequence

import numpy as np

from bpnet.array import Array


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
