"""`bpnet predict`: a person's own digits."""

import io
import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bpnet import datasets
from bpnet.cli import console
from bpnet.config import dump
from bpnet.pictures import decoding
from bpnet.pictures.png import png
from bpnet.runs import directory, doubts, from_python, metadata, npz
from bpnet.system import storage
from tests.helpers import own_files, sweeps

Image = pytest.importorskip("PIL.Image", reason="no Pillow")

FORMATS = "PNG, JPEG, GIF, BMP, TIFF, WEBP, PPM and AVIF"


@pytest.fixture
def run(originals):
    """A run that knows its drawn digits."""
    return str(originals("--set", "train.epochs=25", "--set", "train.learning_rate=0.5"))


@pytest.fixture
def pictures(small_config, tmp_path):
    """Twenty of the digits that it has learnt, as a person would draw them: dark on light."""
    return made(datasets.load(small_config.data).train[:20], tmp_path)


def made(images, folder):
    """Return the pictures that are made of images, in files, each with its label."""
    files = []
    for number, (image, label) in enumerate(zip(images.images, images.labels, strict=True)):
        large = np.kron(255 - image.reshape(28, 28), np.ones((5, 5), np.uint8))
        path = folder / f"{number}.png"
        path.write_bytes(png(np.pad(large, 30, constant_values=255)))
        files.append((path, int(label)))
    return files


def test_each_picture_is_shown_as_it_was_seen_with_the_likeliest_digits(bpnet, run, pictures):
    paths, digits = zip(*pictures, strict=True)
    result = bpnet("predict", *paths, "--run", run, "--show")
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert len(lines) == 20 * 16
    assert [line for line in lines if line.endswith(".png")] == [str(path) for path in paths]
    answers = [int(line[0]) for line in lines[15::16]]
    assert np.mean(np.array(answers) == digits) >= 0.9
    assert lines[15].count(" %") == 3


def test_of_more_than_three_pictures_each_has_a_line(bpnet, run, pictures):
    names = [str(path) for path, _ in pictures[:4]]
    assert len(bpnet("predict", *names[:3], "--run", run).out.splitlines()) == 3 * 16
    lines = bpnet("predict", *names, "--run", run).out.splitlines()
    found = [re.match(r"(.*): (\d)\??  .*%", line) for line in lines]
    assert [(match[1], int(match[2])) for match in found] == [
        (name, digit) for name, (_, digit) in zip(names, pictures, strict=False)
    ]


def test_json_has_all_probabilities_of_each_digit(bpnet, run, pictures):
    path, digit = pictures[0]
    report = json.loads(bpnet("predict", path, "--run", run, "--json").out)
    assert report["run"] == run
    ((picture, (found,)),) = ((of["picture"], of["digits"]) for of in report["pictures"])
    assert (picture, found["digit"]) == (str(path), digit)
    assert sum(found["probabilities"]) == pytest.approx(1)
    assert found["probability"] == max(found["probabilities"])
    assert (found["like_a_digit"], found["touching"]) == (True, False)
    assert report["pictures"][0]["lines"] == [1]
    assert "seen" not in found


def test_json_has_a_picture_that_cannot_be_read_by_name_and_reason(bpnet, run, pictures):
    shutil.copy(pictures[1][0], "1.png")
    result = bpnet("predict", "no.png", pictures[0][0], ".", "--run", run, "--json")
    found = json.loads(result.out)["pictures"]
    assert found[0] == {"picture": "no.png", "problem": "cannot be read: No such file or directory"}
    assert found[1]["picture"] == str(pictures[0][0])
    assert result.status == 1
    assert result.err.endswith("Error: no.png: cannot be read: No such file or directory\n")


def test_the_levels_that_were_seen_are_in_the_json_if_asked_for(bpnet, run, pictures):
    only = ("predict", pictures[0][0], "--run", run, "--seen")
    (picture,) = json.loads(bpnet(*only, "--json").out)["pictures"]
    assert np.shape(picture["digits"][0]["seen"]) == (28, 28)
    told = "Error: --seen: goes with --json; --show prints what the network saw\n"
    assert bpnet(*only) == (2, "", told)


