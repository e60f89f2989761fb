"""The real thing, where the real files are: through BPNET_DATA_DIR, or in data/."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpnet import config, datasets
from bpnet.datasets import drawn_digits, loading
from bpnet.evaluation import evaluate
from bpnet.pictures.normalizing import normalized
from bpnet.training.state import best, final_parameters
from bpnet.training.trainer import Training
from tests.helpers import desks, papers
from tests.helpers.pictures import only_digit
from tests.helpers.renderings import RENDERINGS
from tests.helpers.rows import row

ROOT = Path(__file__).parent.parent
DATA = config.load(environment={}).data
FOLDER = replace(DATA, dir=str(Path(os.environ.get("BPNET_DATA_DIR") or ROOT / "data").resolve()))
READY = all(state.startswith("right") for state in loading.verify(FOLDER).values())

pytestmark = pytest.mark.skipif(
    not READY, reason=f"the files of MNIST are not in {loading.folder(FOLDER)}"
)


def trained(name, *settings, folder=FOLDER.dir):
    """Return the training of a config of ours, at its end."""
    loaded = config.load(ROOT / "configs" / name, [*settings, f"data.dir={folder}"], {})
    training = Training(loaded, datasets.load(loaded.data))
    list(training.epochs())
    return training


def test_the_files_hold_what_is_known_of_them():
    dataset = datasets.load(replace(FOLDER, validation=10_000))
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (
        50_000,
        10_000,
        10_000,
    )
    assert np.bincount(dataset.test.labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    assert dataset.train.labels[:5].tolist() == [5, 0, 4, 1, 9]


def test_loading_writes_nothing():
    before = sorted(path.name for path in loading.folder(FOLDER).iterdir())
    datasets.load(FOLDER)
    assert sorted(path.name for path in loading.folder(FOLDER).iterdir()) == before


def test_the_books_network_passes_93_percent_in_four_epochs():
    records = trained("book.yaml", "train.epochs=4").state.records
    assert records[-1].test_accuracy > 0.93


def test_the_default_network_reaches_97_percent_on_validation_in_six_epochs():
    records = trained("mnist.yaml", "train.epochs=6").state.records
    assert best(records).validation_accuracy > 0.97


def test_the_program_trains_twice_to_the_same_bytes_and_scores_them(program, tmp_path):
    train = ("train", "--config", ROOT / "configs" / "mnist.yaml", "--data-dir", FOLDER.dir)
    for name in ("a", "b"):
        process = program(*train, "--set", "train.epochs=2", "--run-dir", name)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out.startswith("test accuracy 9")
    a, b = ((tmp_path / name / "weights.npz").read_bytes() for name in ("a", "b"))
    assert a == b
    process = program("eval", "a")
    assert process.communicate(timeout=60)[0].splitlines()[1].startswith(out[:22])


def test_a_network_that_has_seen_only_drawn_digits_reads_real_ones(tmp_path):
    """The real test images choose nothing: they measure what the drawn digits are good for."""
    known = ROOT / "data"  # where the README's first command has drawn them
    folder = known if drawn_digits.read(known / "drawn") else tmp_path
    training = trained("drawn.yaml", "data.validation=0", "train.epochs=5", folder=folder)
    real = datasets.load(replace(FOLDER, validation=0))
    assert evaluate(training.network, training.dataset.test).accuracy > 0.97
    assert evaluate(training.network, real.test).accuracy > 0.95


@pytest.fixture(scope="module")
def sprint():
    """A network of 98 %, and the validation images: the test images choose nothing."""
    training = trained("sprint.yaml", "data.validation=10000")
    training.network.flat[:] = final_parameters(training.state)
    return training.network, training.dataset.validation


def right(network, pictures, labels):
    """Return the share of the pictures (N, 28, 28) that the network has right, in per cent."""
    split = datasets.Split(np.reshape(pictures, (-1, 784)), labels)
    return 100 * evaluate(network, split).accuracy


def test_pictures_of_real_digits_are_read_as_the_digits_themselves(sprint):
    """The bars are those of the whole test set."""
    network, images = sprint[0], sprint[1][:60]
    known = right(network, images.images, images.labels)
    rng = np.random.default_rng(20161125)
    for name, (render, allowed) in RENDERINGS.items():
        seen = [only_digit(render(image.reshape(28, 28), rng)) for image in images.images]
        lost = known - right(network, np.stack(seen), images.labels)
        assert lost < allowed + 1.7, name  # one of 60 is chance


@pytest.mark.parametrize(
    "render",
    [papers.ruled, papers.squared, papers.shadow, desks.on_a_desk(0.1, 0.35), desks.black_border],
    ids=["ruled", "squared", "a shadow", "a desk", "a border"],
)
def test_what_lies_round_a_digit_costs_few_answers(sprint, render):
    network, images = sprint[0], sprint[1][:8]
    rng = np.random.default_rng(20161126)
    seen = [
        [digit.image for line in normalized(render(image.reshape(28, 28), rng)) for digit in line]
        for image in images.images
    ]
    only = np.stack([found[0] if len(found) == 1 else np.zeros((28, 28)) for found in seen])
    known = right(network, images.images, images.labels)
    assert known - right(network, only.astype(np.uint8), images.labels) <= 0


def test_digits_in_a_row_are_told_apart(sprint):
    images, rng = sprint[1].images.reshape(-1, 28, 28), np.random.default_rng(20161127)
    counts = rng.integers(2, 6, 8)
    found = [normalized(row(images[rng.integers(10_000, size=n)], rng)[0]) for n in counts]
    same = [[*map(len, lines)] == [n] for lines, n in zip(found, counts, strict=True)]
    assert sum(same) >= 7
