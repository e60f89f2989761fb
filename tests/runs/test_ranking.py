"""The trials of a sweep, the best first, and which may be as good as the best."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from bpnet import network
from bpnet.config import DataConfig
from bpnet.errors import RunError
from bpnet.evaluation import against_the_best, answers, by_seeds, mcnemar, only_right, sign_flips
from bpnet.runs import directory, loading, metadata, ranking, sweep_rows, sweeps
from bpnet.system import memory
from bpnet.system.progress import silent, silently
from tests.helpers import own_files
from tests.helpers import sweeps as helpers
from tests.helpers.own_files import shapes


@pytest.fixture
def sweep(small_sweep, tmp_path):
    """The sweep of two seeds each; its trials are 1: nothing, 2 and 3: alike."""
    return sweeps.open_sweep(shutil.copytree(small_sweep, tmp_path / "sweep"))


def ranked(sweep, settings=()):
    rows = sweep_rows.rows(sweep)
    return ranking.rank(sweep, rows, settings, silently, pytest.fail)


def right(sweep, number):
    """Return which validation images each run of the trial has right, by its answers."""
    folders = [run.folder for run in sweep.runs() if run.trial == number]
    runs = map(directory.open_run, folders)
    loaded = list(loading.load(list(runs), "validation", silently, silent))
    return np.array([answers([one.network], one.images) == one.images.labels for one in loaded])


def test_trials_stand_by_the_mean_of_their_validation_accuracies(sweep):
    found = ranked(sweep)
    numbers = [standing.number for standing in found.standings]
    means = [right(sweep, number).mean() for number in numbers]
    assert means == sorted(means, reverse=True)
    assert numbers[2] == 1
    assert (found.best, found.why_not, found.left) == (found.standings[0], "", 0)
    for standing in found.standings:
        assert standing.right == right(sweep, standing.number).sum(axis=1).tolist()
        assert standing.wrong == 100 - np.mean(standing.right)
        assert standing.test == []
    assert found.best.settings == {"train.learning_rate": {2: 0.5, 3: 0.49}[numbers[0]]}


def test_each_is_compared_with_the_best_by_images_and_by_seeds(sweep):
    best, *others = ranked(sweep).standings
    assert (best.p_images, best.p_seeds, best.p) == (None, None, None)
    rights = [right(sweep, standing.number) for standing in (best, *others)]
    images = [sign_flips(rights[0].sum(axis=0) - one.sum(axis=0)) for one in rights[1:]]
    seeds = by_seeds(np.array([one.sum(axis=1) for one in rights]))
    assert [one.p_images for one in others] == images
    assert [one.p_seeds for one in others] == seeds
    assert [one.p for one in others] == against_the_best(list(map(max, images, seeds)))
    assert [one.is_within_chance for one in (best, *others)] == [False, True, False]
    assert ranked(sweep).within_chance == [others[0]]


def test_of_one_seed_each_it_is_mcnemars_test_of_the_networks(small_config, tmp_path):
    settings = [{"train.epochs": epochs} for epochs in (1, 3)]
    sweep = helpers.train(tmp_path / "sweep", small_config, settings, count=1)
    best, other = ranked(sweep).standings
    (of_best,), (of_other,) = right(sweep, best.number), right(sweep, other.number)
    p = mcnemar(*only_right(of_best, of_other, np.True_))
    assert other.p == other.p_images == pytest.approx(p, rel=1e-9)
    assert other.p_seeds is None


def test_of_equally_good_trials_the_first_is_the_best(sweep):
    for seed in ("seed-0", "seed-1"):
        shutil.rmtree(sweep.folder / "03" / seed)
        shutil.copytree(sweep.folder / "02" / seed, sweep.folder / "03" / seed)
    alike = [replace(sweep.trials[1], settings=trial.settings) for trial in sweep.trials]
    found = ranked(replace(sweep, trials=alike))
    assert [standing.number for standing in found.standings] == [2, 3, 1]
    assert found.standings[1].p == 1


@pytest.mark.parametrize(("status", "left"), [("failed", 0), ("diverged", 0), ("interrupted", 1)])
def test_a_trial_that_is_not_complete_is_listed_but_not_ranked(sweep, status, left):
    metadata.write(sweep.folder / "02" / "seed-1", status=status)
    found = ranked(sweep)
    assert [standing.number for standing in found.standings] == [3, 1, 2]
    assert (found.standings[2].p, found.within_chance, found.left) == (None, [], left)
    assert len(found.standings[2].validation) == 1
    assert found.standings[1].p == found.standings[1].p_seeds  # of two trials, nothing to correct


def test_one_complete_trial_is_not_the_best_of_anything(sweep):
    for trial in ("01", "02"):
        shutil.rmtree(sweep.folder / trial)
    found = ranked(sweep)
    assert (found.best, found.why_not) == (None, "1 of 3 trials is complete")
    assert [standing.number for standing in found.standings] == [1, 2, 3]
    assert found.left == 4
    assert found.standings[0].wrong is None


@pytest.mark.parametrize(
    ("numbers", "why_not"),
    [
        ((0, 0), "data.validation is 0"),
        ((0, 50), "not all trials have the same validation images"),
        ((50, 60), "not all trials have the same validation images"),
    ],
)
def test_trials_that_were_not_validated_on_the_same_images_are_not_ranked(
    small_config, tmp_path, numbers, why_not
):
    config = replace(small_config, train=replace(small_config.train, epochs=1))
    settings = [{"data.validation": number} for number in numbers]
    found = ranked(helpers.train(tmp_path / "sweep", config, settings, count=1))
    assert (found.best, found.why_not, found.within_chance) == (None, why_not, [])
    assert [standing.p for standing in found.standings] == [None, None]
    assert [bool(standing.test) for standing in found.standings] == [not n for n in numbers]


def test_images_in_other_files_of_the_same_names_are_seen(small_config, tmp_path, rng):
    for name in "ab":
        own_files.write(tmp_path / name, shapes(2, 20, rng), shapes(2, 5, rng), ("x", "y"))
    data = DataConfig("files", str(tmp_path / "a"), validation=10, classes=("x", "y"))
    settings = [{"data.dir": str(tmp_path / name)} for name in "ab"]
    found = ranked(helpers.train(tmp_path / "s", replace(small_config, data=data), settings, 1))
    assert found.best is None
    assert found.why_not.endswith("/seed-0 has other images than the best trial's runs")


def test_networks_are_in_memory_one_by_one(sweep, monkeypatch):
    room = 3 * network.memory(sweep.trials[0].config)
    monkeypatch.setattr(memory, "available", lambda: room)
    assert ranked(sweep).best


def test_an_accuracy_that_the_weights_do_not_have_is_refused(sweep):
    run = next(sweep.runs()).folder
    metadata.write(run, validation_accuracy=0.999)
    with pytest.raises(RunError, match="run.json says validation_accuracy 0.999, and its weights"):
        ranked(sweep)
