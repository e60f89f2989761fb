"""Signals, collected while training and acted on everywhere else."""

import os
import signal

import pytest

from bpnet.cli.signals import collected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_noted_and_the_second_acts(number):
    acted = []
    before = signal.signal(number, lambda *arguments: acted.append(number))
    try:
        with collected() as received:
            os.kill(os.getpid(), number)
            assert (received, acted) == ([number], [])
            os.kill(os.getpid(), number)
            assert (received, acted) == ([number], [number])
        os.kill(os.getpid(), number)
        assert acted == [number, number]
    finally:
        signal.signal(number, before)


def test_a_signal_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with collected() as received:
            os.kill(os.getpid(), signal.SIGINT)
            assert received == []
    finally:
        signal.signal(signal.SIGINT, before)
