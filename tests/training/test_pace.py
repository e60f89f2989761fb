"""About how long trainings take: what is measured, and what is scaled by multiply-adds."""

import pytest

from bpnet.config import Config, load
from bpnet.training import pace

EACH = 0.5  # seconds an image takes, by the pace that the tests assume


@pytest.fixture
def measured(monkeypatch):
    """Let each image take the same time, and list what was measured, and for how long."""
    kinds = []

    def of_an_image(kind, images, seconds):
        kinds.append((kind, len(images), seconds))
        return EACH

    monkeypatch.setattr(pace, "_of_an_image", of_an_image)
    return kinds


def config(*settings):
    small = ("data.train=1000", "data.validation=0", "train.epochs=2")
    return load(None, [*small, *settings], {})


def seconds_of(scored, hidden=100):
    """Return the seconds of two epochs of 1,000 images; to score one is a part of a step."""
    forward = 784 * hidden + hidden * 10
    return pace.AROUND + 2 * EACH * (1000 + scored * forward / (3 * forward - 784 * hidden))


def test_the_images_of_all_epochs_are_trained_on_and_others_scored(measured):
    assert pace.about([config()], 1, 1) == pytest.approx(seconds_of(scored=10_000))
    held_out = config("data.validation=500")
    assert pace.about([held_out], 1, 1) == pytest.approx(seconds_of(scored=500))


def test_runs_take_turns(measured):
    one, longer = config("data.validation=1"), config("data.validation=1", "train.epochs=4")
    once, twice = (pace.about([each], 1, 1) for each in (one, longer))
    assert pace.about([one], 3, 1) == pytest.approx(3 * once)
    assert pace.about([one], 3, 2) == pytest.approx(2 * once)
    assert pace.about([longer, one], 2, 3) == pytest.approx(max(twice, 2 * once))


def test_what_is_alike_is_measured_once_for_a_second(measured):
    shifted = "augment.shift=1"
    alike = ("train.learning_rate=0.5", "seed=3", "train.epochs=9", "train.warmup=1")
    several = [config(shifted, other) for other in (*alike, "augment.calm=0.5")]
    pace.about([config(shifted), *several], 2, 1)
    assert [(images, seconds) for _, images, seconds in measured] == [(1000, pace.TOGETHER)]
    ((kind, _, _),) = measured
    assert kind.train.learning_rate == pace.HARMLESS
    assert kind.data.names == Config().data.names


@pytest.mark.parametrize(
    "setting",
    [
        "network.hidden=50", "network.activation=sigmoid", "train.batch_size=7",
        "train.dtype=float64", "train.momentum=0.9", "train.average=0.9",
        "train.workers=2", "augment.shift=1", "data.train=900",
    ],
)  # fmt: skip
def test_what_decides_the_pace_is_measured_by_itself(measured, setting):
    pace.about([config(), config(setting)], 1, 1)
    assert [seconds for _, _, seconds in measured] == [pace.TOGETHER / 2] * 2


def test_of_very_many_some_are_measured_and_the_others_scaled(measured):
    many = [config(f"network.hidden={width}", "data.validation=1") for width in range(1, 51)]
    total = pace.about(many, 1, 1)
    widths = [kind.network.hidden[0] for kind, _, _ in measured]
    assert widths == list(range(1, 51, 4))
    assert {seconds for _, _, seconds in measured} == {pace.AT_LEAST}
    nearest = [min(widths, key=lambda one: abs(one - width)) for width in range(1, 51)]
    expected = sum(
        pace.AROUND + (seconds_of(1, width) - pace.AROUND) * width / near
        for width, near in zip(range(1, 51), nearest, strict=True)
    )
    assert total == pytest.approx(expected)


@pytest.mark.parametrize("setting", ["train.epochs=1", "augment.alpha=20", "train.learning_rate=9"])
def test_real_steps_are_measured_for_as_long_as_asked(setting, monkeypatch):
    monkeypatch.setattr(pace, "TOGETHER", 0.05)
    found = pace.about([config("data.train=300", "data.validation=1", setting)], 1, 1)
    assert pace.AROUND < found < pace.AROUND + 600


def test_a_step_of_all_images_is_measured(monkeypatch):
    monkeypatch.setattr(pace, "TOGETHER", 0.0)
    monkeypatch.setattr(pace, "AT_LEAST", 0.0)
    assert pace.about([config("train.batch_size=1000")], 1, 1) > pace.AROUND
