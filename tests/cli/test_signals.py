"""Signals, collected while training and acted on everywhere else."""

import signal

import pytest

from bpnet.cli.signals import ENDING, collected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_noted_and_the_second_acts(number):
    acted = []
    signal.signal(number, lambda *arguments: acted.append(number))
    with collected() as received:
        signal.raise_signal(number)
        assert (received, acted) == ([number], [])
        signal.raise_signal(number)
        assert (received, acted) == ([number], [number])
    signal.raise_signal(number)
    assert acted == [number, number]


def test_a_signal_that_is_ignored_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with collected() as received:
        signal.raise_signal(signal.SIGINT)
        assert received == []


def test_no_hangup_acts_after_another_signal_or_a_first_one():
    signal.signal(signal.SIGHUP, lambda *arguments: pytest.fail("it acts"))
    for first in (signal.SIGTERM, signal.SIGHUP):
        with collected() as received:
            signal.raise_signal(first)
            signal.raise_signal(signal.SIGHUP)
            assert received == [first]
        signal.raise_signal(signal.SIGHUP)
        signal.signal(signal.SIGHUP, lambda *arguments: pytest.fail("it acts"))


def test_what_was_done_at_a_signal_before_is_done_again_behind():
    before = {number: signal.getsignal(number) for number in ENDING}
    with collected() as received:
        assert all(signal.getsignal(number) != before[number] for number in ENDING)
    assert received == []
    assert {number: signal.getsignal(number) for number in ENDING} == before
