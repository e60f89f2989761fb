"""Another number of epochs for a run: it ends as if that had been asked for at the start."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bpnet.config import AugmentConfig
from bpnet.errors import BpnetError, ConfigError, RunError, UsageError
from bpnet.runs import directory, identity, metadata, session
from bpnet.system import storage
from tests.helpers.forks import outcome
from tests.helpers.workers import as_threads

TIMES = ("seconds", "images_per_second")
WAYS = {  # of which every second one holds nothing out to choose by
    "plain": {},
    "warm-up, momentum": {"warmup": 1.5, "momentum": 0.9},
    "average, smoothing": {"average": 0.9, "label_smoothing": 0.1},
    "two workers, float64": {"workers": 2, "dtype": "float64"},
}


def changed(config, **train):
    return replace(config, train=replace(config.train, **train))


def go_on(folder, epochs=None, until=None, tell=pytest.fail):
    """Train the run on, to so many epochs or to a step."""
    opened = directory.open_run(folder)
    with session.resumed(opened, tell=tell, epochs=epochs) as begun:
        state = begun.training.state
        list(session.train(begun, stop=lambda: state.step == until, tell=pytest.fail))
    return begun.run


def everything(run):
    """Return all that is in a run's files, but for the times."""
    with np.load(run.checkpoint) as found:
        arrays = {name: found[name].tobytes() for name in found if name != "sha256"}
    checkpoint = json.loads(arrays.pop("metadata"))
    records = [{k: v for k, v in r.items() if k not in TIMES} for r in checkpoint.pop("records")]
    facts = metadata.read(run.folder)
    facts = {name: fact for name, fact in facts.items() if name not in ("started", "ended")}
    files = [(run.folder / name).read_bytes() for name in ("config.yaml", "doubt.npz")]
    return outcome(run.folder), arrays, checkpoint, records, facts, files


@pytest.mark.parametrize("way", WAYS)
def test_with_more_epochs_a_finished_run_ends_as_if_they_had_been_asked_for(
    start, small_config, monkeypatch, way
):
    as_threads(monkeypatch)
    held_out = 100 if list(WAYS).index(way) % 2 else 0
    config = changed(small_config, **WAYS[way], learning_rate=0.2)
    config = replace(config, data=replace(config.data, validation=held_out))
    straight = start("straight", changed(config, epochs=4)).run
    short = start("short", changed(config, epochs=2)).run
    assert everything(go_on(short.folder, 4)) == everything(straight)


def test_so_does_one_whose_images_are_distorted_and_whose_best_epoch_is_past(start, small_config):
    distorted = replace(small_config, augment=AugmentConfig(rotation=10.0, alpha=8.0))
    config = changed(distorted, epochs=2, learning_rate=0.2)
    straight, short = start("straight", changed(config, epochs=3)).run, start("short", config).run
    assert everything(go_on(short.folder, 3)) == everything(straight)
    assert straight.result.best_epoch < 3


@pytest.mark.parametrize(("step", "epochs"), [(20, 2), (32, 4)])
def test_a_run_that_has_not_finished_may_get_more_epochs_or_fewer(
    start, small_config, step, epochs
):
    straight = start("straight", changed(small_config, epochs=epochs)).run
    stopped = start("stopped", until=step).run
    assert everything(go_on(stopped.folder, epochs)) == everything(straight)


def test_one_that_is_stopped_again_keeps_its_new_number(start, small_config):
    straight = start("straight", changed(small_config, epochs=5)).run
    folder = start("short").run.folder
    assert go_on(folder, 5, until=50).status == "interrupted"
    assert everything(go_on(folder)) == everything(straight)


@pytest.mark.parametrize("epochs", [2, 3])
def test_a_finished_run_gets_no_fewer_epochs_and_stays_as_it_is(finished_run, epochs):
    before = contents(finished_run)
    with pytest.raises(UsageError, match=f"--epochs: .*/run has done 3 epochs: .* {epochs}$"):
        go_on(finished_run.folder, epochs)
    assert contents(finished_run) == before


@pytest.mark.parametrize("epochs", [1, 2])
def test_an_unfinished_run_gets_more_epochs_than_it_has_done(start, epochs):
    run = start(until=40).run
    before = contents(run)
    with pytest.raises(UsageError, match=f"--epochs: .*/run has done 2 epochs: .* {epochs}$"):
        go_on(run.folder, epochs)
    assert contents(run) == before


def test_a_run_whose_learning_rate_depends_on_the_number_is_refused(start, small_config):
    run = start(config=changed(small_config, schedule="cosine", epochs=2)).run
    before = contents(run)
    with pytest.raises(UsageError, match=r"follows a cosine .* --set train\.epochs=3$"):
        go_on(run.folder, 3)
    assert contents(run) == before


