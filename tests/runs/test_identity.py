"""What makes a run that run."""

import json
from dataclasses import replace

import pytest

from bpnet.config import AugmentConfig, Config, TrainConfig
from bpnet.errors import RunError
from bpnet.runs import identity, metadata
from bpnet.runs.directory import create
from bpnet.runs.identity import identity_of, is_same, refuse_changes, refuse_edits, settings_of

DATA = {"images.gz": "5" * 64}


@pytest.fixture
def run(small_config, tmp_path):
    """A run that has begun."""
    run = create(small_config, tmp_path)
    metadata.write(tmp_path, config=settings_of(small_config), data=DATA)
    return run


def changed(run, **settings):
    return replace(run, config=replace(run.config, **settings))


def moved(run):
    return changed(run, data=replace(run.config.data, dir="elsewhere"))


def test_the_settings_are_the_config_as_json_has_it_but_for_where_the_data_lie(run):
    settings = settings_of(run.config)
    assert json.loads(json.dumps(settings)) == settings
    assert settings["network.hidden"] == [16]
    assert settings["train.epochs"] == 3
    assert "data.dir" not in settings
    assert settings == settings_of(moved(run).config)


def test_the_identity_is_what_differs_from_the_defaults_and_the_files(run):
    assert identity_of(run, DATA) == {
        "config": {
            "data.dataset": "drawn",
            "data.validation": 100,
            "network.hidden": [16],
            "train.epochs": 3,
            "train.batch_size": 32,
        },
        "data": DATA,
    }
    assert identity_of(moved(run), DATA) == identity_of(run, DATA)
    assert identity_of(replace(run, config=Config()), {}) == {"config": {}, "data": {}}


def test_several_threads_of_an_earlier_bpnet_are_part_of_it(run):
    old = replace(run, threads=2)
    assert (
        identity_of(run, DATA)["config"] | {"train.threads": 2} == identity_of(old, DATA)["config"]
    )
    metadata.write(run.folder, config=settings_of(run.config) | {"train.threads": 2})
    refuse_changes(old, DATA)
    with pytest.raises(RunError, match="train.threads is 1, but was 2 when the run began"):
        refuse_changes(run, DATA)


@pytest.mark.parametrize(
    ("schedule", "calm", "is_the_same"),
    [("constant", 0, True), ("cosine", 0, False), ("constant", 0.2, False)],
)
def test_a_state_is_also_one_of_a_longer_run_if_its_steps_are(run, schedule, calm, is_the_same):
    augment = AugmentConfig(rotation=9, calm=calm)
    trains = [TrainConfig(epochs=epochs, schedule=schedule) for epochs in (3, 20)]  # 20: default
    both = [identity_of(changed(run, train=train, augment=augment), DATA) for train in trains]
    assert is_same(both[0], both[0])
    assert is_same(*both) == is_same(*reversed(both)) == is_the_same


@pytest.mark.parametrize(
    "found", [None, 3, [], {}, {"config": 3, "data": DATA}, {"config": {"seed": 1}, "data": DATA}]
)
def test_another_identity_is_not_the_same(run, found):
    assert not is_same(found, identity_of(run, DATA))


def test_a_run_as_it_began_may_go_on_and_its_data_may_have_moved(run):
    refuse_changes(run, DATA)
    refuse_changes(moved(run), DATA)


def test_each_change_of_the_config_is_told_with_what_it_was(run):
    network = replace(run.config.network, hidden=(16, 8))
    with pytest.raises(RunError) as raised:
        refuse_changes(changed(run, seed=1, network=network), DATA)
    assert raised.value.lines == [
        f"{run.folder}/config.yaml: seed is 1, but was 0 when the run began; put it back, or start "
        "a new run",
        f"{run.folder}/config.yaml: network.hidden is [16, 8], but was [16] when the run began; "
        "put it back, or start a new run",
    ]


def test_other_files_of_the_dataset_are_told(run):
    with pytest.raises(RunError, match=f"^{run.folder}: began with other files of drawn$"):
        refuse_changes(run, {"images.gz": "6" * 64})


def test_a_run_that_has_not_begun_has_not_changed(small_config, tmp_path):
    refuse_changes(create(small_config, tmp_path), DATA)


def test_a_key_that_a_later_bpnet_adds_is_no_change(run, monkeypatch):
    before, old = identity.settings_of, identity_of(run, DATA)
    later = lambda chosen: {**before(chosen), "train.novelty": 0}  # noqa: E731
    monkeypatch.setattr(identity, "settings_of", later)
    refuse_changes(run, DATA)
    assert identity_of(run, DATA) == old


def test_more_epochs_have_a_command_where_they_are_possible(run):
    told = r"train\.epochs is 4, but was 3 when the run began; put it back"
    longer = replace(run.config.train, epochs=4)
    with pytest.raises(RunError, match=rf"{told}; for more epochs: .* --resume \S+ --epochs N$"):
        refuse_edits(changed(run, train=longer))
    metadata.write(run.folder, config=settings_of(run.config) | {"train.schedule": "cosine"})
    with pytest.raises(RunError, match=f"{told}, or start a new run$"):
        refuse_edits(changed(run, train=replace(longer, schedule="cosine")))
