"""The run directory: what is in it, what is never overwritten, how a run is resumed."""

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from bpnet import config, datasets
from bpnet.errors import RunError, StorageError
from bpnet.evaluation import evaluate
from bpnet.runs import directory, metadata, results
from bpnet.training import trainer


@pytest.fixture
def dataset(small_config):
    return datasets.load(small_config.data)


def fresh(run):
    network = trainer.build(run.config)
    return network, trainer.start(network, run.config)


def train(run, dataset, until=None):
    """Train to the end or to a step, saving at each epoch and at the end."""
    network, state = fresh(run)
    results.begin(run, dataset.sha256)
    for _ in trainer.train(network, state, dataset, run.config, stop=lambda: state.step == until):
        results.save(run, state, dataset.sha256)
    results.save(run, state, dataset.sha256)
    return network, state


@pytest.fixture
def run(small_config, tmp_path):
    return directory.create(small_config, directory.new("", tmp_path / "run"))


def test_the_config_is_there_before_anything_else_and_loads_back(run):
    assert [path.name for path in run.folder.iterdir()] == ["config.yaml"]
    assert metadata.open_run(run.folder) == run
    assert config.load(run.folder / "config.yaml", environment={}) == run.config


def test_a_finished_run_has_the_files_of_the_contract_and_nothing_else(run, dataset):
    network, state = train(run, dataset)
    network.parameters[:] = trainer.result(state)
    results.finish(run, state, evaluate(network, dataset.test))
    assert sorted(path.name for path in run.folder.iterdir()) == [
        "checkpoint.npz", "checkpoint.previous.npz", "config.yaml", "log.csv", "run.json",
        "weights.npz",
    ]  # fmt: skip
    written = metadata.read(run.folder)
    assert written["status"] == "finished"
    assert written["threads"] == 1
    assert written["data"] == dataset.sha256
    assert written["best_epoch"] == trainer.best(state.records).epoch
    assert written["test_images"] == 200


def test_the_log_has_a_row_for_each_epoch_and_empty_cells_for_what_was_not_looked_at(run, dataset):
    _, state = train(run, dataset)
    text = (run.folder / "log.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.splitlines()[0] == (
        "epoch,step,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,"
        "test_loss,test_accuracy,seconds,images_per_second"
    )
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[2]["train_loss"]) == state.records[2].train_loss
    assert rows[0]["test_accuracy"] == ""


def test_the_weights_are_those_of_the_best_epoch_by_the_books_names(run, dataset):
    _, state = train(run, dataset)
    with np.load(run.folder / "weights.npz", allow_pickle=False) as weights:
        assert {name: weights[name].shape for name in weights} == {
            "W1": (784, 16), "W2": (16, 10), "b1": (16,), "b2": (10,),
        }  # fmt: skip
        assert np.array_equal(weights["W1"].ravel(), state.best_parameters[: 784 * 16])
    assert np.array_equal(results.load_weights(run).parameters, state.best_parameters)


def test_a_resumed_run_ends_with_the_bytes_of_an_undisturbed_one(run, dataset, tmp_path):
    train(run, dataset)
    for step in (0, 7, 16, 17, 47):
        other = directory.create(run.config, directory.new("", tmp_path / f"stopped-{step}"))
        train(other, dataset, until=step)
        network, state = fresh(other)
        results.restore(other, state, dataset.sha256, tell=pytest.fail)
        assert state.step == step
        for _ in trainer.train(network, state, dataset, other.config):
            results.save(other, state, dataset.sha256)
        weights = [(r.folder / "weights.npz").read_bytes() for r in (run, other)]
        assert weights[0] == weights[1]


def test_a_run_without_a_checkpoint_is_resumed_from_its_beginning(run, dataset):
    _, state = fresh(run)
    results.restore(run, state, dataset.sha256, tell=pytest.fail)
    assert state.step == 0


