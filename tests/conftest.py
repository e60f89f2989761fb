"""What every test shares: arithmetic that goes wrong is an error, randomness has a seed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bpnet.system import threads

threads.fix()  # before NumPy: on busy machines two threads are far slower than one

import numpy as np  # noqa: E402

from bpnet.cli import main, signals  # noqa: E402
from bpnet.config import Config, DataConfig, NetworkConfig, TrainConfig, dump  # noqa: E402
from bpnet.datasets import drawn_digits  # noqa: E402
from bpnet.system.progress import silent  # noqa: E402
from tests.helpers import clusters, sweeps  # noqa: E402

collect_ignore = ["benchmarks", "fuzzing.py"]  # they need more than the tests do


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-case",
        action="store_true",
        help="try every case of the tests in tests/faults, not just every fourth",
    )


@pytest.fixture(autouse=True)
def _strict_arithmetic() -> Iterator[None]:
    """Overflow, NaN and division by zero fail a test; underflow is what softmax does all day."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        yield


def _without_settings(patch: pytest.MonkeyPatch) -> None:
    for name in ("BPNET_DATA_DIR", "BPNET_MIRROR", "BPNET_DEBUG", *threads.VARIABLES):
        patch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> Iterator[None]:
    """What is set where the tests are started decides nothing in them, or in what they share."""
    with pytest.MonkeyPatch.context() as patch:
        _without_settings(patch)
        yield


@pytest.fixture(autouse=True)
def _no_settings_from_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line has set in one test, such as threads, decides nothing in the next."""
    _without_settings(monkeypatch)


@pytest.fixture(autouse=True, scope="session")
def _no_ignored_signals_in_children() -> None:
    """Handle, by doing nothing, what nohup, or a shell's &, has told this process to ignore.

    It goes on as before, but a program that it starts would inherit what is ignored.
    """
    for number in signals.ENDING:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda number, frame: None)


@pytest.fixture(autouse=True)
def _no_handlers_from_other_tests() -> Iterator[None]:
    """What the command line does to signals in one test ends with it."""
    before = {number: signal.getsignal(number) for number in signals.ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20160924)


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with 600 + 200 drawn digits in it, as the program itself keeps them."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn_digits, "COUNTS", (600, 200))
        drawn_digits.load(folder / "drawn", silent)
    return folder


@pytest.fixture(scope="session")
def small_config(small_data: Path) -> Config:
    """Three epochs of 16 batches, the last of them short, on 500 images."""
    return Config(
        data=DataConfig(dataset="drawn", dir=str(small_data), validation=100),
        network=NetworkConfig(hidden=(16,)),
        train=TrainConfig(epochs=3, batch_size=32),
    )


@pytest.fixture(scope="session")
def small_sweep(small_config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of two seeds each, to be copied: trial 1 knows nothing, trials 2 and 3 are alike."""
    folder = tmp_path_factory.mktemp("small") / "sweep"
    settings = [{"train.learning_rate": rate} for rate in (1e-6, 0.5, 0.49)]
    sweeps.train(folder, small_config, settings, count=2)
    return folder


@pytest.fixture
def small_file(small_config: Config, tmp_path: Path) -> Path:
    """The same config as a file."""
    path = tmp_path / "small.yaml"
    path.write_text(dump(small_config), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def started_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[clusters.Cluster]:
    """A Dask cluster of this module's tests, in whatever state the last of them has left it."""
    clusters.import_dask()
    with clusters.running(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def cluster(started_cluster: clusters.Cluster) -> Iterator[clusters.Cluster]:
    """A cluster with two Dask workers, on which nothing is left when the test is done."""
    with clusters.left_clean(started_cluster) as cluster:
        yield cluster


@pytest.fixture
def home(tmp_path: Path, small_config: Config) -> Path:
    """The folder of a program: a config, and its data, that are found only from there."""
    return clusters.make_home(tmp_path, small_config)


class Result(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


@pytest.fixture
def bpnet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """The command line, run in this process from an empty folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*arguments: object) -> Result:
        status = main.run([str(argument) for argument in arguments])
        return Result(status, *capsys.readouterr())

    return run


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """The real program, started as a process of its own."""

    def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
        clean = {name: value for name, value in os.environ.items() if "BPNET" not in name}
        return subprocess.Popen(
            [sys.executable, "-m", "bpnet", *map(str, arguments)],
            cwd=tmp_path,
            env=clean | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # as a shell does: Ctrl-C is for the group of a command
        )

    return start
