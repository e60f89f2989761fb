"""What the tests of faults share: how much of them is run, and runs to do harm to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import disturbances
import forks
import pytest
from disturbances import Outcome
from phases import pack, quick_disk
from server import Server, serving, stall, whole

from bpnet.datasets.published import NAMES


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> Callable[[int], int]:
    """Return how many of so many cases to try: all under `-m faults`, else a quarter."""
    whole = "faults" in request.config.option.markexpr
    return lambda number: number if whole else number // 4


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
    known = {}

    def come_to(config: Path, options: tuple[str, ...] = ()) -> Outcome:
        if options not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            command = disturbances.train(config, options)
            assert forks.run(folder, *command, hinder=quick_disk).status == 0
            known[options] = disturbances.outcome(folder / "r")
        return known[options]

    return come_to
