"""Run directories and data that are damaged, or none: refused by the real program, in a line."""

import io
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import forks
import numpy as np
import pytest
from refused import Row, judge, run_all

from bpnet import facts, idx, storage
from bpnet.datasets import drawn_digits

pytestmark = pytest.mark.faults

Damage = Callable[[Path], object]  # of the run directory
LIMIT = 2**24


def copied(*damages: Damage) -> Damage:
    """Return what copies the run, which lies beside the folders of the rows, and damages it."""

    def make(folder: Path) -> None:
        shutil.copytree(folder.parent / "run", folder / "run")
        for damage in damages:
            damage(folder / "run")

    return make


def said(**changes: object) -> Damage:
    """Return what changes run.json; None takes a fact out."""

    def damage(run: Path) -> None:
        path = run / "run.json"
        merged = json.loads(path.read_bytes()) | changes
        kept = {name: fact for name, fact in merged.items() if fact is not None}
        path.write_text(json.dumps(kept), encoding="utf-8")

    return damage


def has_begun_with(**settings: object) -> Damage:
    """Return what lets run.json say that the run has begun with other settings."""
    return lambda run: said(config=facts.read(run)["config"] | settings)(run)


stopped = said(status="interrupted", weights_sha256=None)


def holds(name: str, content: bytes) -> Damage:
    """Return what puts other content into a file of the run."""
    return lambda run: (run / name).write_bytes(content)


def without(*names: str) -> Damage:
    """Return what removes files of the run."""
    return lambda run: [(run / name).unlink() for name in names]


def becomes(name: str, make: Callable[[Path], object]) -> Damage:
    """Return what puts something else in the place of a file of the run."""

    def damage(run: Path) -> None:
        (run / name).unlink(missing_ok=True)
        make(run / name)

    return damage


def cut(name: str, end: int) -> Damage:
    """Return what cuts a file of the run."""
    return lambda run: (run / name).write_bytes((run / name).read_bytes()[:end])


def flipped(name: str, place: int) -> Damage:
    """Return what flips the bits of a byte of a file of the run."""

    def damage(run: Path) -> None:
        content = bytearray((run / name).read_bytes())
        content[place] ^= 255
        (run / name).write_bytes(content)

    return damage


def weights(*members: str, **changed: object) -> Damage:
    """Return what writes weights.npz anew: with these members, some with other arrays."""

    def damage(run: Path) -> None:
        with np.load(run / "weights.npz") as file:
            arrays = dict(file) | {name: change(file[name]) for name, change in changed.items()}
        np.savez(run / "weights.npz", **{name: arrays[name] for name in members or arrays})

    return damage


def poisoned(array: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(array)) == 3, np.nan, array).astype(array.dtype)


def deflated(run: Path) -> None:
    with np.load(run / "weights.npz") as file:
        np.savez_compressed(run / "weights.npz", **file)


def with_objects(run: Path) -> None:
    content = np.array([print], dtype=object)
    with (run / "weights.npz").open("wb") as file:
        np.savez(file, W1=content, allow_pickle=True)


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def eval_(name: str, told: str, *damages: Damage, lines: int = 1) -> Row:
    """Return the row of a run that cannot be scored."""
    return Row(f"eval: {name}", ["eval", "run"], told, 1, lines, copied(stopped, *damages))


def resume(name: str, told: str, *damages: Damage, lines: int = 1) -> Row:
    """Return the row of a run that cannot be gone on with."""
    made = copied(stopped, *damages)
    return Row(f"resume: {name}", ["train", "--resume", "run"], told, 1, lines, made)


