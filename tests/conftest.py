"""What every test shares: arithmetic that goes wrong is an error, randomness has a seed."""

from collections.abc import Iterator

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _strict_arithmetic() -> Iterator[None]:
    """Overflow, NaN and division by zero fail a test; underflow is what softmax does all day."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20160924)
