"""What the tests of faults share: how much of them is run, and what should come out."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bpnet.datasets.catalogue import NAMES
from tests.helpers import disturbances, forks
from tests.helpers.damage import make_runs
from tests.helpers.forks import Outcome, outcome, run
from tests.helpers.phases import quick_disk
from tests.helpers.refused import Row
from tests.helpers.server import Server, serving, stall, whole
from tests.helpers.sources import pack


def stride(config: pytest.Config) -> int:
    """Return 1, to try every case, with `--every-case`, else 6, to try every sixth."""
    return 1 if config.option.every_case else 6


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """Return how many of so many cases to try, at least one."""
    return lambda number: max(1, number // stride(request.config))


@pytest.fixture(scope="session")
def chosen(request: pytest.FixtureRequest) -> Callable[[Sequence[Row]], Sequence[Row]]:
    """Return the rows to try, of these."""
    return lambda rows: rows[:: stride(request.config)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a row each of those of its module that are to be tried."""
    if "row" in metafunc.fixturenames:
        metafunc.parametrize("row", metafunc.module.ROWS[:: stride(metafunc.config)], ids=str)


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


@pytest.fixture(scope="module")
def runs(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three runs to be copied and damaged, and their data."""
    folder = tmp_path_factory.mktemp("runs")
    make_runs(folder, small_data)
    return folder


@pytest.fixture(scope="session")
def small_files(small_data: Path) -> dict[str, bytes]:
    """The content of the files of the small dataset."""
    return {name: (small_data / "drawn" / name).read_bytes() for name in NAMES}


@pytest.fixture
def mirrors(small_files: dict[str, bytes]) -> Iterator[Server]:
    """A server with two mirrors: 0 stalls, and 1 has the small files."""
    packed = {f"/1/{name}.gz": pack(content) for name, content in small_files.items()}
    with serving() as server:
        server.mirror(stall)
        server.mirror(lambda request: whole(packed[request.path])(request))
        yield server


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Outcome]:
    """Return a function that trains without any disturbance, and returns what it comes to."""
    known: dict[tuple[str, ...], Outcome] = {}

    def come_to(config: Path, options: tuple[str, ...] = ()) -> Outcome:
        if options not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            command = disturbances.train(config, options)
            assert forks.run(folder, *command, hinder=quick_disk).status == 0
            known[options] = outcome(folder / "r")
        return known[options]

    return come_to
