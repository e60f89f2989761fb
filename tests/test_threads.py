"""The number of threads, decided before NumPy is imported."""

import pytest

from bpnet import threads
from bpnet.errors import UsageError


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for variable in threads.VARIABLES:
        monkeypatch.setenv(variable, "")


def test_the_default_is_one_whatever_the_machine():
    assert threads.fix() == threads.current() == 1


def test_the_environment_comes_before_the_default_and_a_runs_own_number_first(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert threads.fix() == threads.current() == 2
    assert threads.fix(3) == threads.current() == 3
    assert threads.os.environ["OPENBLAS_NUM_THREADS"] == "3"


def test_of_openmps_list_for_nested_levels_the_first_counts(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4,2")
    assert threads.fix() == 4


@pytest.mark.parametrize("text", ["0", "-1", "two", "1025", "1.5", "9" * 5000])
def test_what_is_no_number_of_threads_is_refused(monkeypatch, text):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", text)
    with pytest.raises(UsageError, match=f"OPENBLAS_NUM_THREADS: expected .* got {text}"):
        threads.fix()
