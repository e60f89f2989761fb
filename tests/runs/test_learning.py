"""Warnings: of a first epoch that has learnt nothing, and of an end that is worse than before."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bpnet.config import Config, DataConfig, NetworkConfig, TrainConfig
from bpnet.layers import Relu
from bpnet.runs import learning, metadata, session
from bpnet.training.state import EpochRecord


def warnings(config, folder):
    """Return the records of a training, and what is told."""
    told = []
    with session.started(config, "", folder) as begun:
        records = list(session.train(begun, tell=told.append))
    assert metadata.status(folder) == "finished"
    return records, told


def changed(config, init, **train):
    network = replace(config.network, init=init)
    return replace(config, network=network, train=replace(config.train, **train))


def epochs(*pairs):
    """Return a record for each pair of loss and accuracy."""
    blank = EpochRecord(1, 100, 0.1, 0.0, 0.0, None, None, None, None, 1.0, 1.0)
    return [
        replace(blank, epoch=number, train_loss=loss, train_accuracy=accuracy)
        for number, (loss, accuracy) in enumerate(pairs, start=1)
    ]


DIGITS = learning.guess(DataConfig(), np.repeat(np.arange(10), 10))


def at_the_start(loss, accuracy, **network):
    """Return what is told of a first epoch."""
    told = []
    config = Config(network=NetworkConfig(**network), train=TrainConfig(learning_rate=20))
    learning.warn_at_the_start(*epochs((loss, accuracy)), config, DIGITS, told.append)
    return told


def at_the_end(*pairs):
    """Return what is told of all epochs."""
    told = []
    learning.warn_at_the_end(epochs(*pairs), DIGITS, told.append)
    return told


def test_a_network_that_only_guesses_is_warned_of_once(small_config, tmp_path):
    config = changed(small_config, 0.001, epochs=2, learning_rate=1e-9)
    records, told = warnings(config, tmp_path / "run")
    assert records[0].train_loss == pytest.approx(math.log(10), abs=0.01)
    right = f"{100 * records[0].train_accuracy:.2f} % are right"
    assert told == [
        f"warning: the loss is 2.30 after an epoch, and {right}, as if guessing among ten digits: "
        "the network is not learning; try another train.learning_rate, or network.init he"
    ]


def test_he_is_not_advised_where_it_is():
    (line,) = at_the_start(2.3, 0.1, init="he")
    assert line.endswith("; try another train.learning_rate")


def test_a_loss_far_above_guessing_is_warned_of_and_what_is_too_large(small_config, tmp_path):
    for config, blamed in (
        (changed(small_config, "he", epochs=1, learning_rate=20), "train.learning_rate 20 is too"),
        (changed(small_config, 10.0, epochs=1), "network.init 10 is too large; he would take at"),
    ):
        records, told = warnings(config, tmp_path / blamed)
        assert records[0].train_loss > 2 * math.log(10)
        (line,) = told
        assert line.startswith(
            f"warning: the loss is {records[0].train_loss:.3g} after an epoch, far above that of "
            f"guessing (2.30): {blamed}"
        )


@pytest.mark.parametrize(
    ("network", "blamed"),
    [
        ({"init": 0.4}, "train.learning_rate 20 is too large"),
        ({"init": 0.45}, "network.init 0.45 is too large; he would take at most 0.14"),
        ({"init": 0.45, "hidden": (50,)}, "train.learning_rate 20 is too large"),
        (
            {"init": 0.16, "hidden": ()},
            "network.init 0.16 is too large; he would take at most 0.051",
        ),
        ({"init": "xavier"}, "train.learning_rate 20 is too large"),
    ],
)
def test_an_init_is_blamed_if_it_is_three_times_what_he_draws(network, blamed):
    (line,) = at_the_start(5, 0.8, **network)
    assert line.endswith(f": {blamed}")


def test_a_network_that_learns_is_not_warned_of(small_config, tmp_path):
    assert warnings(small_config, tmp_path / "run")[1] == []
    (record,) = epochs((2.25, 0.16))
    assert learning.is_learning(record, DIGITS)
    assert not learning.is_learning(replace(record, train_accuracy=0.1135), DIGITS)


ADVICE = "try a smaller train.learning_rate; with a layer of your own, try bpnet gradcheck"


def test_a_loss_that_has_risen_to_more_than_twice_its_best_is_warned_of():
    assert at_the_end((0.5, 0.85), (0.25, 0.92), (0.3, 0.9), (0.51, 0.8)) == [
        f"warning: the loss rose from 0.25 in epoch 2 to 0.51 in epoch 4, the last: {ADVICE}"
    ]
    assert at_the_end((0.5, 0.85), (0.25, 0.92), (9.0, 0.5), (0.5, 0.8)) == []
    assert at_the_end((0.5, 0.85)) == []


def test_an_end_no_better_than_guessing_is_warned_of():
    assert at_the_end((1.9, 0.3), (2.3, 0.1)) == [
        "warning: in the last epoch 10.00 % are right, as if guessing among ten digits: " + ADVICE
    ]


def test_an_end_like_the_start_that_was_warned_of_is_not_warned_of_again():
    for loss in (2.3, 9.0):
        assert len(at_the_start(loss, 0.1)) == 1
        assert at_the_end((loss, 0.1), (loss, 0.1)) == []


LABELS = {
    "two": (("a", "b"), [90, 10]),
    "letters": (tuple("abcdefghijklmnopqrstuvwxyz"), [4] * 26),
    "most": (tuple(map(str, range(256))), [2] * 256),
}


def guess_of(names, counts):
    labels = np.repeat(np.arange(len(counts)), counts)
    return learning.guess(DataConfig("files", classes=names), labels)


@pytest.mark.parametrize(
    ("labels", "loss", "accuracy", "learns"),
    [
        ("two", 0.33, 0.9, False),
        ("two", 0.32, 0.903, False),
        ("two", 0.32, 0.905, True),
        ("two", 0.3, 0.9, True),
        ("letters", 3.2, 0.05, False),
        ("letters", 3.2, 0.058, True),
        ("most", 5.5, 0.005, False),
        ("most", 5.5, 0.0059, True),
        ("most", 5.2, 0.0039, True),
    ],
)
def test_saying_the_commonest_class_or_its_share_is_not_learning(labels, loss, accuracy, learns):
    (record,) = epochs((loss, accuracy))
    assert learning.is_learning(record, guess_of(*LABELS[labels])) == learns


def test_a_warning_says_among_what_is_guessed():
    told = []
    names, counts = LABELS["two"]
    config = Config(data=DataConfig("files", classes=names))
    guess = guess_of(names, counts)
    learning.warn_at_the_start(*epochs((0.33, 0.9)), config, guess, told.append)
    learning.warn_at_the_end(epochs((0.1, 0.95), (0.33, 0.9)), guess, told.append)
    learning.warn_at_the_end(epochs((0.3, 0.95), (0.33, 0.9)), guess, told.append)
    guessing = (
        "90.00 % are right, as if guessing among 2 classes, the commonest of which, a, has 90.00 %"
    )
    assert told == [
        f"warning: the loss is 0.33 after an epoch, and {guessing}: the network is not learning; "
        "try another train.learning_rate",
        f"warning: the loss rose from 0.1 in epoch 1 to 0.33 in epoch 2, the last: {ADVICE}",
        f"warning: in the last epoch {guessing}: {ADVICE}",
    ]


def test_ten_classes_that_are_no_digits_are_not_called_digits():
    guess = learning.guess(DataConfig("fashion-mnist"), np.repeat(np.arange(10), 5))
    assert guess.among == "10 classes, the commonest of which, T-shirt/top, has 10.00 %"


def test_an_epoch_of_a_few_steps_is_not_said_to_have_learnt_nothing():
    (record,) = epochs((2.3, 0.1))
    for step, lines in ((9, 0), (10, 1)):
        told, first = [], replace(record, step=step)
        learning.warn_at_the_start(first, Config(), DIGITS, told.append)
        assert len(told) == lines
        learning.warn_at_the_end([first, replace(first, step=2 * step)], DIGITS, told.append)
        assert len(told) == 1


def test_a_relu_that_forgets_its_mask_ends_with_a_warning(small_config, tmp_path, monkeypatch):
    monkeypatch.setattr(Relu, "backward", lambda self, dout: dout)
    config = changed(small_config, "he", epochs=15, learning_rate=1.0)
    records, told = warnings(config, tmp_path / "run")
    assert records[0].train_accuracy > 0.15
    (line,) = told
    assert line.startswith("warning: the loss rose from ")
    assert line.endswith(f" in epoch 15, the last: {ADVICE}")