def test_the_pictures_of_a_folder_are_read_and_what_else_is_there_is_counted(
    bpnet, run, pictures, tmp_path
):
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "more.txt").touch()
    result = bpnet("predict", tmp_path, "--run", run)
    assert result.status == 0
    names = [line.partition(": ")[0] for line in result.out.splitlines()]
    assert names == [str(path) for path, _ in pictures]  # 0.png to 19.png
    others = "2 files that are no pictures and 1 folder"
    assert result.err == f"{tmp_path}: passed over {others}\n"


def test_a_folder_without_pictures_is_told_of_and_the_next_is_read(bpnet, run, pictures):
    result = bpnet("predict", ".", pictures[0][0], "--run", run)
    assert (result.status, len(result.out.splitlines())) == (1, 16)
    assert result.err == "Error: .: holds no pictures\n"


def test_a_run_among_the_pictures_is_told_by_which_option_it_is_named(bpnet, trained, pictures):
    run = trained("runs/small")
    result = bpnet("predict", pictures[0][0], run)
    assert result.status == 1
    told = rf"Error: {run}: holds no .*; to read with this run: --run {run}\n"
    assert re.search(told, result.err)


def test_a_folder_of_seeds_answers_as_its_committee(bpnet, trained, pictures):
    trained("two", "--seeds", 2)
    alone, other, together = (
        json.loads(bpnet("predict", pictures[0][0], "--run", name, "--json").out)
        for name in ("two/seed-0", "two/seed-1", "two")
    )
    shares = [
        np.array(found["pictures"][0]["digits"][0]["probabilities"])
        for found in (alone, other, together)
    ]
    assert shares[2] == pytest.approx((shares[0] + shares[1]) / 2, abs=1e-6)
    assert together["run"] == "two"


def form_of(bpnet, run, picture):
    """Return the only digit of the picture as JSON has it, with what is seen."""
    only = bpnet("predict", picture, "--run", run, "--json", "--seen")
    ((digit,),) = (of["digits"] for of in json.loads(only.out)["pictures"])
    return digit, np.array(digit["seen"], np.uint8)


def test_shown_kept_and_printed_is_what_a_network_with_a_view_sees(bpnet, trained, pictures):
    plain, run = trained("plain"), trained("run", "--set", "network.view=deslanted")
    picture = pictures[0][0]
    _, form = form_of(bpnet, plain, picture)
    digit, seen = form_of(bpnet, run, picture)
    network = from_python.load(run)
    assert np.array_equal(seen.reshape(1, 784), network.see(form[None]))
    assert not np.array_equal(seen, form)
    assert digit["probabilities"] == pytest.approx(network.classify(form[None])[0].tolist())
    shown = bpnet("predict", picture, "--run", run, "--save-seen", "kept").out.splitlines()
    assert shown[1:15] == [line.rstrip() for line in console.picture(seen)]
    assert np.array_equal(np.asarray(Image.open("kept/0-seen.png")), seen)


def test_of_members_that_see_differently_mnists_own_form_is_shown(
    bpnet, small_config, tmp_path, pictures
):
    settings = [{"network.view": view} for view in ("deslanted", "as-is")]
    sweeps.train(tmp_path / "sweep", small_config, settings, count=1)
    upright, plain = (tmp_path / f"sweep/{trial}/seed-0" for trial in ("01", "02"))
    picture = pictures[0][0]
    _, form = form_of(bpnet, plain, picture)
    together, seen = form_of(bpnet, tmp_path / "sweep", picture)
    assert np.array_equal(seen, form)
    y = [from_python.load(run).classify(form[None])[0] for run in (upright, plain)]
    assert together["probabilities"] == pytest.approx((y[0] + y[1]) / 2, abs=1e-6)


