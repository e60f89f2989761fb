"""What a worker does from its start to its end."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bpnet.datasets import Split
from bpnet.training import worker
from bpnet.training.state import Place
from tests.helpers.workers import shared_arrays, together


@pytest.fixture
def config(small_config):
    return replace(small_config, train=replace(small_config.train, workers=2, learning_rate=0.01))


@pytest.fixture
def split(rng):
    """Three batches, the last of them short."""
    return Split(rng.integers(0, 256, (70, 784), dtype=np.uint8), rng.integers(10, size=70))


def steps_taken(config, split, place):
    """Return how many steps each worker takes from there on, and the parameters at the end."""
    shared = shared_arrays(config)
    shared["parameters"][:] = np.random.default_rng(0).normal(0, 0.1, shared["parameters"].shape)

    def act(one):
        meet, meetings = one.barrier.wait, []
        one.barrier = type("Counted", (), {"wait": lambda _: meetings.append(meet())})()
        worker.work(one, *place)
        return len(meetings) / 2

    return together(config, split, shared, act), shared["parameters"]


@pytest.mark.parametrize(("place", "steps"), [((0, 0), 9), ((0, 2), 7), ((2, 1), 2), ((2, 3), 0)])
def test_it_takes_all_steps_from_its_place_to_the_end(config, split, place, steps):
    assert steps_taken(config, split, place)[0] == [steps, steps]


def test_it_goes_on_with_the_epoch_that_its_place_is_in(config, split):
    (taken, _), found = steps_taken(config, split, (1, 1))
    shared = shared_arrays(config)
    shared["parameters"][:] = np.random.default_rng(0).normal(0, 0.1, shared["parameters"].shape)

    def act(one):
        return [*one.steps(1, 1), *one.steps(2, 0)]

    assert len(together(config, split, shared, act)[0]) == taken
    assert np.array_equal(shared["parameters"], found)


def test_it_ends_quietly_where_the_training_diverges(config, split):
    config = replace(config, train=replace(config.train, learning_rate=1e30))
    taken, _ = steps_taken(config, split, (0, 0))
    assert taken[0] == taken[1] < 9


def test_what_it_is_told_is_text(config):
    told = worker.message(2, replace(config, seed=3), 500, 7, ([3], [4]), Place(1, 5))
    rank, settings, *rest = json.loads(told)
    assert (rank, rest) == (2, [500, 7, [[3], [4]], [1, 5]])
    assert (settings["seed"], settings["network.hidden"]) == (3, [16])
