"""What the tests of commands share: runs that are trained once, and a look at the bars."""

import shutil

import numpy as np
import pytest

from bpnet.cli.bars import tqdm
from bpnet.config import dump
from bpnet.datasets import SIDE
from tests.helpers import forks
from tests.helpers.own_files import write


@pytest.fixture(scope="session")
def originals(small_config, tmp_path_factory):
    """Return a function that trains as a test asks, unless another has asked for the same."""
    known = {}

    def original(*options):
        if options not in known:
            folder = tmp_path_factory.mktemp("originals")
            (folder / "small.yaml").write_text(dump(small_config), encoding="utf-8")
            train = ("train", "--config", "small.yaml", "--run-dir", "made", "--quiet")
            assert forks.run(folder, *train, *options).status == 0
            known[options] = folder / "made"
        return known[options]

    return original


@pytest.fixture
def trained(bpnet, originals):
    """Return a function that copies what `bpnet train` makes, with these options, to a place."""
    return lambda place, *options: shutil.copytree(originals(*options), place)


@pytest.fixture
def own_files(tmp_path, rng):
    """Return a function that makes own files: of each class five images to train on, two to test.

    An image is black, with one white row that tells its class, and some noise.
    """

    def make(name, classes):
        folder = tmp_path / name
        write(folder, rows(len(classes), 5), rows(len(classes), 2), classes)
        return folder

    def rows(classes, each):
        labels = np.repeat(np.arange(classes, dtype=np.uint8), each)
        images = rng.integers(50, size=(len(labels), SIDE, SIDE), dtype=np.uint8)
        images[np.arange(len(labels)), labels] = 255
        return images, labels

    return make


@pytest.fixture
def bars(monkeypatch):
    """The bars that are made: shown, as at a terminal, and drawn at every step."""
    made, begin = [], tqdm.__init__

    def begin_and_keep(bar, **options):
        begin(bar, **options | {"disable": False, "mininterval": 0})
        made.append(bar)

    monkeypatch.setattr(tqdm, "__init__", begin_and_keep)
    return made
