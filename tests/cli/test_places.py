"""Where runs are trained: what the options name, and what is asked of this machine before."""

from dataclasses import replace
from pathlib import Path

import pytest

from bpnet.cli import places
from bpnet.cli.places import Cluster, ThisMachine
from bpnet.errors import BpnetError, UsageError
from bpnet.system import memory, processors
from bpnet.training import need


def test_without_an_option_it_is_one_run_at_a_time_here():
    assert places.chosen(None, None, None) == ThisMachine(1)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ((3, None, None), ["--jobs", "3"]),
        ((1, None, None), []),
        ((None, "tcp://host:8786", None), ["--scheduler", "tcp://host:8786"]),
        ((None, None, Path("s.json")), ["--scheduler-file", "s.json"]),
    ],
)
def test_a_place_is_named_by_the_options_that_lead_there_again(options, named):
    assert places.chosen(*options).options() == named


@pytest.mark.parametrize("options", [(1, "a", None), (None, "a", Path("f")), (2, None, Path("f"))])
def test_only_one_place_is_taken(options):
    with pytest.raises(UsageError, match="^--.* and --.*: each says where runs are trained"):
        places.chosen(*options)


@pytest.fixture
def configs(small_config):
    """Five small runs, and between them two large ones."""
    large = replace(small_config, network=replace(small_config.network, hidden=(500, 500)))
    return [small_config, large, small_config, small_config, large, small_config, small_config]


def test_the_largest_that_may_run_at_the_same_time_must_fit_into_memory(configs, monkeypatch):
    small, large = map(need.memory, configs[:2])
    monkeypatch.setattr(processors, "usable", lambda: None)
    monkeypatch.setattr(memory, "available", lambda: 2 * large + small)
    ThisMachine(3).refuse_too_much(configs)
    with pytest.raises(BpnetError, match="^training 4 such networks at once needs "):
        ThisMachine(4).refuse_too_much(configs)
    monkeypatch.setattr(memory, "available", lambda: large - 1)
    with pytest.raises(BpnetError, match="^training this network needs "):
        ThisMachine(1).refuse_too_much(configs)
    ThisMachine(9).refuse_too_much(configs[2:3])
    Cluster("nowhere", None).refuse_too_much(configs)


def test_more_processes_than_cores_are_told_of_as_many_as_run_at_a_time(
    configs, monkeypatch, capsys
):
    monkeypatch.setattr(processors, "usable", lambda: 3)
    train = replace(configs[0].train, workers=2)
    ThisMachine(3).refuse_too_much(configs)
    assert capsys.readouterr().err == ""
    ThisMachine(2).refuse_too_much([*configs, replace(configs[0], train=train)])
    told = "warning: 4 processes (--jobs 2 x train.workers 2) for 3 cores "
    assert capsys.readouterr().err.startswith(told)