def test_it_goes_on_to_the_number_that_it_has(start, small_config):
    config = changed(small_config, schedule="cosine")
    straight, stopped = start("straight", config).run, start("stopped", config, until=20).run
    assert everything(go_on(stopped.folder, 3)) == everything(straight)


def test_a_warm_up_that_would_not_end_is_refused(start, small_config):
    run = start(config=changed(small_config, warmup=2.5), until=10).run
    with pytest.raises(ConfigError, match="config.yaml: train.warmup: expected at most .*, 2, "):
        go_on(run.folder, 2)


def test_a_finished_run_without_its_checkpoint_is_not_trained_anew(finished_run):
    finished_run.checkpoint.unlink()
    finished_run.previous_checkpoint.unlink()
    before = contents(finished_run)
    with pytest.raises(RunError, match=r"checkpoint.npz: is missing, .* train\.epochs=4$"):
        go_on(finished_run.folder, 4)
    assert contents(finished_run) == before


def test_one_with_the_checkpoint_before_goes_on_from_there(start, small_config, finished_run):
    straight, told = start("straight", changed(small_config, epochs=4)).run, []
    finished_run.checkpoint.unlink()
    assert everything(go_on(finished_run.folder, 4, tell=told.append)) == everything(straight)
    assert told[0].endswith("is missing; going on from the one before")


def test_a_config_that_was_edited_is_refused(finished_run):
    path = finished_run.folder / "config.yaml"
    path.write_text(path.read_text("utf-8").replace("epochs: 3", "epochs: 4"), encoding="utf-8")
    with pytest.raises(RunError, match="train.epochs is 4, but was 3 when .* --epochs N$"):
        go_on(finished_run.folder, 5)


def test_where_the_data_lie_now_does_not_get_into_the_config(start, finished_run, small_data):
    path = finished_run.folder / "config.yaml"
    before = path.read_text("utf-8").replace(str(small_data), "gone")
    path.write_text(before, encoding="utf-8")
    moved = directory.open_run(finished_run.folder, [f"data.dir={small_data}"])
    with session.resumed(moved, epochs=4):
        pass
    assert path.read_text("utf-8") == before.replace("epochs: 3", "epochs: 4")


def tear(folder, epochs, monkeypatch):
    """Give a run so many epochs, by a process that dies before it can write config.yaml."""

    def write(path, content):
        if path.name == "config.yaml":
            raise BpnetError("no more")
        real(path, content)

    real = storage.write
    with monkeypatch.context() as patch:
        patch.setattr(storage, "write", write)
        with pytest.raises(BpnetError, match="no more"):
            go_on(folder, epochs)


@pytest.fixture
def torn(finished_run, monkeypatch):
    """A run of 3 epochs that was to get 5."""
    tear(finished_run.folder, 5, monkeypatch)
    return finished_run.folder


def test_a_run_of_which_only_run_json_knows_the_new_number_is_the_new_one(
    start, small_config, torn
):
    assert "epochs: 3" in (torn / "config.yaml").read_text("utf-8")
    run = directory.open_run(torn)
    assert (run.status, run.config.train.epochs, identity.edits(run)) == ("interrupted", 5, [])
    straight = start("straight", changed(small_config, epochs=5)).run
    assert everything(go_on(torn)) == everything(straight)


def test_it_may_still_get_another_number(start, small_config, torn, monkeypatch):
    straight = start("straight", changed(small_config, epochs=4)).run
    tear(torn, 4, monkeypatch)
    assert directory.open_run(torn).config.train.epochs == 4
    assert everything(go_on(torn, 4)) == everything(straight)


def test_without_its_run_json_it_is_the_old_one(torn, original):
    (torn / metadata.NAME).write_text("{", encoding="utf-8")
    run = directory.open_run(torn)
    assert run.config.train.epochs == 3
    assert outcome(go_on(torn, tell=lambda line: None).folder) == outcome(original)


def test_an_edit_of_its_config_is_still_told(torn):
    path = torn / "config.yaml"
    path.write_text(path.read_text("utf-8").replace("epochs: 3", "epochs: 4"), encoding="utf-8")
    with pytest.raises(RunError, match="train.epochs is 4, but was 5 when"):
        go_on(torn)


@pytest.mark.parametrize("epochs", [None, 9])
def test_a_run_that_got_another_number_since_it_was_opened_is_left_alone(finished_run, epochs):
    go_on(finished_run.folder, 5)
    before = contents(finished_run)
    opened = session.resumed(finished_run, tell=pytest.fail, epochs=epochs)
    with pytest.raises(RunError, match="train.epochs is 3, but was 5 when"), opened:
        pytest.fail("it goes on")
    assert contents(finished_run) == before


def contents(run):
    """Return the bytes of each file of a run, by its name, but for its lock."""
    return {path.name: path.read_bytes() for path in run.folder.iterdir() if path.name != ".lock"}
