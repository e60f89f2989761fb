"""Other images than digits, from the command line: KMNIST, letters; own files that move and change.

All are miniatures; a network learns them, since each image shows its label.
"""

import json
import shutil

import pytest

from bpnet.datasets import catalogue, idx
from bpnet.datasets.catalogue import NAMES
from tests.helpers.damage import stopped
from tests.helpers.miniatures import LETTERS, known_packed, miniature, named_with_a_dot
from tests.helpers.sources import pack

KANA = "おきすつなはまやれを"
KOREAN = ["가", "나 다"]
LEARN = ("--quiet", "--set", "network.hidden=[32]", "--set", "train.batch_size=4", "--set",
         "train.epochs=12", "--set", "data.validation=0")  # fmt: skip


@pytest.fixture
def train(bpnet, small_file):
    """Return a function that trains a run on a dataset, and returns it."""

    def train(run, dataset, folder):
        chosen = ("--set", f"data.dataset={dataset}", "--data-dir", folder, "--run-dir", run)
        result = bpnet("train", "--config", small_file, *LEARN, *chosen)
        assert result.status == 0, result.err
        return run

    return train


@pytest.fixture
def own(tmp_path):
    """Return a function that makes a folder of own files, with names for its classes or without."""

    def own(name, labels, names=()):
        folder = tmp_path / name
        folder.mkdir()
        for file, content in miniature(labels).items():
            (folder / file).write_bytes(content)
        if names:
            (folder / "classes.txt").write_text("\n".join(names), encoding="utf-8")
        return folder

    return own


def scores(result):
    assert result.status == 0, result.err
    (found,) = json.loads(result.out)["runs"]
    return found


def test_kmnist_is_learned_and_told_by_its_own_names(bpnet, train, tmp_path, monkeypatch):
    contents = miniature(range(10))
    monkeypatch.setitem(catalogue.SOURCES, "kmnist", known_packed(contents, "KMNIST/raw"))
    place = tmp_path / "data/KMNIST/raw"
    place.mkdir(parents=True)
    for name, content in contents.items():
        (place / f"{named_with_a_dot(name)}.gz").write_bytes(pack(content))
    run = train("kana", "kmnist", tmp_path / "data")
    found = bpnet("eval", run)
    assert found.status == 0, found.err
    assert all(kana in found.out for kana in KANA)
    assert "accuracy 100.00 %" in found.out
    assert bpnet("report", run).status == 0


@pytest.mark.parametrize(
    ("labels", "names"),
    [(LETTERS, ()), (LETTERS, [chr(96 + label) for label in LETTERS]), ((0, 255), KOREAN)],
    ids=["26 without names", "26 with names", "2, in Korean"],
)
def test_own_classes_are_learned_and_told_by_their_names(bpnet, train, own, labels, names):
    run = train("r", "files", own("mine", labels, names))
    assert scores(bpnet("eval", run, "--json"))["accuracy"] == 1
    assert all(name in bpnet("eval", run).out for name in names[:2])
    assert bpnet("report", run).status == 0


def test_own_files_may_move_and_be_packed(bpnet, train, own, tmp_path):
    run = train("r", "files", own("mine", range(3)))
    before = scores(bpnet("eval", run, "--json"))
    (tmp_path / "mine").rename(tmp_path / "moved")
    for name in NAMES:
        path = tmp_path / "moved" / name
        path.with_name(f"{name}.gz").write_bytes(pack(path.read_bytes()))
        path.unlink()
    told = bpnet("eval", run)
    assert (told.status, told.err.count("\n")) == (1, 1)
    assert told.err.startswith(f"Error: {tmp_path}/mine: lacks {NAMES[0]}, ")
    moved = ("--data-dir", tmp_path / "moved")
    assert scores(bpnet("eval", run, "--json", *moved)) == before
    assert bpnet("report", run, *moved).status == 0
    stopped(tmp_path / "here" / run)
    assert bpnet("train", "--resume", run, "--quiet", *moved).status == 0
    assert scores(bpnet("eval", run, "--json", *moved)) == before


