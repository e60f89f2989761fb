"""log.csv and weights.npz: what has come out of a run so far."""

import csv
import hashlib
import io
from dataclasses import replace

import numpy as np
import pytest

from bpnet.errors import RunError, StorageError
from bpnet.network import build, draw
from bpnet.runs import metadata, results
from bpnet.runs.directory import create
from bpnet.training.state import EpochRecord
from bpnet.training.state import start as start_of

HEADING = (
    "epoch,step,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,"
    "test_loss,test_accuracy,seconds,images_per_second"
)


@pytest.fixture
def finished(start):
    return start()


@pytest.fixture
def run(finished):
    return finished.run


@pytest.fixture
def state(finished):
    return finished.training.state


def test_the_log_has_a_row_for_each_epoch_and_empty_cells_for_what_was_not_looked_at(run, state):
    text = run.log.read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.splitlines()[0] == HEADING
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[2]["train_loss"]) == state.records[2].train_loss
    assert rows[0]["test_accuracy"] == ""


def test_the_log_is_read_as_it_was_written(run, state):
    assert results.read_log(run) == state.records
    run.log.unlink()
    assert results.read_log(run) == []


@pytest.fixture
def bare(small_config, tmp_path):
    """A run that has not begun."""
    return create(small_config, tmp_path)


def row(**cells):
    """Return the row of a first epoch, some of its cells others."""
    right = {
        "epoch": "1", "step": "16", "learning_rate": "0.1", "train_loss": "2.5",
        "train_accuracy": "0.25", "validation_loss": "2.0", "validation_accuracy": "0.5",
        "test_loss": "", "test_accuracy": "", "seconds": "0.125", "images_per_second": "4000.0",
    }  # fmt: skip
    return ",".join((right | cells).values())


def test_a_log_is_what_training_can_have_written(bare):
    bare.log.write_text(f"{HEADING}\n{row()}\n{row(epoch='2', step='32')}\n", encoding="utf-8")
    assert [record.train_loss for record in results.read_log(bare)] == [2.5, 2.5]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "its columns"),
        ("epoch\n", "its columns"),
        (HEADING.replace("epoch,", "") + "\n", "its columns"),
        (HEADING, "its columns"),
        (f"{HEADING}\n{row()[:-7]}\n", "row 1: "),
        (f"{HEADING}\n{row()},\n", "row 1: "),
        (f"{HEADING}\n\n", "row 1: "),
        (f"{HEADING}\n{row(epoch='x')}\n", "row 1: expected numbers, with commas"),
        (f"{HEADING}\n{row(epoch='1.0')}\n", "row 1: epoch: expected a whole number"),
        (f"{HEADING}\n{row(epoch='-1')}\n", "row 1: epoch: expected 0 to"),
        (f"{HEADING}\n{row(epoch='2')}\n", "the record of epoch 1"),
        (f"{HEADING}\n{row(step='1_6')}\n", "row 1: expected numbers, with commas"),
        (f"{HEADING}\n{row(step=chr(0x661))}\n", "row 1: expected numbers, with commas"),
        (f"{HEADING}\n{row(train_loss='nan')}\n", "row 1: expected numbers, with commas"),
        (f"{HEADING}\n{row(train_loss='NaN')}\n", "row 1: expected numbers, with commas"),
        (f"{HEADING}\n{row(seconds='inf')}\n", "row 1: expected numbers, with commas"),
        (f"{HEADING}\n{row(seconds='1e999')}\n", "row 1: 1e999 is not a finite number"),
        (f"{HEADING}\n{row(seconds='1e+308')}\n", "row 1: seconds: expected 0 to 1e"),
        (f"{HEADING}\n{row(seconds='')}\n", "row 1: seconds: expected a number"),
        (f"{HEADING}\n{row(train_accuracy='1.5')}\n", "row 1: train_accuracy: expected 0 to 1"),
        (f"{HEADING}\n{row(validation_loss='')}\n", "the record of epoch 1"),
        (f"{HEADING}\n{row(train_loss='2.5.0')}\n", "row 1: "),
        (f"{HEADING}\n{row(train_loss='2.50')}\n", "its numbers are written in another way"),
        (f"{HEADING}\n{row(train_loss=' 2.5')}\n", "row 1: expected numbers, with commas"),
        (f"{HEADING}\n{row()}", "row 1: expected numbers, with commas"),
        (f"{HEADING}\n{row()}\n{row()}\n", "the record of epoch 2"),
        (f"{HEADING}\n{row(train_loss='1' * 230)}\n", "row 1: expected numbers, with commas"),
        (HEADING + "\n" * 5, "it has more rows than its run has epochs, 3"),
        ("\xff\0", "its columns"),
    ],
)
def test_a_log_that_bpnet_has_not_written_is_told(bare, text, told):
    bare.log.write_bytes(text.encode("latin-1", "replace") if "\xff" in text else text.encode())
    with pytest.raises(RunError) as caught:
        results.read_log(bare)
    (line,) = caught.value.lines
    assert line.startswith(f"{bare.log}: not as bpnet has written it: {told}")


