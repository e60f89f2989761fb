"""A run -> a file for other programs, which give the same answers by the lines of the README."""

import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from importlib.util import find_spec
from itertools import product

import numpy as np
import onnx
import pytest
from safetensors import safe_open

from bpnet import __version__
from bpnet.errors import BpnetError, UsageError
from bpnet.network import Network
from bpnet.runs import directory, exporting, metadata, npz, onnx_file, safetensors_file
from bpnet.system import memory
from tests.helpers import readmes
from tests.helpers.trials import unscored

LARGEST_DIFFERENCE = {"float32": 1e-5, "float64": 1e-9}
CLEAR = 1e-4  # between the two best probabilities: then the answer must be the same
CASES = {
    f"{hidden} {activation} {dtype} {classes}": (hidden, activation, dtype, classes)
    for hidden, activation, dtype, classes in product(
        [(100,), (60, 40)], ["relu", "sigmoid"], ["float32", "float64"], [2, 26]
    )
}
ANSWER = """\
import os, runpy, sys
import numpy as np
images = np.load("images.npy")
for folder in sys.argv[1:]:
    os.chdir(folder)
    found = runpy.run_path("program.py", {"images": images})["probabilities"]
    np.save("answers.npy", getattr(found, "detach", lambda: found)())
"""


def drawn(rng, hidden, activation, dtype, classes):
    network = Network([784, *hidden, classes], activation, dtype)
    network.initialize("he" if activation == "relu" else "xavier", rng)
    for affine in network.affines:
        affine.b[:] = rng.normal(size=affine.b.shape)
    return network


@pytest.fixture
def networks(rng):
    """A network of each case, with weights that nobody has trained."""
    return {name: drawn(rng, *case) for name, case in CASES.items()}


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (1000, 784), np.uint8) * rng.integers(0, 2, (1000, 784), np.uint8)


def program(kind):
    (found,) = readmes.blocks(readmes.read("bpnet"), f"python {kind}")
    return found


