"""What the tests of faults share: how much of them is run, and runs to do harm to."""

from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """Return how many of so many cases to try: all under `-m faults`, else a quarter."""
    whole = "faults" in request.config.option.markexpr
    return lambda number: number if whole else number // 4