def test_a_log_larger_than_its_epochs_allow_is_refused_unread(bare):
    bare.log.write_bytes(bytes(results.log_limit(3) + 1))
    with pytest.raises(StorageError, match=r"log.csv: larger than the 1056 bytes it may have"):
        results.read_log(bare)


def test_the_limit_is_above_the_longest_log():
    longest = EpochRecord(2**53, 2**53, *[1.2345678901234567e-300] * 9)
    assert 0.9 * results.log_limit(20) < len(results.log([longest] * 20)) < results.log_limit(20)


def test_the_weights_are_those_of_the_best_epoch_by_the_books_names(run, state):
    with np.load(run.weights, allow_pickle=False) as weights:
        assert {name: weights[name].shape for name in weights} == {
            "W1": (784, 16), "W2": (16, 10), "b1": (16,), "b2": (10,),
        }  # fmt: skip
        assert np.array_equal(weights["W1"].ravel(), state.best_parameters[: 784 * 16])
    assert np.array_equal(results.load_network(run).flat, state.best_parameters)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_network_of_a_run_is_the_configured_one(small_config, tmp_path, dtype):
    network = replace(small_config.network, hidden=(6, 5), activation="sigmoid")
    train = replace(small_config.train, dtype=dtype)
    config = replace(
        small_config, network=network, train=train, data=replace(small_config.data, validation=0)
    )
    run, built = create(config, tmp_path), build(config)
    draw(built, config)
    results.write(run, start_of(built.flat, config))
    loaded = results.load_network(run)
    names = [type(layer).__name__ for layer in loaded.layers]
    assert names == ["Affine", "Sigmoid", "Affine", "Sigmoid", "Affine"]
    assert loaded.flat.dtype == dtype
    for name, array in built.params.items():
        assert np.array_equal(loaded.params[name], array), name


def test_what_is_written_is_known_by_its_sha256(run, state):
    right = run.weights.read_bytes()
    run.weights.unlink()
    run.log.unlink()
    assert results.write(run, state) == hashlib.sha256(right).hexdigest()
    assert run.weights.read_bytes() == right
    assert len(results.read_log(run)) == 3


def test_weights_that_the_run_did_not_write_are_refused(start, tmp_path):
    run = start("stopped", until=20).run
    right = run.weights.read_bytes()
    run.weights.write_bytes(right[:-1])
    with pytest.raises(RunError, match="weights.npz: damaged"):
        results.load_network(run)
    run.weights.write_bytes(right)
    results.load_network(run)
    metadata.write(run.folder, weights_sha256="0" * 64)
    with pytest.raises(RunError, match="not the weights that the run ended with"):
        results.load_network(run)
    run.weights.unlink()
    with pytest.raises(RunError, match="weights.npz: is missing; get it back by: bpnet train"):
        results.load_network(run)


def test_a_finished_runs_weights_are_held_to_their_sha256(run):
    results.load_network(run)
    run.weights.write_bytes(run.weights.read_bytes()[:-1])
    with pytest.raises(RunError, match="not the weights that the run ended with"):
        results.load_network(run)


def test_weights_that_are_not_finite_are_refused(start):
    begun = start(until=20)
    begun.training.state.best_parameters[3] = np.nan
    results.write(begun.run, begun.training.state)
    with pytest.raises(RunError, match="weights.npz: holds weights that are not finite numbers"):
        results.load_network(begun.run)
