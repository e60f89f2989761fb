"""What the tests of faults share: how much of them is run, and what should come out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from forks import Outcome, outcome, run


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """Return how many of so many cases to try: all under `-m faults`, else a quarter."""
    whole = "faults" in request.config.option.markexpr
    return lambda number: number if whole else number // 4


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory, where there is such a thing: a thousand saves wait for no disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def four_saves(small_file: Path) -> tuple[object, ...]:
    """A command that trains four epochs, each with its save; a --run-dir is missing."""
    return ("train", "--config", small_file, "--set", "train.epochs=4")


@pytest.fixture
def straight(four_saves: tuple[object, ...], tmp_path: Path) -> Outcome:
    """What the four epochs come to when nothing goes wrong."""
    assert run(tmp_path, *four_saves, "--run-dir", tmp_path / "straight").status == 0
    return outcome(tmp_path / "straight")
