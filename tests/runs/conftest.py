"""What the tests of runs share: a run that has begun, and its training."""

import pytest

from bpnet.runs import session


@pytest.fixture
def start(small_config, tmp_path):
    """Return a function that begins a run and trains it, to its end or to a step."""

    def start(name="run", config=small_config, until=None):
        with session.started(config, "", tmp_path / name, tell=pytest.fail) as begun:
            state = begun.training.state
            list(session.train(begun, stop=lambda: state.step == until, tell=pytest.fail))
            return begun

    return start
