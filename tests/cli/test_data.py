"""`bpnet data`: a dataset is fetched, verified, found and looked at."""

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpnet import datasets
from bpnet.cli import console
from bpnet.config import AugmentConfig
from bpnet.config.schema import rules
from bpnet.datasets import drawn_digits
from bpnet.datasets.catalogue import SOURCES, File, Published, Source
from bpnet.datasets.distortions import Distortion
from bpnet.datasets.views import seen
from bpnet.pictures.png import png
from tests.helpers.miniatures import known_packed, miniature
from tests.helpers.sources import pack

DRAWN = ("--dataset", "drawn")


def test_fetch_prints_the_folder_and_verify_says_that_all_is_right(bpnet, small_data):
    assert bpnet("data", "fetch", *DRAWN, "--data-dir", small_data).out == f"{small_data}/drawn\n"
    result = bpnet("data", "verify", *DRAWN, "--data-dir", small_data)
    assert result.status == 0
    assert [line.split(": ")[1] for line in result.out.splitlines()] == ["right"] * 4


def test_verify_of_an_empty_folder_has_exit_status_1_and_makes_nothing(bpnet):
    for dataset, also in (
        ("mnist", "; looked also in data, data/MNIST/raw"),
        ("fashion-mnist", "; looked also in data, data/FashionMNIST/raw"),
        ("kmnist", "; looked also in data, data/KMNIST/raw"),
        ("drawn", ""),
    ):
        result = bpnet("data", "verify", "--dataset", dataset)
        assert result.status == 1
        assert result.out.count("missing") == 4
        assert result.err == (
            f"Error: data/{dataset}: not every file there is right; `bpnet data fetch`, with the "
            f"same options, gets what is missing or wrong{also}\n"
        )
    assert list(Path().iterdir()) == []


def test_path_follows_option_then_environment_then_default(bpnet, monkeypatch):
    assert bpnet("data", "path").out == "data/mnist\n"
    monkeypatch.setenv("BPNET_DATA_DIR", "there")
    assert bpnet("data", "path", "--dataset", "fashion-mnist").out == "there/fashion-mnist\n"
    assert bpnet("data", "path", "--data-dir", "here").out == "here/mnist\n"


def test_show_prints_a_sheet_of_every_digit(bpnet, small_data, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for split in ("train", "test"):
        result = bpnet("data", "show", *DRAWN, "--data-dir", small_data, "--split", split)
        lines = result.out.splitlines()
        assert result.status == 0
        assert len(lines) == 5 * 14
        assert max(map(len, lines)) <= 57
        assert set(result.out) <= {*console.INK, "\n"}
        assert result.out.count("@") > 100


def test_show_takes_as_many_of_each_digit_as_asked(bpnet, small_data, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    result = bpnet("data", "show", *DRAWN, "--data-dir", small_data, "--each", 3)
    assert len(result.out.splitlines()) == 10 * 14


def test_show_takes_what_there_is_if_there_is_less(bpnet, small_data, monkeypatch):
    monkeypatch.setenv("COLUMNS", "28")
    show = ("data", "show", *DRAWN, "--data-dir", small_data, "--split", "test", "--each", 100)
    assert len(bpnet(*show).out.splitlines()) == 200 * 14


def test_a_config_shows_its_own_dataset_and_beside_each_image_distorted_ones(
    bpnet, small_file, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "86")
    plain = bpnet("data", "show", "--config", small_file)
    assert len(plain.out.splitlines()) == 14 * 4  # ten digits, three side by side
    show = ("data", "show", "--config", small_file, "--set")
    bent = bpnet(*show, "augment.alpha=34").out.splitlines()
    assert len(bent) == 14 * 10
    zeros = [[line.ljust(86)[at : at + 28] for line in bent[:14]] for at in (0, 29, 58)]
    assert zeros[0] == [line.ljust(86)[:28] for line in plain.out.splitlines()[:14]]
    assert zeros[0] != zeros[1] != zeros[2] != zeros[0]
    assert bpnet(*show, "augment.alpha=34").out.splitlines() == bent
    assert bpnet(*show, "augment.alpha=34", "--set", "seed=1").out.splitlines() != bent


def test_a_config_shows_what_its_network_sees_and_distorts_that(
    bpnet, small_file, small_config, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "57")
    train = datasets.load(replace(small_config.data, validation=0)).train
    first = [np.flatnonzero(train.labels == digit)[0] for digit in range(10)]
    upright = seen("deslanted", train.images[first])
    assert not np.array_equal(upright, train.images[first])
    show = ("data", "show", "--config", small_file, "--set", "network.view=deslanted")
    plain = bpnet(*show).out.splitlines()
    assert plain == list(console.sheet(list(upright.reshape(-1, 28, 28))))
    draw = np.random.default_rng(small_config.seed)
    twice = np.repeat(upright, 2, axis=0).astype(np.float32)
    bent = Distortion(AugmentConfig(rotation=30.0))(twice, draw)
    bent[::2] = upright
    turned = bpnet(*show, "--set", "augment.rotation=30", "--save", "zero.png").out.splitlines()
    assert turned == list(console.sheet(list(bent.reshape(-1, 28, 28))))
    plain_zero = png(train.images[first[0]].reshape(28, 28))  # for predict, which views it itself
    assert Path("zero.png").read_bytes() == plain_zero


def test_what_is_wrong_or_missing_is_right_after_a_fetch_with_the_same_options(
    bpnet, tmp_path, monkeypatch
):
    monkeypatch.setattr(drawn_digits, "COUNTS", (30, 20))
    options = (*DRAWN, "--data-dir", tmp_path)
    (tmp_path / "drawn").mkdir()
    (tmp_path / "drawn/t10k-labels-idx1-ubyte").write_bytes(b"wrong")
    assert [bpnet("data", verb, *options).status for verb in ("verify", "fetch", "verify")] == [
        1, 0, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("distorted", [(), ("--set", "augment.alpha=34")])
def test_the_first_image_of_a_sheet_is_kept_as_a_picture(bpnet, small_config, tmp_path, distorted):
    Image = pytest.importorskip("PIL.Image", reason="no Pillow")
    show = ("data", "show", *DRAWN, "--data-dir", small_config.data.dir, *distorted)
    plain = bpnet(*show)
    saved = bpnet(*show, "--save", tmp_path / "digit.png")
    assert (saved.status, saved.out) == (0, plain.out)
    assert saved.err == f"{tmp_path}/digit.png: the first image\n"
    train = datasets.load(replace(small_config.data, validation=0)).train
    zero = train.images[np.flatnonzero(train.labels == 0)[0]].reshape(28, 28)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "digit.png")), zero)


