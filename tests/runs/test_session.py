"""Train a run: a config in, a run directory out."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from bpnet import __version__, datasets
from bpnet.datasets import drawn_digits
from bpnet.datasets.views import of_dataset
from bpnet.errors import DataError, DivergedError, RunError, StorageError, UsageError
from bpnet.evaluation import doubt, evaluate
from bpnet.runs import (
    checkpoints,
    directory,
    doubts,
    mending,
    metadata,
    results,
    seed_folders,
    session,
    test_scores,
)
from bpnet.runs.identity import settings_of
from bpnet.training.state import best
from bpnet.training.trainer import Training


def changed(config, **train):
    return replace(config, train=replace(config.train, **train))


def resume(folder, **options):
    """Train the run on, and return the session and the records."""
    with session.resumed(directory.open_run(folder), tell=pytest.fail) as begun:
        return begun, list(session.train(begun, **options))


def without_time(record):
    return replace(record, seconds=0, images_per_second=0)


def test_a_finished_run_has_the_files_of_the_contract_and_nothing_else(start):
    begun = start()
    assert sorted(path.name for path in begun.run.folder.iterdir()) == [
        ".lock", "checkpoint.npz", "checkpoint.previous.npz", "config.yaml", "doubt.npz", "log.csv",
        "run.json", "weights.npz",
    ]  # fmt: skip


def test_run_json_says_on_what_a_run_was_trained_and_what_came_out(start, small_config):
    begun = start(config=changed(small_config, epochs=2, learning_rate=0.5))
    run, training = begun.run, begun.training
    network, written = results.load_network(run), metadata.read(run.folder)
    scores, chosen = evaluate(network, training.dataset.test), best(training.state.records)
    assert chosen.epoch == 1  # and so the last weights are not the result
    expected = {
        "status": "finished",
        "bpnet": __version__,
        "numpy": np.__version__,
        "seed": 0,
        "config": settings_of(run.config),
        "data": dict(training.dataset.sha256),
        "epochs": 2,
        "best_epoch": 1,
        "validation_accuracy": chosen.validation_accuracy,
        "test_loss": scores.loss,
        "test_accuracy": scores.accuracy,
        "test_correct": scores.correct,
        "test_images": 200,
        "weights_sha256": results.sha256(run.weights.read_bytes()),
    }
    assert {name: written[name] for name in expected} == expected
    assert set(written) - set(expected) == {
        "python", "blas", "processors", "platform", "arithmetic", "started", "ended",
    }  # fmt: skip
    assert written["started"] < written["ended"]
    assert run.result.test_accuracy == scores.accuracy


def test_run_json_is_json_for_people(start):
    run = start(until=0).run
    text = (run.folder / "run.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "status": "interrupted",\n')
    assert json.loads(text)["numpy"] == np.__version__


def test_without_validation_nothing_is_chosen_and_run_json_says_so(start, small_config):
    config = replace(small_config, data=replace(small_config.data, validation=0))
    result = start(config=config).run.result
    assert (result.best_epoch, result.validation_accuracy) == (None, None)


def test_train_yields_the_records_in_order_and_each_is_saved_before_it_comes(
    small_config, tmp_path
):
    epochs = []
    with session.started(small_config, "", tmp_path / "run") as begun:
        for record in session.train(begun):
            epochs.append(record.epoch)
            rows = results.read_log(begun.run)
            assert [row.epoch for row in rows] == epochs
            assert rows[-1] == record
            other = Training(begun.run.config, begun.training.dataset)
            checkpoints.restore(begun.run, other.state, begun.data, tell=pytest.fail)
            assert other.state.records[-1] == record
            assert np.array_equal(other.state.parameters, begun.training.state.parameters)
            kept = results.load_network(begun.run).flat
            assert np.array_equal(kept, begun.training.state.best_parameters)
            assert begun.run.status == "running"
    assert epochs == [1, 2, 3]


def test_the_images_of_each_step_are_told_as_they_are_done(small_config, tmp_path):
    counts = []
    with session.started(small_config, "", tmp_path / "run") as begun:
        list(session.train(begun, advance=counts.append))
    assert counts == 3 * [*[32] * 15, 20]


@pytest.mark.parametrize("step", [0, 7, 16, 17, 47])
def test_a_resumed_run_ends_with_the_bytes_of_an_undisturbed_one(start, step):
    straight = start("straight")
    stopped = start("stopped", until=step)
    assert stopped.run.status == "interrupted"
    assert stopped.training.state.step == step
    assert metadata.read(stopped.run.folder)["ended"]
    begun, records = resume(stopped.run.folder)
    assert begun.run.status == "finished"
    assert [record.epoch for record in records] == [*range(step // 16 + 1, 4)]
    ends = [one.run.weights.read_bytes() for one in (straight, begun)]
    assert ends[0] == ends[1]
    both = [[*map(without_time, one.training.state.records)] for one in (straight, begun)]
    assert both[0] == both[1]


def test_a_run_with_a_view_is_resumed_to_the_same_bytes_and_doubts_what_it_sees(
    start, small_config
):
    config = replace(small_config, network=replace(small_config.network, view="deslanted"))
    straight, stopped = start("straight", config), start("stopped", config, until=17)
    begun, _ = resume(stopped.run.folder)
    for name in ("weights.npz", "doubt.npz"):
        ends = [(one.run.folder / name).read_bytes() for one in (straight, begun)]
        assert ends[0] == ends[1], name
    network, dataset = results.load_network(begun.run), datasets.load(config.data)
    assert begun.run.result.test_accuracy == evaluate(network, dataset.test).accuracy
    seen, kept = of_dataset("deslanted", dataset), doubts.load(begun.run)
    measure = doubt.measured(network, seen.train, seen.validation)
    for name, array in measure.arrays().items():
        assert np.array_equal(kept.arrays()[name], array), name
    begun.run.doubt.unlink()
    mending.mend(begun.run, lambda line: None)
    assert begun.run.doubt.read_bytes() == straight.run.doubt.read_bytes()


def test_another_view_is_another_run(finished_run):
    path = finished_run.folder / "config.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("view: as-is", "view: deslanted"), encoding="utf-8")
    told = "network.view is deslanted, but was as-is when the run began; put it back, or start a"
    with pytest.raises(RunError, match=told):
        resume(finished_run.folder)


def test_a_run_whose_last_save_was_cut_off_is_finished_by_resuming(start):
    straight, stopped = start("straight"), start("stopped")
    folder = stopped.run.folder
    metadata.write(folder, status="running")
    stopped.run.weights.unlink()
    stopped.run.log.write_bytes(b"epoch")
    begun, records = resume(folder)
    assert records == []
    assert begun.run.status == "finished"
    assert begun.run.weights.read_bytes() == straight.run.weights.read_bytes()
    assert len(results.read_log(begun.run)) == 3


def test_resuming_keeps_the_time_of_the_start(start):
    folder = start(until=20).run.folder
    started = metadata.read(folder)["started"]
    with session.resumed(directory.open_run(folder)) as begun:
        assert begun.run.status == "running"
        assert begun.training.state.step == 20
    resume(folder)
    assert metadata.read(folder)["started"] == started


def test_a_run_is_running_from_its_beginning_and_holds_its_folder(small_config, tmp_path):
    with session.started(small_config, "", tmp_path / "run") as begun:
        written = metadata.read(begun.run.folder)
        assert written["status"] == "running"
        assert written["data"] == dict(begun.data) == dict(begun.training.dataset.sha256)
        assert written["config"] == settings_of(small_config)
        with (
            pytest.raises(RunError, match=r"process \d+ on .* is training it"),
            session.resumed(begun.run),
        ):
            pytest.fail("both train it")
    assert begun.run.status == "running"  # nobody has trained it: it counts as killed


def test_a_diverged_run_says_so_and_keeps_what_it_has(start, small_config, tmp_path):
    deep = replace(small_config.network, hidden=(16, 16, 16))
    config = changed(replace(small_config, network=deep), learning_rate=1e6)
    with pytest.raises(DivergedError, match="epoch 1 at step "):
        start(config=config)
    run = directory.open_run(tmp_path / "run")
    assert run.status == "diverged"
    assert metadata.read(run.folder)["ended"]
    assert not run.weights.exists()


@pytest.mark.parametrize("also", ["", "run.json"])
def test_a_run_that_cannot_be_saved_has_failed_and_the_first_error_is_told(
    small_config, tmp_path, also
):
    def train_where_nothing_can_be_kept():
        with session.started(small_config, "", folder) as begun:
            for path in (begun.run.checkpoint, *([folder / also] if also else [])):
                path.unlink(missing_ok=True)
                path.mkdir()
            list(session.train(begun))

    folder = tmp_path / "run"
    with pytest.raises(StorageError, match="checkpoint.npz: "):
        train_where_nothing_can_be_kept()
    if not also:
        assert metadata.status(folder) == "failed"
        assert metadata.read(folder)["ended"]


def test_a_run_whose_layer_raises_has_failed_whatever_it_raises(small_config, tmp_path):
    class Broken:
        def forward(self, x):
            raise LookupError("a layer of one's own")

    def train():
        with session.started(small_config, "", tmp_path / "run") as begun:
            begun.training.network.layers[1] = Broken()
            list(session.train(begun))

    with pytest.raises(LookupError):
        train()
    assert metadata.status(tmp_path / "run") == "failed"


def test_a_new_run_gets_a_folder_in_runs_of_its_name_and_seed(small_config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with session.started(replace(small_config, seed=7), "book") as begun:
        assert re.fullmatch(r"runs/\d{4}-\d\d-\d\d_\d{6}_book-s7", str(begun.run.folder))
    assert directory.open_run(begun.run.folder) == begun.run


def test_a_folder_with_a_run_in_it_is_refused_and_left_as_it_is(start, small_config):
    folder = start().run.folder
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with (
        pytest.raises(UsageError, match=f"^{folder}: is there already; "),
        session.started(replace(small_config, seed=1), "", folder),
    ):
        pytest.fail("it begins over another run")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_no_folder_is_made_for_a_run_without_data(small_config, tmp_path):
    config = replace(small_config, data=replace(small_config.data, validation=600))
    with (
        pytest.raises(DataError, match="data.validation: 600 of 600"),
        session.started(config, "", tmp_path / "run"),
    ):
        pytest.fail("it has begun")
    assert not (tmp_path / "run").exists()


def test_a_run_with_sketched_digits_goes_on_with_those_it_began_with(
    start, small_config, tmp_path, monkeypatch
):
    monkeypatch.setattr(drawn_digits, "COUNTS", (60, 20))
    data = replace(small_config.data, dir=str(tmp_path / "data"), validation=20, mix=0.2)
    config = replace(small_config, data=data)
    datasets.load(data)
    straight, stopped = start("straight", config), start("stopped", config, until=3)
    begun, _ = resume(stopped.run.folder)
    assert begun.run.weights.read_bytes() == straight.run.weights.read_bytes()
    again = start("again", config, until=3).run
    monkeypatch.setitem(drawn_digits.SEEDS, "sketched", 0)
    datasets.load(data)
    with pytest.raises(RunError, match="began with other files of sketched$"):
        resume(again.folder)


def test_a_run_whose_config_has_changed_is_not_resumed(start):
    run = start(until=20).run
    before = (run.folder / metadata.NAME).read_bytes()
    with (
        pytest.raises(RunError, match="seed is 1, but was 0 when the run began"),
        session.resumed(replace(run, config=replace(run.config, seed=1))),
    ):
        pytest.fail("it goes on")
    assert (run.folder / metadata.NAME).read_bytes() == before


@pytest.mark.parametrize(("step", "correct"), [(16, 0), (20, 0), (2, 65)])
def test_a_step_or_sums_that_no_epoch_of_the_run_has_are_refused(start, step, correct):
    begun = start(until=0)
    state = begun.training.state
    state.step, state.correct, state.seconds, state.loss_sum = step, correct, 1.0, 1.0
    checkpoints.save(begun.run, state, begun.data)
    with (
        pytest.raises(
            RunError, match=f"checkpoint.npz: step {step} is in no epoch of this run; move "
        ),
        session.resumed(begun.run),
    ):
        pytest.fail("it goes on")
    assert begun.run.status == "interrupted"


def test_going_on_with_other_arithmetic_is_refused_or_recorded(start):
    begun = start(until=20)
    run, here = begun.run, metadata.read(begun.run.folder)["arithmetic"]
    metadata.write(run.folder, arithmetic="0" * 64, numpy="1.0.0", threads=1)
    with pytest.raises(RunError, match=r"NumPy: 1\.0\.0, now "), session.resumed(run):
        pytest.fail("it goes on")
    with session.resumed(run, other_arithmetic=True):
        pass
    found = metadata.read(run.folder)
    assert found["arithmetic_changes"] == [{"step": 20, "before": "0" * 64}]
    assert found["arithmetic"] == here
    with session.resumed(run):
        pass  # from now on it is the arithmetic of the run


def test_before_anything_is_saved_there_is_no_other_arithmetic(start):
    run = start(until=0).run
    for file in (run.weights, run.checkpoint, run.previous_checkpoint):
        file.unlink(missing_ok=True)
    metadata.write(run.folder, arithmetic="0" * 64)
    with session.resumed(run, tell=pytest.fail):
        pass
    assert "arithmetic_changes" not in metadata.read(run.folder)


def test_arithmetic_that_was_lost_with_run_json_is_told_and_recorded(start):
    run, told = start(until=20).run, []
    (run.folder / metadata.NAME).write_text("{", encoding="utf-8")
    with session.resumed(run, tell=told.append):
        pass
    assert "whether this machine computes as the one before is not known" in told[0]
    changes = metadata.read(run.folder)["arithmetic_changes"]
    assert changes == [{"step": 20, "before": "unknown"}]


def test_a_run_that_never_recorded_its_arithmetic_goes_on(start):
    run = start(until=0).run
    facts = metadata.read(run.folder)
    del facts["arithmetic"]
    (run.folder / metadata.NAME).write_text(json.dumps(facts), encoding="utf-8")
    with session.resumed(run, tell=pytest.fail):
        pass
    assert "arithmetic_changes" not in metadata.read(run.folder)


def test_a_checkpoint_that_gave_way_to_the_one_before_is_told(start):
    begun = start(until=20)
    begun.run.checkpoint.write_bytes(b"PK")
    told = []
    with session.resumed(begun.run, tell=told.append) as again:
        assert again.training.state.step == 16
    (line,) = told
    assert line.startswith(f"{begun.run.checkpoint}: damaged: ")
    assert line.endswith("; going on from the one before")


def test_a_damaged_run_json_gives_way_and_the_run_ends_the_same(start):
    straight, stopped = start("straight"), start("stopped", until=20)
    path = stopped.run.folder / metadata.NAME
    path.write_text("", encoding="utf-8")
    told = []
    with session.resumed(stopped.run, tell=told.append) as again:
        assert again.training.state.step == 20
        list(session.train(again))
    (line,) = told
    assert line.startswith(f"{path}: not JSON: ")
    assert again.run.weights.read_bytes() == straight.run.weights.read_bytes()


def without_test(config, folder):
    """Train a run that was made without a test score, and return it."""
    seed_folders.complete(config, 1, folder, without_test=True)
    return resume(folder / "seed-0")[0].run


def test_a_run_without_a_test_score_differs_from_another_in_nothing_else(
    start, small_config, tmp_path, monkeypatch
):
    other = start().run
    monkeypatch.setattr(test_scores, "evaluate", lambda *_: pytest.fail("it is scored"))
    run = without_test(small_config, tmp_path / "trial")
    assert run.is_without_test
    assert run.result == replace(
        other.result, test_accuracy=None, test_correct=None, test_images=None, test_loss=None
    )
    for name in ("config.yaml", "weights.npz", "doubt.npz"):
        assert (run.folder / name).read_bytes() == (other.folder / name).read_bytes()
    logs = [[*map(without_time, results.read_log(one))] for one in (run, other)]
    assert logs[0] == logs[1]
    facts = [metadata.read(one.folder).keys() for one in (run, other)]
    assert facts[0] ^ facts[1] == {"without_test"}


def test_it_has_none_after_more_epochs_either(small_config, tmp_path):
    run = without_test(small_config, tmp_path)
    with session.resumed(run, epochs=4) as begun:
        list(session.train(begun))
    assert (begun.run.is_without_test, len(results.read_log(begun.run))) == (True, 4)
    assert begun.run.result.test_accuracy is None


def test_where_every_epoch_is_scored_on_the_test_images_so_is_the_result(small_config, tmp_path):
    config = replace(small_config, data=replace(small_config.data, validation=0))
    run = without_test(config, tmp_path)
    assert not run.is_without_test
    assert run.result.test_accuracy == results.read_log(run)[-1].test_accuracy