def test_own_files_that_have_changed_are_refused(bpnet, train, own, tmp_path):
    folder = own("mine", range(3))
    run = train("r", "files", folder)
    images = bytearray((folder / NAMES[0]).read_bytes())
    images[-1] ^= 1
    (folder / NAMES[0]).write_bytes(images)
    stopped(tmp_path / "here" / run)
    for command in (("train", "--resume", run, "--quiet"), ("eval", run), ("report", run)):
        told = bpnet(*command)
        assert (told.status, told.out) == (1, "")
        assert told.err.endswith(f"Error: r: began with other files of {folder}\n")


def test_own_classes_that_have_changed_are_refused(bpnet, train, own):
    folder = own("mine", range(3), ["a", "b", "c"])
    run = train("r", "files", folder)
    (folder / "classes.txt").write_text("a\nc\nb\n", encoding="utf-8")
    told = bpnet("eval", run)
    assert (told.status, told.err) == (
        1,
        f"Error: {folder}: has the classes a, c, b, but data.classes has a, b, c: put classes.txt "
        "and the labels back, or start a new run without data.classes\n",
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (NAMES[0], None, f": lacks {NAMES[0]}, "),
        (NAMES[1], b"x" * 8, f"/{NAMES[1]}: starts with 78 78 78 78 at byte 0"),
        ("classes.txt", b"a\nb\na\n", "/classes.txt:3: a is the name of line 1 already"),
        ("classes.txt", b"a\nb\n", "/classes.txt: has 2 names for 3 classes"),
    ],
)
def test_what_is_wrong_with_own_files_is_told_before_a_run_is_made(
    bpnet, small_file, own, tmp_path, name, content, told
):
    folder = own("mine", range(3))
    (folder / name).unlink(missing_ok=True)
    if content:
        (folder / name).write_bytes(content)
    options = ("--set", "data.dataset=files", "--set", f"data.dir={folder}")
    for command in ("train", "--run-dir", "r"), ("gradcheck",):
        result = bpnet(*command, "--config", small_file, *options)
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1)
        assert result.err.startswith(f"Error: {folder}{told}")
    assert list((tmp_path / "here").iterdir()) == []


def test_the_environment_moves_no_own_files(bpnet, train, own, tmp_path, monkeypatch):
    folder = own("mine", range(2))
    monkeypatch.setenv("BPNET_DATA_DIR", str(tmp_path / "nowhere"))
    run = train("r", "files", folder)
    assert scores(bpnet("eval", run, "--json"))["accuracy"] == 1
    assert bpnet("data", "path", "--dataset", "files").out == "data\n"


def test_own_files_are_verified_found_and_shown(bpnet, own, monkeypatch):
    monkeypatch.setenv("COLUMNS", "28")
    folder = own("mine", LETTERS)
    options = ("--dataset", "files", "--data-dir", folder)
    verified = bpnet("data", "verify", *options)
    hashes = idx.sha256({name: (folder / name).read_bytes() for name in NAMES})
    assert (verified.status, verified.err) == (0, "")
    assert verified.out.splitlines() == [
        *(f"{name}: right: {name}, unpacked SHA-256 {hashes[name]}" for name in NAMES),
        "classes: right: 26",
    ]
    fetched = bpnet("data", "fetch", *options)
    assert (fetched.status, fetched.out) == (0, f"{folder}\n")
    assert fetched.err == "these files are somebody's own, and there: nothing to fetch\n"
    assert bpnet("data", "path", *options).out == f"{folder}\n"
    assert len(bpnet("data", "show", *options, "--each", 2).out.splitlines()) == 26 * 2 * 14
    shutil.rmtree(folder)
    for verb in ("verify", "fetch", "show"):
        told = bpnet("data", verb, *options)
        assert (told.status, told.out, told.err.count("\n")) == (1, "", 1)
        assert told.err.startswith(f"Error: {folder}: lacks ")
    assert not folder.exists()
