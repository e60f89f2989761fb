"""The order of these tests: Dask leaves threads in the process, which no fork should meet."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put those with a cluster in this process last of all."""
    items.sort(key=lambda item: item.path.name == "test_engine.py")