WEIGHTS = [
    eval_("no weights", "run/weights.npz: is missing", without("weights.npz")),
    eval_("a folder", "run/weights.npz: not a regular file", becomes("weights.npz", Path.mkdir)),
    eval_("a pipe", "run/weights.npz: not a regular file", becomes("weights.npz", os.mkfifo)),
    eval_("a device", "run/weights.npz: not a regular file",
          becomes("weights.npz", lambda path: path.symlink_to("/dev/zero"))),
    eval_("empty", "run/weights.npz: damaged", holds("weights.npz", b"")),
    eval_("text", "run/weights.npz: damaged", holds("weights.npz", b"W1: 1")),
    eval_("a pickle", "run/weights.npz: damaged", holds("weights.npz", b"\x80\x04cos\nsystem\n.")),
    eval_("cut", "run/weights.npz: damaged", cut("weights.npz", 9000)),
    eval_("half", "run/weights.npz: damaged", cut("weights.npz", -1)),
    eval_("a changed byte", "run/weights.npz: damaged", flipped("weights.npz", 5000)),
    eval_("too large", "run/weights.npz: larger than the", holds("weights.npz", b"x" * 200_000)),
    eval_("NumPy's array", "run/weights.npz: damaged",
          holds("weights.npz", npy(np.ones(3)))),
    eval_("an array less", "run/weights.npz: does not hold just", weights("W1", "b1", "W2")),
    eval_("an order", "run/weights.npz: does not hold just", weights("b2", "W1", "b1", "W2")),
    eval_("float64", "run/weights.npz: W2 is not of type <f4", weights(W2=np.float64)),
    eval_("turned", "run/weights.npz: W2 is not of type <f4", weights(W2=np.transpose)),
    eval_("Fortran's order", "run/weights.npz: W1 is not of type", weights(W1=np.asfortranarray)),
    eval_("no number", "run/weights.npz: holds weights that are not", weights(b1=poisoned)),
    eval_("deflated", "run/weights.npz: W1 is not of type", deflated),
    eval_("objects", "run/weights.npz: does not hold just the arrays", with_objects),
    eval_("another network's", "run/weights.npz: W1 is not of type <f4 and shape (784, 16)",
          lambda run: shutil.copy(run.parents[1] / "other/weights.npz", run)),
    eval_("not its own", "run/weights.npz: not the weights that the run ended with",
          said(weights_sha256="0" * 64)),
]  # fmt: skip

PAIR = ("checkpoint.npz", "checkpoint.previous.npz")


def both(*damages: Damage) -> Damage:
    return lambda run: [damage(run) for damage in damages]


CHECKPOINTS = [
    resume("cut", "run/checkpoint.npz: damaged", *(cut(name, 9000) for name in PAIR), lines=2),
    resume("text", "run/checkpoint.npz: damaged", *(holds(n, b"hello") for n in PAIR), lines=2),
    resume("no second", "run/checkpoint.previous.npz: is missing", without(PAIR[1]),
           holds(PAIR[0], b"PK"), lines=2),
    resume("weights", "run/checkpoint.npz: does not hold just the arrays", without(PAIR[1]),
           lambda run: shutil.copy(run / "weights.npz", run / PAIR[0]), lines=2),
    resume("a folder", "run/checkpoint.npz: not a regular file", becomes(PAIR[0], Path.mkdir)),
    resume("a pipe", "run/checkpoint.npz: not a regular file", becomes(PAIR[0], os.mkfifo)),
    resume("another run's", "run/checkpoint.npz: of another run: its config or data differ",
           lambda run: shutil.copy(run.parents[1] / "twin" / PAIR[0], run)),
    resume("another network's", "run/checkpoint.npz: parameters is not of type", without(PAIR[1]),
           lambda run: shutil.copy(run.parents[1] / "other" / PAIR[0], run), lines=2),
]  # fmt: skip

FINISHED = ["run: has finished all its epochs: nothing to do"]
FACTS = [
    resume("no JSON", "run/run.json: not JSON: ", holds("run.json", b"{")),
    resume("no text", "run/run.json: not JSON: ", holds("run.json", b"\xff\xfe\x00")),
    resume("empty facts", "run/run.json: not JSON: ", holds("run.json", b"")),
    resume("a list of facts", "run/run.json: not a JSON object", holds("run.json", b"[1]")),
    resume("a long number", "run/run.json: not JSON: ", holds("run.json", b"9" * 5000)),
    resume("a folder of facts", "run/run.json: not a regular", becomes("run.json", Path.mkdir)),
    eval_("a pipe of facts", "run/run.json: not a regular file", becomes("run.json", os.mkfifo)),
    resume("no object", "run/run.json: config: expected an object, got 5", said(config=5)),
    resume("other data", "run: began with other files of drawn", said(data=5)),
    resume("no results", "run/run.json: not as bpnet has written it: 'test_loss'",
           said(status="finished", test_loss=None))._replace(noted=FINISHED),
    resume("a result of text", "run/run.json: not as bpnet has written it: ",
           said(status="finished", test_correct="many"))._replace(noted=FINISHED),
    resume("other facts", "run/config.yaml: train.epochs is 2, but was 3 when the run began",
           has_begun_with(**{"train.epochs": 3})),
]  # fmt: skip

