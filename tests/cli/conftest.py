"""What the tests of commands share: a look at the bars."""

import pytest

from bpnet.cli.bars import tqdm


@pytest.fixture
def bars(monkeypatch):
    """The bars that are made: shown, as at a terminal, and drawn at every step."""
    made, begin = [], tqdm.__init__

    def begin_and_keep(bar, **options):
        begin(bar, **options | {"disable": False, "mininterval": 0})
        made.append(bar)

    monkeypatch.setattr(tqdm, "__init__", begin_and_keep)
    return made
