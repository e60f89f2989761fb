"""How many threads the matrix products run on: part of a run, since it decides the last bits.

The BLAS library behind NumPy reads the number from the environment once, when NumPy is imported.
"""

import os
from collections.abc import Mapping

VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)


def fix(number: int) -> None:
    """Set the number of threads; works only before NumPy is imported."""
    os.environ.update(dict.fromkeys(VARIABLES, str(number)))


def given(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the first variable that gives a number of threads, and its text.

    >>> given({"OMP_NUM_THREADS": "4,2"})  # OpenMP's list for nested levels: the first counts
    ('OMP_NUM_THREADS', '4')
    """
    for variable in VARIABLES:
        text = environment.get(variable, "").partition(",")[0]
        if text:
            return variable, text
    return None
