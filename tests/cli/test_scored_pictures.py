"""`bpnet eval --pictures`: pictures in folders named by class are what a run is scored on."""

import json

import numpy as np
import pytest

from bpnet import datasets
from bpnet.pictures.png import png

pytest.importorskip("PIL", reason="no Pillow")


@pytest.fixture
def pictures(small_config, tmp_path):
    """Images that the run has learnt, as pictures, in the folders of their digits."""
    train = datasets.load(small_config.data).train
    for number in range(8):
        path = tmp_path / f"mine/{train.labels[number]}/{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        large = np.kron(255 - train.images[number].reshape(28, 28), np.ones((3, 3), np.uint8))
        path.write_bytes(png(np.pad(large, 20, constant_values=255)))
    return tmp_path / "mine"


@pytest.fixture
def run(trained):
    return trained("run", "--set", "train.epochs=25", "--set", "train.learning_rate=0.5")


def test_pictures_are_scored_by_the_names_of_their_folders(bpnet, run, pictures):
    result = bpnet("eval", run, "--pictures", pictures, "--json")
    assert (result.status, result.err) == (0, "")
    (scores,) = json.loads(result.out)["runs"]
    assert (scores["split"], scores["total"]) == ("pictures", 8)
    assert scores["correct"] >= 6
    in_folders = [len(list((pictures / str(n)).glob("*"))) for n in range(10)]
    assert np.sum(scores["confusion"], axis=1).tolist() == in_folders


def test_several_runs_are_scored_on_the_same_pictures_as_a_committee(bpnet, run, pictures):
    result = bpnet("eval", run, run, "--pictures", pictures)
    assert result.status == 0
    assert "committee of 2: pictures accuracy " in result.out


def test_a_picture_that_cannot_be_used_is_named_and_the_others_are_scored(bpnet, run, pictures):
    (pictures / "0").mkdir(exist_ok=True)
    (pictures / "0/bad.png").write_bytes(png(np.zeros((60, 60), np.uint8)))
    result = bpnet("eval", run, "--pictures", pictures)
    assert (result.status, result.err) == (1, f"Error: {pictures}/0/bad.png: no ink in it\n")
    assert "/8)" in result.out


def test_a_folder_of_no_class_is_told_before_any_picture_is_read(bpnet, run, pictures):
    (pictures / "1").rename(pictures / "eins")
    result = bpnet("eval", run, "--pictures", pictures)
    assert (result.status, result.out) == (2, "")
    assert result.err == (
        f"Error: {pictures}/eins: run has no class eins; its classes are "
        "0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n"
    )


@pytest.mark.parametrize("other", [("--split", "train"), ("--dataset", "drawn")])
def test_pictures_go_without_other_images(bpnet, run, pictures, other):
    result = bpnet("eval", run, "--pictures", pictures, *other)
    assert result == (2, "", "Error: --pictures: goes without --dataset and --split\n")