@pytest.mark.parametrize("damage", ["short", "missing"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before_which_takes_its_place(
    run, dataset, damage
):
    train(run, dataset)
    path, previous = run.folder / results.CHECKPOINT, run.folder / results.PREVIOUS
    damaged = path.read_bytes()[:-100]
    path.write_bytes(damaged)
    if damage == "missing":
        path.unlink()
    _, state = fresh(run)
    lines = []
    results.restore(run, state, dataset.sha256, lines.append)
    reason = {"short": "damaged", "missing": "is missing"}[damage]
    assert len(lines) == 1
    assert re.search(f"checkpoint.npz: {reason}.*going on from the one before", lines[0])
    assert state.step == 48
    assert path.read_bytes() == previous.read_bytes()
    if damage == "short":
        assert (run.folder / "checkpoint.npz.corrupt").read_bytes() == damaged


@pytest.mark.parametrize("problem", ["unreadable", "newer"])
def test_a_checkpoint_that_is_not_damaged_is_never_replaced(run, dataset, monkeypatch, problem):
    train(run, dataset)
    path = run.folder / results.CHECKPOINT
    before = path.read_bytes()
    _, state = fresh(run)
    if problem == "newer":
        monkeypatch.setattr(results.checkpoints, "FORMAT", 0)
        with pytest.raises(RunError, match="checkpoint.npz: format 3, while this bpnet reads 0"):
            results.restore(run, state, dataset.sha256, tell=pytest.fail)
    else:
        monkeypatch.setattr(results.checkpoints, "size_limit", lambda state, epochs: 10)
        with pytest.raises(StorageError, match="checkpoint.npz: larger than the 10 bytes"):
            results.restore(run, state, dataset.sha256, tell=pytest.fail)
    assert path.read_bytes() == before


def test_the_checkpoint_before_is_kept(run, dataset):
    network, state = fresh(run)
    contents = []
    for _ in trainer.train(network, state, dataset, run.config):
        results.save(run, state, dataset.sha256)
        contents.append((run.folder / results.CHECKPOINT).read_bytes())
    assert (run.folder / results.PREVIOUS).read_bytes() == contents[-2]


def test_when_both_checkpoints_are_damaged_both_are_told(run, dataset):
    train(run, dataset)
    for name in (results.CHECKPOINT, results.PREVIOUS):
        (run.folder / name).write_bytes(b"PK")
    _, state = fresh(run)
    with pytest.raises(RunError) as raised:
        results.restore(run, state, dataset.sha256, tell=pytest.fail)
    assert len(raised.value.lines) == 2


def test_a_changed_config_is_not_resumed_but_data_may_have_moved(run, dataset):
    train(run, dataset, until=20)
    moved = replace(run, config=replace(run.config, data=replace(run.config.data, dir="else")))
    _, state = fresh(moved)
    results.restore(moved, state, dataset.sha256, tell=pytest.fail)
    assert state.step == 20
    results.refuse_changes(moved, dataset.sha256)
    changed = replace(run, config=replace(run.config, seed=1))
    with pytest.raises(RunError, match="seed is 1, but was 0 when the run began"):
        results.refuse_changes(changed, dataset.sha256)
    with pytest.raises(RunError, match="began with other files of drawn"):
        results.refuse_changes(run, {"x": "y"})
    for other, data in ((changed, dataset.sha256), (run, {"x": "y"})):
        with pytest.raises(RunError, match="checkpoint.npz: of another run"):
            results.restore(other, fresh(other)[1], data, tell=pytest.fail)


def test_weights_that_the_run_did_not_write_are_refused(run, dataset):
    with pytest.raises(RunError, match="weights.npz: is missing"):
        results.load_weights(run)
    network, state = train(run, dataset)
    path = run.folder / "weights.npz"
    right = path.read_bytes()
    path.write_bytes(right[:-1])
    with pytest.raises(RunError, match="weights.npz: damaged"):
        results.load_weights(run)
    path.write_bytes(right)
    results.finish(run, state, evaluate(network, dataset.test))
    results.load_weights(run)
    metadata.write(run.folder, weights_sha256="0" * 64)
    with pytest.raises(RunError, match="not the weights that the run ended with"):
        results.load_weights(run)


def test_weights_that_are_not_finite_are_refused(run, dataset):
    _, state = train(run, dataset)
    state.best_parameters[3] = np.nan
    results.save(run, state, dataset.sha256)
    with pytest.raises(RunError, match="weights.npz: holds weights that are not finite numbers"):
        results.load_weights(run)


def test_resuming_keeps_the_time_of_the_start(run, dataset):
    results.begin(run, dataset.sha256)
    started = metadata.read(run.folder)["started"]
    metadata.write(run.folder, status="interrupted")
    results.begin(run, dataset.sha256)
    assert metadata.read(run.folder)["started"] == started
    assert metadata.read(run.folder)["status"] == "running"


def test_run_json_is_json_for_people(run, dataset):
    results.begin(run, dataset.sha256)
    text = (run.folder / "run.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "status": "running",\n')
    assert json.loads(text)["numpy"] == np.__version__


def test_a_key_that_a_later_bpnet_adds_does_not_stop_a_run_from_going_on(run, dataset, monkeypatch):
    _, state = train(run, dataset, until=20)
    before = results.settings_of

    def later(chosen):
        return {**before(chosen), "train.novelty": 0}

    monkeypatch.setattr(results, "settings_of", later)
    results.refuse_changes(run, dataset.sha256)
    _, restored = fresh(run)
    results.restore(run, restored, dataset.sha256, lambda line: None)
    assert restored.step == state.step == 20