SETTINGS = [
    resume("no config", "run: not a run directory", without("config.yaml")),
    resume("an empty config", "run/config.yaml: is empty", holds("config.yaml", b"")),
    resume("a wrong config", "run/config.yaml:1:1: sed: ", holds("config.yaml", b"sed: 1")),
    resume("two wrong keys", "run/config.yaml:2:1: b: unknown", holds("config.yaml", b"a: 1\nb: 2"),
           lines=2),
    eval_("a folder of config", "run/config.yaml: not a", becomes("config.yaml", Path.mkdir)),
    eval_("a pipe of config", "run/config.yaml: not a", becomes("config.yaml", os.mkfifo)),
    eval_("a tag in the config", "run/config.yaml:1:7: tags", holds("config.yaml", b"seed: !x 1")),
    eval_("a config of no text", "run/config.yaml:1:1: not UTF-8", holds("config.yaml", b"\xff")),
]  # fmt: skip


def drawn(**changed: Callable[[np.ndarray], np.ndarray]) -> Damage:
    """Return what gives the run data of its own, changed, under a manifest that says them right."""

    def damage(run: Path) -> None:
        source = run.parents[1] / "data/drawn"
        contents = {name: storage.read(source / name, LIMIT) for name in drawn_digits.NAMES}
        for part, change in changed.items():
            name = next(name for name in contents if name.startswith(part.replace("_", "-")))
            contents[name] = change(contents[name])
        drawn_digits._keep(run.parent / "data/drawn", contents)

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
    data("a label of 10", "train: label 0 is 10, not a digit",
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
    together("a log too large", RESUME, "seeds/seed-0/log.csv: larger than the",
             holds("seed-0/log.csv", bytes(2**24 + 1))),
    together("a log that is none", RESUME, "seeds/seed-1/log.csv: not a regular file",
             becomes("seed-1/log.csv", os.mkfifo)),
    together("facts of a seed", RESUME, "seeds/seed-1/run.json: not JSON",
             holds("seed-1/run.json", b"x")),
    together("a config of a seed", EVAL, "seeds/seed-1/config.yaml:1:1: x: unknown key",
             holds("seed-1/config.yaml", b"x: 1")),
    together("weights of a seed", EVAL, "seeds/seed-0/weights.npz: damaged",
             holds("seed-0/weights.npz", b"PK")),
]  # fmt: skip

TRAIN = ["train", "--config", "run/config.yaml", "--run-dir"]
TAKEN = [
    Row("a finished run's folder", [*TRAIN, "run"], "run: is there already; give another "
        "--run-dir, or go on with it by --resume run", made=copied()),
    Row("a folder of seeds, again", [*TRAIN, "..", "--seeds", "2"], "..: is there already",
        made=copied()),
    Row("a file for a folder", [*TRAIN, "run/log.csv"], "run/log.csv: is there already",
        made=copied()),
    Row("below a file", [*TRAIN, "run/log.csv/x"], "run/log.csv/x: cannot be made: ",
        1, made=copied()),
    Row("seeds below a file", [*TRAIN, "run/log.csv/x", "--seeds", "2"],
        "run/log.csv/x: cannot be made: ", 1, made=copied()),
    Row("a name too long", [*TRAIN, "x" * 300], "cannot be made: File name too long", 1,
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

ROWS = [*WEIGHTS, *CHECKPOINTS, *FACTS, *SETTINGS, *DATA, *SEEDS, *TAKEN]


@pytest.fixture(scope="module")
def outcomes(small_data, tmp_path_factory):
    """Three runs: one of two epochs, its twin of another seed, and one of another network."""
    folder = tmp_path_factory.mktemp("runs")
    shutil.copytree(small_data, folder / "data")
    train = ["train", "--config", "c.yaml", "--quiet", "--run-dir"]
    (folder / "c.yaml").write_text(
        f"data: {{dataset: drawn, dir: {folder / 'data'}, validation: 100}}\n"
        "network: {hidden: [16]}\ntrain: {epochs: 2}\n",
        encoding="utf-8",
    )
    other = ["--set", "network.hidden=[12]", "--set", "data.validation=0"]
    for arguments in (["run"], ["twin", "--set", "seed=1"], ["other", *other]):
        assert forks.run(folder, *train, *arguments).status == 0
    return run_all(ROWS, folder)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_no_run_or_no_data_is_refused_in_a_line_that_names_it(row, outcomes):
    judge(row, outcomes[row.name])
