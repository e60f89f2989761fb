"""The learning rate of each step."""

import pytest

from bpnet.config import TrainConfig
from bpnet.training.schedules import SHAPES, learning_rate


def rates(**settings):
    """Return the rates of 3 epochs of 4 steps."""
    config = TrainConfig(epochs=3, learning_rate=0.5, **settings)
    return [learning_rate(config, step, steps=4) for step in range(12)]


def test_without_a_schedule_each_step_has_the_same_rate_exactly():
    assert rates() == [0.5] * 12


def test_warm_up_rises_in_even_steps_and_ends_at_the_nearest_whole_step():
    assert rates(warmup=0.4)[:3] == [0.25, 0.5, 0.5]  # 1.6 steps are 2
    assert rates(warmup=1)[:5] == [0.125, 0.25, 0.375, 0.5, 0.5]
    assert rates(warmup=3)[-1] == 0.5


@pytest.mark.parametrize("schedule", SHAPES)
def test_every_schedule_starts_where_warm_up_ends_and_falls_towards_its_floor(schedule):
    found = rates(schedule=schedule, floor=0.1, warmup=1)
    assert found[4] == 0.5
    assert found[4:] == sorted(found[4:], reverse=True)
    assert min(found[4:]) >= 0.05


def test_cosine_is_half_way_to_the_floor_in_the_middle_and_slow_at_first():
    assert rates(schedule="cosine")[6] == pytest.approx(0.25)
    assert rates(schedule="cosine", floor=0.5)[6] == pytest.approx(0.375)
    assert rates(schedule="cosine")[3] == pytest.approx(0.5 * (1 + 0.5**0.5) / 2)
