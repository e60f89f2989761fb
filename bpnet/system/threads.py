"""The matrix products run on one thread, always: what shares a batch is processes.

The BLAS library behind NumPy reads the number from the environment once, when NumPy is imported.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)


_fixed: list[bool] = []  # that this process has chosen, if it has


def fix() -> None:
    """Set the number of threads to one; works only before NumPy is imported."""
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    _fixed[:] = [True]


def is_one() -> bool:
    """Return whether NumPy was surely started on one thread, if it was started."""
    given = (os.environ.get(variable, "").partition(",")[0] for variable in VARIABLES)
    return bool(_fixed) or next(filter(None, given), "") == "1"


@contextmanager
def fixed() -> Iterator[None]:
    """Fix the number of threads for what is imported meanwhile; leave the environment as it was."""
    before = {variable: os.environ.get(variable) for variable in VARIABLES}
    fix()
    try:
        yield
    finally:
        for variable, text in before.items():
            if text is None:
                del os.environ[variable]
            else:
                os.environ[variable] = text