def for_torch(network, activation):
    """Return the program of the README with this network in it."""
    inner = f", nn.{ {'relu': 'ReLU', 'sigmoid': 'Sigmoid'}[activation] }(), "
    layers = inner.join(f"nn.Linear{affine.W.shape}" for affine in network.affines)
    double = ".double()" if network.flat.dtype == np.float64 else ""
    of_the_readme = "nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))"
    text = program("torch")
    for old, new in (
        (of_the_readme, f"nn.Sequential({layers}){double}"),
        ("from_numpy(images)", f"from_numpy(images){double}"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def judge(folder, networks, images):
    """Run the program of each network, in one process, and compare its answers."""
    np.save(folder / "images.npy", images)
    places = [str(folder / name) for name in networks]
    subprocess.run([sys.executable, "-c", ANSWER, *places], cwd=folder, check=True, timeout=120)
    most = dict.fromkeys(LARGEST_DIFFERENCE, 0.0)
    for name, network in networks.items():
        found, right = np.load(folder / name / "answers.npy"), network.classify(images)
        assert (found.dtype, found.shape) == (right.dtype, right.shape)
        second, best = np.sort(right, axis=1)[:, -2:].T
        clear = best - second > CLEAR
        assert np.array_equal(found.argmax(axis=1)[clear], right.argmax(axis=1)[clear]), name
        most[str(right.dtype)] = max(most[str(right.dtype)], abs(found - right).max())
    print(f"largest differences of probabilities: {most}")  # noqa: T201
    assert all(most[dtype] <= limit for dtype, limit in LARGEST_DIFFERENCE.items())


def write_files(folder, name, **contents):
    (folder / name).mkdir()
    for stem, content in contents.items():
        (folder / name / stem.replace("_", ".")).write_bytes(content)


def test_onnxruntime_gives_the_same_probabilities(networks, images, tmp_path):
    for name, network in networks.items():
        content = onnx_file.pack(network, CASES[name][1], {})
        write_files(tmp_path, name, mnist_onnx=content, program_py=program("onnx").encode())
    judge(tmp_path, networks, images)


@pytest.mark.skipif(find_spec("torch") is None, reason='no PyTorch: pip install -e ".[test,bench]"')
def test_pytorch_gives_the_same_probabilities(networks, images, tmp_path):
    for name, network in networks.items():
        content = safetensors_file.pack(network, {})
        text = for_torch(network, CASES[name][1])
        write_files(tmp_path, name, mnist_safetensors=content, program_py=text.encode())
    judge(tmp_path, networks, images)


def test_numpy_alone_gives_the_same_probabilities_as_the_table_says(networks, images, tmp_path):
    name = "(100,) relu float64 26"
    content = npz.pack(networks[name].params)
    write_files(tmp_path, name, weights_npz=content, program_py=program("weights").encode())
    judge(tmp_path, {name: networks[name]}, images)


def exported(run, form, path, tell=pytest.fail):
    """Export the run, and return what the file says."""
    exporting.write(run, form, path, tell)
    if form == "onnx":
        return {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    with safe_open(path, "numpy") as file:
        return file.metadata()


@pytest.mark.parametrize("form", ["onnx", "safetensors"])
def test_the_file_says_what_the_network_is_how_good_and_where_it_comes_from(
    finished_run, tmp_path, form
):
    data = replace(finished_run.config.data, classes=("영", "일", *"23456789"))
    run = replace(finished_run, config=replace(finished_run.config, data=data))
    said = exported(run, form, tmp_path / "file")
    facts = metadata.read(run.folder)
    assert said.pop("inputs") != said.pop("outputs")
    assert '"영", "일", ' in said["classes"]
    assert json.loads(said.pop("classes")) == list(data.classes)
    assert said == {
        "network": "784-16-10",
        "activation": "relu",
        "view": "as-is",
        "dtype": "float32",
        "dataset": "drawn",
        "run": "run",
        "weights_sha256": facts["weights_sha256"],
        "bpnet": __version__,
        "status": "finished",
        "test_accuracy": str(facts["test_accuracy"]),
        "test_images": "200",
    }


def test_of_a_run_that_has_not_finished_there_are_the_weights_so_far_and_that_is_told(
    start, tmp_path
):
    run, told = start(until=20).run, []
    said = exported(run, "safetensors", tmp_path / "file", told.append)
    assert told == [f"{run.folder}: has not finished: these are its weights so far"]
    assert said["status"] == "interrupted"
    assert said.keys().isdisjoint({"test_accuracy", "test_images"})


def test_a_seed_is_named_with_the_folder_of_seeds(finished_run, tmp_path):
    folder = shutil.copytree(finished_run.folder, tmp_path / "five" / "seed-3")
    said = exported(directory.open_run(folder), "safetensors", tmp_path / "file")
    assert said["run"] == "five/seed-3"


@pytest.mark.parametrize("form", ["onnx", "safetensors"])
def test_a_name_that_is_no_text_does_no_harm(finished_run, tmp_path, form):
    run = replace(finished_run, folder=finished_run.folder.rename(tmp_path / "r\udcff\n"))
    assert exported(run, form, tmp_path / "file")["run"] == "r\\udcff\\n"


def test_nothing_is_overwritten(finished_run, tmp_path):
    path = tmp_path / "mine"
    path.write_bytes(b"mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    for taken in (path, tmp_path, tmp_path / "dangling"):
        with pytest.raises(UsageError, match=f"^{taken}: is there already; give another FILE$"):
            exporting.write(finished_run, "safetensors", taken, pytest.fail)
    assert path.read_bytes() == b"mine"


def test_a_network_that_memory_cannot_hold_several_times_is_refused(
    finished_run, tmp_path, monkeypatch
):
    monkeypatch.setattr(memory, "available", lambda: 13_000_000)  # as much as it needs to be loaded
    exporting.write(finished_run, "safetensors", tmp_path / "file", pytest.fail)
    monkeypatch.setattr(exporting, "HELD", 1000)
    with pytest.raises(BpnetError, match="run: exporting this network needs 51 MB of memory"):
        exporting.write(finished_run, "onnx", tmp_path / "other", pytest.fail)
    assert not (tmp_path / "other").exists()


def test_the_packages_that_are_asked_for_are_those_of_the_extra():
    text = (readmes.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    assert extras["export"] == [onnx_file.PACKAGE, safetensors_file.PACKAGE]


def test_of_a_run_without_a_test_score_the_file_tells_none(finished_run, tmp_path):
    unscored(finished_run.folder)
    said = exported(finished_run, "safetensors", tmp_path / "file")
    assert said["status"] == "finished"
    assert not [name for name in said if name.startswith("test_")]
