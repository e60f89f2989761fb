"""Runs -> their networks, and the images to score them on."""

from dataclasses import replace

import numpy as np
import pytest

from bpnet import datasets, network
from bpnet.errors import BpnetError, RunError, UsageError
from bpnet.runs import loading
from bpnet.runs.results import load_network
from bpnet.system import memory
from bpnet.system.progress import silently
from tests.helpers.trials import unscored


def load(*runs, split="test", tell=pytest.fail):
    return list(loading.load(runs, split, silently, tell))


@pytest.fixture
def run(finished_run):
    return finished_run


@pytest.fixture
def another(start, small_config):
    return start("another", replace(small_config, seed=1)).run


def test_each_run_comes_with_its_network_and_the_images_of_the_split(run, another, small_config):
    dataset = datasets.load(small_config.data)
    for split in ("train", "validation", "test"):
        expected = getattr(dataset, split)
        found = load(run, another, split=split)
        assert [loaded.run for loaded in found] == [run, another]
        for loaded in found:
            right = load_network(loaded.run).flat
            assert np.array_equal(loaded.network.flat, right)
            assert np.array_equal(loaded.images.images, expected.images)
            assert np.array_equal(loaded.images.labels, expected.labels)
            assert loaded.fingerprint == (dataset.classes, dataset.sha256, len(expected))


def test_images_are_as_they_are_whatever_a_network_sees(start, run, small_config):
    view = replace(small_config.network, view="deslanted")
    other = start("other", replace(small_config, network=view)).run
    first, second = load(run, other)
    assert (first.network.view, second.network.view) == ("as-is", "deslanted")
    assert second.images.view == "as-is"
    assert first.images.images is second.images.images


def test_the_images_of_one_dataset_are_read_once(run, another, monkeypatch):
    asked, before = [], datasets.find

    def counting(data, tell):
        asked.append(data)
        return before(data, tell)

    monkeypatch.setattr(datasets, "find", counting)
    load(run, another)
    assert asked == [run.config.data]


def test_networks_that_memory_holds_one_by_one_but_not_at_once_are_refused(
    run, another, monkeypatch
):
    each = network.memory(run.config)
    monkeypatch.setattr(memory, "available", lambda: int(1.5 * each))
    assert len(load(run)) == 1
    with pytest.raises(
        BpnetError, match="^scoring these networks at once needs 13 MB of memory; 1"
    ):
        load(run, another)


def test_the_networks_of_a_committee_are_loaded_all_or_none(run, another, monkeypatch):
    for one, loaded in zip((run, another), loading.networks([run, another]), strict=True):
        assert np.array_equal(loaded.flat, load_network(one).flat)
    monkeypatch.setattr(memory, "available", lambda: int(1.5 * network.memory(run.config)))
    with pytest.raises(BpnetError, match="these networks at once"):
        loading.networks([run, another])


def test_other_images_have_another_fingerprint(start, run, small_config):
    data = replace(small_config.data, validation=50)
    other = start("other", replace(small_config, data=data)).run
    first, second = load(run, other, split="validation")
    assert first.fingerprint != second.fingerprint
    assert len(second.images) == 50
    tests = load(run, other)
    assert tests[0].fingerprint == tests[1].fingerprint


def test_a_run_that_has_not_finished_is_scored_so_far_and_that_is_told(start):
    told, run = [], start(until=20).run
    (loaded,) = load(run, tell=told.append)
    assert np.array_equal(loaded.network.flat, load_network(run).flat)
    assert told == [f"{run.folder}: has not finished: these are its weights so far"]


def test_a_run_without_validation_images_has_none_to_score(start, small_config):
    config = replace(small_config, data=replace(small_config.data, validation=0))
    run = start(config=config).run
    load(run)
    with pytest.raises(UsageError, match=f"^{run.folder}: has no validation images: its data.val"):
        load(run, split="validation")


def test_a_changed_run_is_not_scored(run):
    with pytest.raises(RunError, match="seed is 1, but was 0 when the run began"):
        load(replace(run, config=replace(run.config, seed=1)))


def test_what_is_wrong_with_a_run_is_told_in_its_turn(run, another):
    another.weights.unlink()
    found = loading.load([run, another], "test", silently, pytest.fail)
    assert next(found).run == run
    with pytest.raises(RunError, match="another/weights.npz: is missing"):
        next(found)


def test_who_still_chooses_is_shown_validation_images_unless_others_are_asked_for(run, another):
    runs, told = [run, another], []
    assert loading.split_of(runs, None, pytest.fail) == "test"
    unscored(another.folder)
    assert loading.split_of(runs, None, told.append) == "validation"
    assert told == [
        f"{another.folder}: has no test score: these are validation images; others: --split test"
    ]
    assert loading.split_of(runs, "test", pytest.fail) == "test"
