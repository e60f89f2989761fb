"""What the tests of runs share: a run that has begun, and its training; a run that has finished."""

import shutil

import pytest

from bpnet.runs import directory, session


@pytest.fixture(scope="session")
def original(small_config, tmp_path_factory):
    """The directory of a run that is trained once, to be copied."""
    folder = tmp_path_factory.mktemp("original") / "run"
    with session.started(small_config, "", folder, tell=pytest.fail) as begun:
        list(session.train(begun, tell=pytest.fail))
    return folder


@pytest.fixture
def finished_run(original, tmp_path):
    """A finished run, to be read or damaged."""
    return directory.open_run(shutil.copytree(original, tmp_path / "run"))


@pytest.fixture
def start(small_config, tmp_path):
    """Return a function that begins a run and trains it, to its end or to a step."""

    def start(name="run", config=small_config, until=None):
        with session.started(config, "", tmp_path / name, tell=pytest.fail) as begun:
            state = begun.training.state
            list(session.train(begun, stop=lambda: state.step == until, tell=pytest.fail))
            return begun

    return start
