"""How many threads the matrix products run on: part of a run, since it decides the last bits.

The BLAS library behind NumPy reads the number from the environment once, when NumPy is imported.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event

from bpnet.errors import BpnetError
from bpnet.system import background

VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)


_fixed: list[str] = []  # the number that this process has chosen, if it has


def fix(number: int) -> None:
    """Set the number of threads; works only before NumPy is imported.

    Raises: BpnetError if so many cannot be started.
    """
    _try(min(number, os.cpu_count() or 1) - 1)
    os.environ.update(dict.fromkeys(VARIABLES, str(number)))
    _fixed[:] = [str(number)]


def _try(more: int) -> None:
    """Start so many threads at once, and end them: where BLAS fails to, it sends SIGINT."""
    enough = Event()
    try:
        tried = [background.start(enough.wait) for _ in range(more)]
    except BpnetError as error:
        raise BpnetError(f"{error}; or lower train.threads") from error
    finally:
        enough.set()
    for thread in tried:
        thread.join()


def in_use() -> str | None:
    """Return the number of threads that NumPy was started on, as far as that is known."""
    found = given(os.environ)
    return _fixed[0] if _fixed else found and found[1]


@contextmanager
def fixed(number: int) -> Iterator[None]:
    """Fix the number of threads for what is imported meanwhile; leave the environment as it was."""
    before = {variable: os.environ.get(variable) for variable in VARIABLES}
    fix(number)
    try:
        yield
    finally:
        for variable, text in before.items():
            if text is None:
                del os.environ[variable]
            else:
                os.environ[variable] = text


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