def test_a_run_of_an_earlier_version_says_how_it_doubts(bpnet, run, pictures, tmp_path):
    old = shutil.copytree(run, tmp_path / "old")
    (old / "doubt.npz").unlink()
    names = [path for path, _ in pictures]
    result = bpnet("predict", *names, "--run", old, "--json")
    (line,) = result.err.splitlines()
    assert line.startswith(f"{old}: ")
    assert "answers below 50.00 % are unsure" in line
    assert line.endswith(f"; give it one by: bpnet train --resume {old}")
    found = [picture["digits"][0] for picture in json.loads(result.out)["pictures"]]
    assert [digit["unsure"] for digit in found] == [digit["probability"] < 0.5 for digit in found]
    assert all(digit["like_a_digit"] for digit in found)


@pytest.mark.parametrize(
    ("limits", "doubt"),
    [
        ((0, 100, 100), None),
        ((1, 100, 100), "unsure"),
        ((0, 1e-6, 100), "not like a digit"),
        ((0, 100, 1e-6), "not like a digit"),
    ],
)
def test_what_the_measure_of_the_run_doubts_is_marked(
    bpnet, run, pictures, tmp_path, limits, doubt
):
    own = directory.open_run(Path(shutil.copytree(run, tmp_path / "own")))
    facts = metadata.read(own.folder)
    measure = replace(doubts.load(own), limits=np.array(limits))
    bound = np.frombuffer(bytes.fromhex(facts["weights_sha256"]), np.uint8)
    arrays = {doubts.BOUND: bound, **measure.arrays()}
    storage.write(own.doubt, npz.pack(arrays))
    names = [path for path, _ in pictures[:4]]
    result = bpnet("predict", *names, "--run", own.folder)
    marks = [line.rpartition("  ")[2] for line in result.out.splitlines()]
    marked = [mark for mark in marks if not mark.endswith("%")]
    assert set(marked) == ({doubt} if doubt else set())


CLASSES = {
    "letters": tuple("abcdefghijklmnopqrstuvwxyz"),
    "two": ("cat", "강아지"),
    "Hangul": tuple("가나다라마바사아자차카타파하"),
    "two digits": ("3", "7"),
}


@pytest.mark.parametrize("which", CLASSES)
def test_the_classes_of_own_data_are_predicted_by_name(bpnet, tmp_path, which):
    names = CLASSES[which]
    config = own_files.made(tmp_path / "own", names)
    Path("own.yaml").write_text(dump(config), encoding="utf-8")
    assert bpnet("train", "--config", "own.yaml", "--run-dir", "r", "--quiet").err == ""
    paths, labels = zip(*made(datasets.load(config.data).test[:12], tmp_path), strict=True)
    report = json.loads(bpnet("predict", *paths, "--run", "r", "--json").out)
    assert report["classes"] == list(names)
    found = [picture["digits"][0] for picture in report["pictures"] if "digits" in picture]
    right = [one["class"] == names[label] for one, label in zip(found, labels, strict=True)]
    assert np.mean(right) >= 0.9
    assert [one["digit"] for one in found] == [
        int(one["class"]) if which == "two digits" else None for one in found
    ]
    assert all(len(one["probabilities"]) == len(names) for one in found)
    lines = bpnet("predict", *paths[:4], "--run", "r").out.splitlines()
    for line, path, one in zip(lines, paths, found, strict=False):
        assert line.startswith(f"{path}: {one['class']}")


def test_members_that_answer_with_other_classes_are_no_committee(bpnet, trained):
    folder = trained("two", "--seeds", 2)
    member = Path(folder) / "seed-1"  # as if a run of another dataset had been put there
    text = (member / "config.yaml").read_text(encoding="utf-8")
    (member / "config.yaml").write_text(text.replace("drawn", "kmnist"), encoding="utf-8")
    settings = metadata.read(member)["config"] | {"data.dataset": "kmnist"}
    metadata.write(member, config=settings)
    result = bpnet("predict", "no.png", "--run", folder)
    assert result.status == 2
    assert result.err.splitlines()[-1] == (
        "Error: two/seed-1: has other classes than two/seed-0; name one of them by --run"
    )


