"""Data, folders of seeds and places that will not do: refused by the real program, in a line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bpnet.datasets import drawn_digits, idx
from bpnet.datasets.catalogue import NAMES
from tests.helpers.damage import Damage, copied, holds, stopped
from tests.helpers.refused import Row, judge, run_all


def drawn(**changed: Callable[[np.ndarray], np.ndarray]) -> Damage:
    """Return what gives the run data of its own, changed, under a manifest that says them right."""

    def damage(run: Path) -> None:
        source = run.parents[1] / "data/drawn"
        contents = {name: (source / name).read_bytes() for name in NAMES}
        for part, change in changed.items():
            name = next(name for name in contents if name.startswith(part.replace("_", "-")))
            contents[name] = change(contents[name])
        manifest = json.loads((source / drawn_digits.MANIFEST).read_bytes())
        manifest["sha256"] = idx.sha256(contents)
        contents[drawn_digits.MANIFEST] = json.dumps(manifest).encode()
        (run.parent / "data/drawn").mkdir(parents=True)
        for name, content in contents.items():
            (run.parent / "data/drawn" / name).write_bytes(content)

    return damage


def numbers(change: Callable[[np.ndarray], np.ndarray], dimensions: int = 1) -> Callable:
    """Return what changes the numbers of an IDX file."""
    return lambda content: idx.encode(change(idx.parse(content, dimensions, "")))


def data(name: str, told: str, **changed: Callable) -> Row:
    """Return the row of data that cannot be trained on, or scored on."""
    arguments = ["eval", "run", "--data-dir", "data"]
    return Row(f"data: {name}", arguments, told, 1, made=copied(drawn(**changed)))


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
DATA = [
    data("labels as images", f"{IMAGES}: starts with 00 00 08 01 at byte 0",
         train_images=lambda content: bytes([0, 0, 8, 1]) + content[4:]),
    data("images as labels", f"{LABELS}: starts with 00 00 08 03",
         train_labels=lambda content: bytes([0, 0, 8, 3]) + content[4:]),
    data("no images", f"{IMAGES}: ends at byte 0, inside its header", train_images=lambda _: b""),
    data("a byte less", f"{IMAGES}: has 470399 numbers", train_images=lambda content: content[:-1]),
    data("a byte more", f"{LABELS}: has 601 numbers", train_labels=lambda content: content + b"\0"),
    data("a huge header", f"{LABELS}: has 600 numbers from byte 8 on, and its header says 4",
         train_labels=lambda content: content[:4] + b"\xff" * 4 + content[8:]),
    data("a label of 10", "train: label 0 is 10, which is no class",
         train_labels=numbers(lambda labels: labels // 10 + 10)),
    data("a label less", "train: 600 images, but 599 labels",
         train_labels=numbers(lambda labels: labels[:-1])),
    data("wide images", "t10k: the images are 14 x 56 pixels, not 28 x 28",
         t10k_images=numbers(lambda images: images.reshape(-1, 14, 56), 3)),
    data("other images", "run: began with other files of drawn",
         train_images=numbers(lambda images: 255 - images, 3)),
    data("too few to hold out", "data.validation: 100 of 100 training images",
         train_images=numbers(lambda images: images[:100], 3),
         train_labels=numbers(lambda labels: labels[:100])),
]  # fmt: skip


def seeds(*damages: Damage) -> Damage:
    """Return what makes a folder of two seeds, and damages it."""

    def make(folder: Path) -> None:
        for name in ("seed-0", "seed-1"):
            shutil.copytree(folder.parent / "run", folder / "seeds" / name)
            stopped(folder / "seeds" / name)
        for damage in damages:
            damage(folder / "seeds")

    return make


def together(name: str, command: str, told: str, damage: Damage, status: int = 1) -> Row:
    """Return the row of a folder of seeds that cannot be scored or gone on with."""
    return Row(f"{command}: {name}", command.split(), told, status, made=seeds(damage))


RESUME, EVAL = "train --resume seeds --quiet", "eval seeds"
SEEDS = [
    together("half made", EVAL, "seeds: not all its seeds were made", holds(".being-made", b"")),
    together("half made", RESUME, "seeds: not all its seeds were made", holds(".being-made", b"")),
    together("a config of a seed", EVAL, "seeds/seed-1/config.yaml:1:1: x: unknown key",
             holds("seed-1/config.yaml", b"x: 1")),
    together("weights of a seed", EVAL, "seeds/seed-0/weights.npz: damaged",
             holds("seed-0/weights.npz", b"PK")),
]  # fmt: skip

TRAIN = ["train", "--config", "run/config.yaml", "--run-dir"]
TAKEN = [
    Row("a finished run's folder", [*TRAIN, "run"], "run: is there already; give another "
        "--run-dir, or go on with it: bpnet train --resume run", made=copied()),
    Row("a folder of seeds, again", [*TRAIN, "..", "--seeds", "2"], "..: is there already",
        made=copied()),
    Row("a file for a folder", [*TRAIN, "run/log.csv"], "run/log.csv: is there already",
        made=copied()),
    Row("below a file", [*TRAIN, "run/log.csv/x"], "run/log.csv: cannot be made: a file",
        1, made=copied()),
    Row("seeds below a file", [*TRAIN, "run/log.csv/x", "--seeds", "2"],
        "run/log.csv: cannot be made: a file", 1, made=copied()),
    Row("a name too long", [*TRAIN, "x" * 300], "cannot be looked for: File name too long", 1,
        made=copied()),
    Row("too many images held out", [*TRAIN, "x", "--set", "data.validation=600"],
        "data.validation: 600 of 600 training images", 1, made=copied()),
    Row("no images held out", ["eval", "run", "other", "--split", "validation"],
        "other: has no validation images: its data.validation is 0",
        made=lambda folder: [copied()(folder), shutil.copytree(folder.parent / "other",
                                                               folder / "other")]),
    Row("seeds above the largest", [*TRAIN, "x", "--set", "seed=4294967295", "--seeds", "2"],
        "--seeds: 2 from 4294967295 on go above 4294967295", made=copied()),
]  # fmt: skip

ROWS = [*DATA, *SEEDS, *TAKEN]


@pytest.fixture(scope="module")
def outcomes(chosen, runs):
    return run_all(chosen(ROWS), runs)


def test_what_cannot_be_trained_on_or_into_is_refused_in_a_line_that_names_it(row, outcomes):
    judge(row, outcomes[row.name])