def test_a_picture_that_is_kept_is_one_for_predict(bpnet, small_file, small_data):
    pytest.importorskip("PIL", reason="no Pillow")
    settings = ("--set", "train.learning_rate=0.5", "--set", "train.epochs=15")
    assert bpnet("train", "--config", small_file, *settings).status == 0
    show = ("data", "show", *DRAWN, "--data-dir", small_data, "--save", "digit.png")
    assert bpnet(*show).status == 0
    result = bpnet("predict", "digit.png")
    assert (result.status, result.err) == (0, "")
    assert result.out.splitlines()[-1].startswith("0: ")


def test_a_picture_is_kept_over_nothing_and_told_before_the_work(bpnet):
    Path("mine.png").write_text("mine", encoding="utf-8")
    result = bpnet("data", "show", "--save", "mine.png", "--data-dir", "nowhere")
    assert (result.status, result.out) == (2, "")
    assert result.err == "Error: mine.png: is there already; give another --save\n"
    assert Path("mine.png").read_text(encoding="utf-8") == "mine"
    assert not Path("nowhere").exists()


def test_digits_that_cannot_be_kept_are_not_fetched(bpnet, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(drawn_digits, "COUNTS", (30, 20))
    result = bpnet("data", "fetch", *DRAWN, "--data-dir", tmp_path / "file")
    assert (result.status, result.out) == (1, "")
    assert result.err.endswith("file/drawn: the files could not be kept there\n")


def test_a_wrong_file_beside_a_right_one_is_no_failure_of_a_fetch(bpnet, tmp_path, monkeypatch):
    packed, folder = gzip.compress(b"right"), tmp_path / "mnist"
    folder.mkdir()
    (folder / "f.gz").write_bytes(packed)
    (folder / "f").write_bytes(b"wrong")
    forms = [
        Published(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in (("f.gz", packed), ("f", b"right"))
    ]
    monkeypatch.setitem(SOURCES, "mnist", Source((), (File(*forms),)))
    result = bpnet("data", "fetch", "--data-dir", tmp_path)
    assert (result.status, result.out) == (0, f"{folder}\n")
    assert result.err == f"{folder / 'f'}: not the published file; passed over\n"
    assert bpnet("data", "verify", "--data-dir", tmp_path).out == (
        "f: wrong: f (not the published file)\n"
    )


def test_files_that_lie_elsewhere_in_the_data_folder_are_found_there(bpnet, tmp_path, monkeypatch):
    contents = miniature(range(10))
    monkeypatch.setitem(SOURCES, "kmnist", known_packed(contents, "KMNIST/raw"))
    options = ("--dataset", "kmnist", "--data-dir", tmp_path)
    assert bpnet("data", "path", *options).out == f"{tmp_path}/kmnist\n"
    for name, content in contents.items():
        (tmp_path / f"{name}.gz").write_bytes(pack(content))
    for verb in ("path", "fetch"):
        result = bpnet("data", verb, *options)
        assert (result.status, result.out, result.err) == (0, f"{tmp_path}\n", "")
    assert bpnet("data", "verify", *options).out.splitlines() == [
        f"{name}: right: {tmp_path}/{name}.gz" for name in contents
    ]
    assert bpnet("data", "show", *options).status == 0
    assert not (tmp_path / "kmnist").exists()


def test_a_data_folder_that_cannot_be_is_told(bpnet, tmp_path):
    (tmp_path / "file").touch()
    result = bpnet("data", "fetch", "--data-dir", "a\nb", *DRAWN)
    assert result.status == 2
    assert result.err == (
        "Error: --set data.dir=a\\nb: data.dir: expected a path in UTF-8 of at most 4096 "
        "characters, without controls, got a\\nb\n"
    )


def test_the_option_the_config_and_the_sources_know_the_same_datasets(bpnet):
    words = rules()["data.dataset"].words
    assert (*SOURCES, *drawn_digits.SEEDS, "files") == words
    assert bpnet("data", "path", "--dataset", "x").err.count("'fashion-mnist'") == 1
    assert all(bpnet("data", "path", "--dataset", word).status == 0 for word in words)
