"""Run directories that are damaged, or none: refused by the real program, in a line."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import bombs
from tests.helpers.damage import (
    Damage,
    becomes,
    copied,
    cut,
    deflated,
    flipped,
    has_begun_with,
    holds,
    npy,
    poisoned,
    said,
    stopped,
    weights,
    with_objects,
    without,
)
from tests.helpers.refused import Row, judge, run_all


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
    eval_("too large", "run/weights.npz: larger than the", weights(b2=lambda b: np.zeros(9999))),
    eval_("NumPy's array", "run/weights.npz: damaged",
          holds("weights.npz", npy(np.ones(3)))),
    eval_("an array less", "run/weights.npz: W2 is not of type <f4", weights("W1", "b1", "W2")),
    eval_("an order", "run/weights.npz: W1 is not of type <f4", weights("b2", "W1", "b1", "W2")),
    eval_("turned bytes", "run/weights.npz: W2 is not of type <f4",
          weights(W2=lambda W2: W2.astype(">f4"))),
    eval_("turned", "run/weights.npz: W2 is not of type <f4", weights(W2=np.transpose)),
    eval_("no number", "run/weights.npz: holds weights that are not", weights(b1=poisoned)),
    eval_("deflated", "run/weights.npz: W1 is not of type", deflated),
    eval_("objects", "run/weights.npz: W1 is not of type <f4", with_objects),
    eval_("another network's", "run/weights.npz: W1 is not of type <f4 and shape (784, 16)",
          lambda run: shutil.copy(run.parents[1] / "other/weights.npz", run)),
    eval_("not its own", "run/weights.npz: not the weights that the run ended with",
          said(weights_sha256="0" * 64)),
]  # fmt: skip

PAIR = ("checkpoint.npz", "checkpoint.previous.npz")


CHECKPOINTS = [
    resume("cut", "run/checkpoint.npz: damaged", *(cut(name, 9000) for name in PAIR), lines=2),
    resume("text", "run/checkpoint.npz: damaged", *(holds(n, b"hello") for n in PAIR), lines=2),
    resume("no second", "run/checkpoint.previous.npz: is missing", without(PAIR[1]),
           holds(PAIR[0], b"PK"), lines=2),
    resume("weights", "run/checkpoint.npz: sha256 is not of type", without(PAIR[1]),
           lambda run: shutil.copy(run / "weights.npz", run / PAIR[0]), lines=2),
    resume("a folder", "run/checkpoint.npz: not a regular file",
           *(becomes(name, Path.mkdir) for name in PAIR), lines=2),
    resume("a pipe", "run/checkpoint.npz: not a regular file",
           *(becomes(name, os.mkfifo) for name in PAIR), lines=2),
    resume("another run's", "run/checkpoint.npz: of another run: its config or data differ",
           without(PAIR[1]), lambda run: shutil.copy(run.parents[1] / "twin" / PAIR[0], run),
           lines=2),
    resume("links to nothing", "run/checkpoint.npz: leads nowhere",
           *(becomes(name, lambda path: path.symlink_to("/nothing")) for name in PAIR), lines=2),
    resume("another network's", "run/checkpoint.npz: parameters is not of type", without(PAIR[1]),
           lambda run: shutil.copy(run.parents[1] / "other" / PAIR[0], run), lines=2),
]  # fmt: skip

FACTS = [
    eval_("no JSON", "run/run.json: not JSON: ", holds("run.json", b"{")),
    eval_("no text", "run/run.json: not JSON: ", holds("run.json", b"\xff\xfe\x00")),
    eval_("empty facts", "run/run.json: not JSON: ", holds("run.json", b"")),
    eval_("a list of facts", "run/run.json: not a JSON object", holds("run.json", b"[1]")),
    eval_("a long number", "run/run.json: not JSON: ", holds("run.json", b"9" * 5000)),
    eval_("a folder of facts", "run/run.json: not a regular", becomes("run.json", Path.mkdir)),
    eval_("a pipe of facts", "run/run.json: not a regular file", becomes("run.json", os.mkfifo)),
    eval_("infinity", "run/run.json: not JSON: Infinity is not a finite number",
          said(test_correct=float("inf"))),
    eval_("no object", "run/run.json: config: expected an object", said(config=5)),
    eval_("no data", "run/run.json: data: expected an object", said(data=5)),
    resume("other data", "run: began with other files of drawn", said(data={})),
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


ROWS = [*WEIGHTS, *CHECKPOINTS, *FACTS, *SETTINGS]


def impossible(name: str, **facts: object) -> Row:
    """Return the row of a checkpoint that could be of another number of images."""
    running = {"records": [], "seconds": 1.0, "loss_sum": 1.0, **facts}
    told = f"run/checkpoint.npz: step {facts['step']} is in no epoch of this run"
    return resume(name, told, bombs.believed(lambda found: found | running))


def believed(name: str, told: str, **facts: object) -> Row:
    """Return the row of a checkpoint with metadata that is none, under a right SHA-256."""
    damage = bombs.believed(lambda found: found | facts)
    told = f"run/checkpoint.npz: not as bpnet writes it: {told}"
    return resume(f"a checkpoint's {name}", told, damage, lines=2)


ROWS += [
    believed("step of text", "step: expected a whole number", step="x"),
    believed("step of nothing", "step: expected a whole number", step=None),
    believed("step far off", "step: expected 0 to 9", step=10**30),
    believed("loss of text", "loss_sum: expected a number with a point", loss_sum="x"),
    believed("records of no list", "records: expected a list", records={}),
    believed("record of no object", "records[0]: expected an object", records=[3]),
    impossible("a step beyond its epoch", step=10**6),
    impossible("a whole epoch without a record", step=5),
    impossible("more right than seen", step=3, correct=301),
]


@pytest.fixture(scope="module")
def outcomes(chosen, runs):
    return run_all(chosen(ROWS), runs)


def test_what_is_no_run_is_refused_in_a_line_that_names_the_file(row, outcomes):
    judge(row, outcomes[row.name])
