"""Two networks on the same images: is one better, or was it chance?"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bpnet.array import Array


@dataclass(frozen=True)
class Comparison:
    """How many images each of two networks alone has right, and how likely chance does as much."""

    only_a: int
    only_b: int

    @cached_property
    def p(self) -> float:
        """The chance that two equally good networks differ at least so much."""
        return mcnemar(self.only_a, self.only_b)


def compare(a: Array, b: Array, t: Array) -> Comparison:
    """Compare two networks' answers a and b (N,) to images of digits t.

    >>> compare(np.array([1, 2, 3]), np.array([1, 2, 4]), np.array([1, 5, 4]))
    Comparison(only_a=0, only_b=1)
    """
    right_a, right_b = a == t, b == t
    return Comparison(int(np.sum(right_a & ~right_b)), int(np.sum(right_b & ~right_a)))


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
