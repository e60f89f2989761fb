"""How many threads the matrix products run on: part of a run, since it decides the last bits.

The BLAS library behind NumPy reads the number from the environment once, when NumPy is imported.
"""

import os
import re

from bpnet.errors import UsageError

DEFAULT = 1  # a constant, never the number of cores: small products are slower on many threads
VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)


def fix(number: int | None = None) -> int:
    """Set and return the number of threads: the given one, else the environment's, else 1.

    Works only before NumPy is imported. Raises: UsageError if the environment's is no number.
    """
    number = number or _from_environment() or DEFAULT
    os.environ.update(dict.fromkeys(VARIABLES, str(number)))
    return number


def current() -> int:
    """Return the number that `fix` has set."""
    return _from_environment() or DEFAULT


def _from_environment() -> int | None:
    for variable in VARIABLES:
        text = os.environ.get(variable, "").partition(",")[0]  # OpenMP's may be a list
        if text:
            if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= 1024:
                raise UsageError(f"{variable}: expected a whole number from 1 to 1024, got {text}")
            return int(text)
    return None
