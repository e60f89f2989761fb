"""Training as a pure function of config, data and position."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from autograd import grad

from bpnet import datasets
from bpnet.config import AugmentConfig
from bpnet.datasets.views import of_dataset
from bpnet.errors import DivergedError
from bpnet.evaluation import Scores
from bpnet.network import views, widths
from bpnet.training import batches, trainer
from bpnet.training.state import best, final_parameters
from bpnet.training.trainer import Training
from tests.helpers.reference import reference_loss
from tests.helpers.workers import as_threads


def train(config, dataset):
    """Return the state of a whole training, and its records."""
    training = Training(config, dataset)
    return training.state, list(training.epochs())


def without_time(record):
    return replace(record, seconds=0, images_per_second=0)


@pytest.fixture
def dataset(small_config):
    return datasets.load(small_config.data)


def changed(config, **train):
    return replace(config, train=replace(config.train, **train))


def test_the_loss_falls_and_the_digits_are_learnt(small_config, dataset):
    config = changed(small_config, epochs=20)
    _, records = train(config, dataset)
    assert records[-1].train_loss < records[0].train_loss / 2
    assert records[-1].validation_accuracy > 0.5
    assert [record.epoch for record in records] == list(range(1, 21))
    assert records[-1].step == 20 * 16


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(small_config, dataset):
    one, records = train(small_config, dataset)
    two, again = train(small_config, dataset)
    other, _ = train(replace(small_config, seed=1), dataset)
    assert np.array_equal(one.parameters, two.parameters)
    assert [*map(without_time, records)] == [*map(without_time, again)]
    assert not np.array_equal(one.parameters, other.parameters)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_batch_of_as_many_images_as_there_are_or_more_is_one_step_an_epoch(
    small_config, dataset, monkeypatch, workers
):
    as_threads(monkeypatch)
    more = {"workers": workers, "warmup": 2.0, "momentum": 0.5, "average": 0.5}
    distorted = replace(small_config, augment=AugmentConfig(rotation=5.0))
    ends = [train(changed(distorted, batch_size=size, **more), dataset) for size in (500, 10**6)]
    for state, records in ends:
        assert [record.step for record in records] == [1, 2, 3]
        assert np.array_equal(state.average, ends[0][0].average)


RATES = {  # from the 32nd step, the end of warm-up, to the 304th, down to a floor of 0.1
    "constant": lambda step: 1,
    "cosine": lambda step: 0.55 + 0.45 * math.cos(math.pi * (step - 32) / (304 - 32)),
}


@pytest.mark.parametrize(
    ("momentum", "schedule"), [(0, "constant"), (0, "cosine"), (0.9, "cosine"), (0.5, "constant")]
)
def test_300_steps_agree_with_an_independent_reference_to_1e_10(
    small_config, dataset, momentum, schedule
):
    config = changed(
        small_config, epochs=19, dtype="float64", learning_rate=0.05,
        momentum=momentum, schedule=schedule, floor=0.1, warmup=2, average=0.95,
    )  # fmt: skip
    training = Training(config, dataset)
    training.draw()
    network, state = training.network, training.state
    params = {name: array.copy() for name, array in network.params.items()}
    velocity = {name: np.zeros_like(array) for name, array in params.items()}
    average = {name: array.copy() for name, array in params.items()}
    steps = 0
    for epoch in range(19):
        for x, t in batches.epoch_batches(dataset.train, config, np.dtype("float64"), epoch, 0):
            rate = 0.05 * ((steps + 1) / 32 if steps < 32 else RATES[schedule](steps))
            gradients = grad(reference_loss)(params, x, t, "relu")
            for name in params:
                velocity[name] = momentum * velocity[name] - rate * gradients[name]
                params[name] = params[name] + velocity[name]
                decay = min(0.95, (steps + 1) / (steps + 10))
                average[name] = decay * average[name] + (1 - decay) * params[name]
            steps += 1
    records = list(training.epochs())
    assert steps == state.step == 304
    assert records[-1].learning_rate == pytest.approx(0.05 * RATES[schedule](303))
    means = views(state.average, widths(config))
    for name, expected in params.items():
        assert np.abs(network.params[name] - expected).max() < 1e-10, name
        assert np.abs(means[name] - average[name]).max() < 1e-10, name


def test_the_weights_come_from_the_seeds_first_stream(small_config, dataset):
    training = Training(replace(small_config, seed=7), dataset)
    assert not training.network.flat.any()
    assert list(training.epochs(stop=lambda: True)) == []
    expected = np.random.default_rng([7, 0]).normal(0, math.sqrt(2 / 784), (784, 16))
    assert training.network.params["W1"] == pytest.approx(expected, rel=1e-6)


def test_the_running_figures_are_those_of_the_epochs_own_batches(small_config, dataset):
    training = Training(changed(small_config, epochs=1), dataset)
    losses, sizes = [], []

    def advance(count):
        losses.append(training.network.last_layer.loss * count)
        sizes.append(count)

    (record,) = training.epochs(advance=advance)
    assert sizes == [32] * 15 + [20]
    assert record.train_loss == sum(losses) / 500
    assert 0.1 < record.train_accuracy < 0.9
    assert record.images_per_second == 500 / record.seconds


def test_the_seconds_are_those_of_the_epochs_steps(small_config, dataset, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(trainer.time, "perf_counter", lambda: float(next(ticks)))
    _, records = train(small_config, dataset)
    assert [record.seconds for record in records] == [16.0] * 3
    assert records[0].images_per_second == 500 / 16


def test_a_yes_to_stop_is_for_good_whoever_has_asked():
    asked = trainer._for_good(iter([False, True, False]).__next__)
    assert [asked() for _ in range(4)] == [False, True, True, True]


@pytest.mark.parametrize("steps", [0, 1, 15, 16, 17, 31, 40, 47])
@pytest.mark.parametrize("everything", [False, True])
def test_stopped_after_any_step_and_gone_on_it_ends_the_same(
    small_config, dataset, steps, everything
):
    if everything:
        small_config = replace(
            changed(
                small_config, momentum=0.9, schedule="cosine", warmup=1.5, learning_rate=0.01,
                average=0.9, label_smoothing=0.1,
            ),
            augment=AugmentConfig(rotation=15, alpha=34),
        )  # fmt: skip
    straight, expected = train(small_config, dataset)
    training = Training(small_config, dataset)
    state = training.state
    records = list(training.epochs(stop=lambda: state.step == steps))
    assert state.step == steps
    records += training.epochs()
    assert np.array_equal(state.parameters, straight.parameters)
    for name, array in straight.arrays().items():
        assert np.array_equal(state.arrays()[name], array), name
    assert [*map(without_time, records)] == [*map(without_time, expected)]


def test_the_result_is_the_best_epochs_weights_and_the_test_set_is_not_looked_at(
    small_config, dataset, monkeypatch
):
    rights = iter([50, 70, 60])

    def evaluate(network, split):
        assert split is dataset.validation
        right = next(rights)
        return Scores(1.0, np.array([[right, 100 - right], [0, 0]]))

    monkeypatch.setattr(trainer, "evaluate", evaluate)
    training = Training(small_config, dataset)
    state = training.state
    seen = []
    for found in training.epochs():
        seen.append(state.parameters.copy())
        assert (found.test_loss, found.test_accuracy) == (None, None)
    assert best(state.records).epoch == 2
    assert np.array_equal(final_parameters(state), seen[1])


@pytest.mark.parametrize("validation", [0, 100])
def test_with_averaging_the_average_is_scored_and_is_the_result(
    small_config, monkeypatch, validation
):
    data = replace(small_config.data, validation=validation)
    config = changed(replace(small_config, data=data), average=0.9, epochs=2)
    scored = []

    def evaluate(network, split):
        scored.append(network.flat.copy())
        return Scores(1.0 / len(scored), np.eye(2))

    monkeypatch.setattr(trainer, "evaluate", evaluate)
    training = Training(config, datasets.load(config.data))
    network, state = training.network, training.state
    list(training.epochs())
    assert np.array_equal(scored[1], state.average)
    assert np.array_equal(final_parameters(state), state.average)
    assert not np.array_equal(network.flat, state.average)
    assert network.flat is state.parameters


def test_without_validation_the_last_weights_are_the_result(small_config):
    config = replace(small_config, data=replace(small_config.data, validation=0))
    state, records = train(config, datasets.load(config.data))
    assert best(records) is None
    assert final_parameters(state) is state.parameters
    assert records[-1].validation_accuracy is None
    assert 0 < records[-1].test_accuracy < 1


@pytest.mark.parametrize("workers", [1, 2])
def test_trained_and_scored_is_what_the_network_sees(small_config, dataset, monkeypatch, workers):
    as_threads(monkeypatch)
    config = replace(
        changed(small_config, epochs=1, workers=workers), augment=AugmentConfig(rotation=5.0)
    )
    viewed = replace(config, network=replace(config.network, view="deslanted"))
    seen = of_dataset("deslanted", dataset)
    names = ("train", "validation", "test")
    images = {name: replace(getattr(seen, name), view="as-is") for name in names}
    state, records = train(viewed, dataset)
    for other, data in ((viewed, seen), (config, replace(seen, **images))):
        again, expected = train(other, data)
        assert np.array_equal(again.parameters, state.parameters)
        assert [*map(without_time, records)] == [*map(without_time, expected)]
    plain, _ = train(config, dataset)
    assert not np.array_equal(plain.parameters, state.parameters)


def test_a_loss_that_is_not_finite_stops_before_the_weights_are_spoilt(small_config, dataset):
    deep = replace(small_config.network, hidden=(16, 16, 16))
    config = changed(replace(small_config, network=deep), learning_rate=1e6)
    training = Training(config, dataset)
    state = training.state
    with pytest.raises(DivergedError, match=r"epoch 1 at step \d+, .*rate 1e\+06"):
        list(training.epochs())
    assert 0 < state.step < 16
    assert np.isfinite(state.parameters).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_spoilt_weight_stops_training_in_that_very_step(small_config, dataset, value):
    training = Training(small_config, dataset)
    state = training.state

    def spoil(count):
        if state.step == 20:
            state.parameters[0 : 16 * 784] = value

    with pytest.raises(DivergedError, match="epoch 2 at step 21"):
        list(training.epochs(advance=spoil))


def test_weights_spoilt_in_an_epochs_last_step_are_not_scored(small_config, dataset):
    training = Training(small_config, dataset)
    state = training.state

    def spoil(count):
        if state.step == 16:
            state.parameters[:] = np.nan

    with pytest.raises(DivergedError, match="epoch 1 at step 16"):
        list(training.epochs(advance=spoil))


def test_a_network_without_a_hidden_layer_trains_too(small_config, dataset):
    network = replace(small_config.network, hidden=())
    _, records = train(replace(small_config, network=network), dataset)
    assert records[-1].train_loss < 2


def test_a_training_knows_how_far_it_is(small_config, dataset):
    training = Training(small_config, dataset)
    assert (training.images, training.batches_per_epoch) == (500, 16)
    places = []

    def advance(count):
        places.append((len(training.state.records), training.batches_done, training.is_finished))

    assert len(list(training.epochs(advance=advance))) == 3
    assert places == [(epoch, done, False) for epoch in range(3) for done in range(1, 17)]
    assert (training.batches_done, training.is_finished) == (0, True)
    assert list(training.epochs()) == []


@pytest.mark.parametrize(
    ("step", "correct", "possible"),
    [(16, 0, True), (31, 0, True), (32, 0, False), (15, 0, False), (18, 64, True), (18, 65, False)],
)
def test_a_step_and_sums_that_training_on_these_images_cannot_have_are_known(
    small_config, dataset, step, correct, possible
):
    training = Training(small_config, dataset)
    training.state.records = [None]
    training.state.step, training.state.correct = step, correct
    assert training.is_possible() is possible
