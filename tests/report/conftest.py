"""What the tests of pages share: a browser, and a sweep."""

import pytest

from bpnet.report.sweep_content import content
from bpnet.runs import ranking, sweep_rows, sweeps
from bpnet.system.progress import silently


@pytest.fixture(scope="package")
def chromium():
    """A browser, which the modules of tests use one after another."""
    from tests.helpers.chromium import started  # it skips the tests of who imports it

    with started() as browser:
        yield browser


@pytest.fixture(scope="session")
def told_of():
    """Return a function that gives what the page of the sweep in a folder is made from."""

    def told(folder):
        sweep = sweeps.open_sweep(folder)
        ranked = ranking.rank(sweep, sweep_rows.rows(sweep), (), silently, pytest.fail)
        return content(sweep, ranked)

    return told