def test_without_a_run_the_newest_is_asked(bpnet, trained, pictures):
    trained("runs/small")
    assert bpnet("predict", pictures[0][0]).status == 0


def test_what_was_seen_is_kept_by_names_of_their_own(bpnet, run, pictures, tmp_path):
    keep = ("predict", pictures[0][0], "--run", run, "--save-seen", tmp_path / "seen")
    seen = json.loads(bpnet(*keep, "--json", "--seen").out)["pictures"][0]["digits"][0]["seen"]
    for name in ("0-seen.png", "0-seen-2.png", "0-seen-3.png"):
        assert np.asarray(Image.open(tmp_path / "seen" / name)).tolist() == seen
        assert not (tmp_path / "seen" / "0-seen-4.png").exists()
        assert bpnet(*keep).status == 0


def test_an_answer_is_given_even_if_what_was_seen_cannot_be_kept(bpnet, run, pictures):
    Path("taken").touch()
    keep = ("predict", pictures[0][0], "--run", run, "--save-seen", "taken")
    result = bpnet(*keep)
    told = "taken: cannot be made: a file is in its place"
    assert (result.status, result.err) == (1, f"Error: {told}\n")
    assert len(result.out.splitlines()) == 16
    (picture,) = json.loads(bpnet(*keep, "--json").out)["pictures"]
    assert (picture["problem"], picture["digits"][0]["digit"]) == (told, pictures[0][1])


@pytest.mark.parametrize("letter", ["a", "숫"])
def test_a_picture_of_the_longest_name_is_kept(bpnet, run, pictures, letter):
    stem = letter * (251 // len(letter.encode()))
    path = pictures[0][0].rename(f"{stem}.png")
    assert bpnet("predict", path, "--run", run, "--save-seen", "seen").err == ""
    (kept,) = (path.name for path in Path("seen").iterdir())
    assert re.fullmatch(f"{letter}{{60,}}-seen.png", kept)


def test_the_help_begins_with_the_command_that_gets_pillow(bpnet):
    help_text = bpnet("predict", "--help").out
    install = f'pip install "{decoding.PILLOW}"'
    assert 0 < help_text.index(install) < help_text.index("bpnet predict seven.png")


def test_the_bad_among_good_pictures_are_told_of_at_the_end(bpnet, run, pictures, tmp_path):
    (tmp_path / "blank.png").write_bytes(png(np.full((50, 50), 255, np.uint8)))
    (tmp_path / "text.png").write_text("hello", encoding="utf-8")
    bad = [tmp_path / name for name in ("blank.png", "text.png", "no.png")]
    result = bpnet("predict", bad[0], pictures[0][0], *bad[1:], "--run", run)
    assert result.status == 1
    assert result.out.startswith(str(pictures[0][0]))
    assert result.err.splitlines() == [
        f"Error: {bad[0]}: no ink in it",
        f"       {bad[1]}: not a picture that can be read: {FORMATS} can be",
        f"       {bad[2]}: cannot be read: No such file or directory",
    ]


def test_a_picture_may_come_through_stdin(bpnet, run, pictures, monkeypatch):
    content = pictures[0][0].read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    result = bpnet("predict", "-", "--run", run)
    assert (result.status, result.out.splitlines()[0]) == (0, "-")


def test_a_closed_stdin_is_told(bpnet, run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert bpnet("predict", "-", "--run", run).err == "Error: -: stdin is closed\n"


def test_stdin_is_read_no_further_than_a_picture_can_be(bpnet, run, monkeypatch):
    monkeypatch.setattr(decoding, "LARGEST_FILE", 10)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"a" * 20)))
    result = bpnet("predict", "-", "--run", run)
    assert (result.status, result.err) == (1, "Error: -: larger than the 10 bytes it may have\n")
