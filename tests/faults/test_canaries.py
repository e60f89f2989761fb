"""No file and no setting runs code: a file that code in it would make is never made."""

import io
import os
import pickle
import shutil

import numpy as np
import pytest

from bpnet.datasets import catalogue
from tests.helpers.damage import holds, said, stopped
from tests.helpers.forks import run


class Sings:
    """Makes the canary's file when it is unpickled."""

    def __init__(self, canary):
        self.command = f"touch {canary}"

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.fixture
def canary(tmp_path):
    return tmp_path / "canary"


@pytest.fixture
def folder(tmp_path, runs):
    """A folder beside the runs, with one of them in it, to be damaged."""
    folder = tmp_path / "here"
    folder.mkdir()
    shutil.copytree(runs / "run", folder / "run")
    stopped(folder / "run")
    shutil.copytree(runs / "data", folder / "data")
    return folder


def pickled(canary):
    return pickle.dumps(Sings(canary))


def npy(canary):
    buffer = io.BytesIO()
    np.save(buffer, np.array([Sings(canary)], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def npz(canary):
    """Return an archive of just the arrays that weights.npz has, each an object."""
    buffer = io.BytesIO()
    objects = np.array([Sings(canary)], dtype=object)
    np.savez(buffer, **dict.fromkeys(("W1", "b1", "W2", "b2"), objects))
    return buffer.getvalue()


PACKED = [pickled, npy, npz]


@pytest.mark.parametrize("content", PACKED)
def test_the_canary_sings_where_files_are_believed(content, canary):
    if content is pickled:
        pickle.loads(content(canary))  # noqa: S301
    else:
        loaded = np.load(io.BytesIO(content(canary)), allow_pickle=True)
        list(loaded.values()) if content is not npy else None
    assert canary.exists()


@pytest.mark.parametrize("name", ["checkpoint.npz", "weights.npz", "run.json", "config.yaml"])
@pytest.mark.parametrize("content", PACKED)
def test_no_pickle_in_a_run_is_unpacked(name, content, canary, folder):
    holds(name, content(canary))(folder / "run")
    (folder / "run/checkpoint.previous.npz").unlink(missing_ok=True)
    arguments = ["eval", "run"] if name == "weights.npz" else ["train", "--resume", "run"]
    ended = run(folder, *arguments)
    assert ended.status == (name != "run.json")  # which gives way
    assert f"run/{name}" in ended.err
    assert not canary.exists()


@pytest.mark.parametrize("name", ["drawn.json", *catalogue.NAMES])
@pytest.mark.parametrize("content", PACKED)
def test_no_pickle_in_drawn_data_is_unpacked(name, content, canary, folder):
    holds(name, content(canary))(folder / "data/drawn")
    ended = run(folder, "data", "verify", "--dataset", "drawn")
    assert (ended.status, ended.err.count("\n")) == (1, 1)
    assert ended.err.startswith("Error: data/drawn: not every file there is right; ")
    assert not canary.exists()


@pytest.mark.parametrize("suffix", ["", ".gz", ".pkl", ".npz"])
@pytest.mark.parametrize("content", PACKED)
def test_no_pickle_in_published_data_is_unpacked(suffix, content, canary, tmp_path):
    (tmp_path / "data/mnist").mkdir(parents=True)
    for name in catalogue.NAMES:
        holds(name + suffix, content(canary))(tmp_path / "data/mnist")
    ended = run(tmp_path, "data", "fetch", hinder=without_mirrors)
    assert ended.status == 1
    assert f"{catalogue.NAMES[0]}.gz: could not be downloaded" in ended.err
    assert not canary.exists()


def without_mirrors():
    mnist = catalogue.SOURCES["mnist"]
    catalogue.SOURCES["mnist"] = catalogue.Source((), mnist.files)


TAGS = [
    "!!python/object/apply:os.system [touch {canary}]",
    "!!python/object/apply:os.system ['touch {canary}']",
    "!!python/object/new:os.system ['touch {canary}']",
    "!!python/object/apply:subprocess.check_output [[touch, {canary}]]",
    "!!python/object/apply:builtins.open ['{canary}', w]",
    "!<tag:yaml.org,2002:python/object/apply:os.system> ['touch {canary}']",
    "! os.system('touch {canary}')",
]
PLACES = [
    "{tag}",
    "seed: {tag}",
    "train: {{epochs: {tag}}}",
    "network:\n  activation: {tag}",
    "network: {{hidden: [{tag}]}}",
    "? {tag}\n: 1",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tag", TAGS)
def test_no_tag_in_a_config_calls_anything(tag, place, canary, tmp_path):
    text = place.format(tag=tag.format(canary=canary))
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    ended = run(tmp_path, "eval", ".")
    assert ended.status == 1
    assert "tags (!) are not allowed" in ended.err
    assert not canary.exists()


@pytest.mark.parametrize("key", ["network.activation", "network.init", "network.hidden", "seed"])
@pytest.mark.parametrize("value", [*TAGS, "[{tag}]", "os.system", "__import__('os')", "relu;x"])
def test_no_setting_calls_anything(key, value, canary, tmp_path):
    text = value.format(canary=canary, tag=TAGS[0].format(canary=canary))
    ended = run(tmp_path, "gradcheck", "--set", f"{key}={text}")
    assert ended.status == 2
    assert f"{key}: expected " in ended.err
    assert not canary.exists()


COMMANDS = ["$(touch {canary})", "`touch {canary}`", "; touch {canary}", "|touch {canary}"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *(("BPNET_DATA_DIR", value) for value in [*TAGS, *COMMANDS]),
        ("BPNET_MIRROR", COMMANDS[0]),  # alone: a mirror is tried twice, with a second between
    ],
)
def test_no_variable_of_the_environment_calls_anything(variable, value, canary, tmp_path):
    def hinder():
        os.environ[variable] = value.format(canary=canary)
        without_mirrors()

    ended = run(tmp_path, "data", "fetch", hinder=hinder)
    assert ended.status in (1, 2)
    assert "Error: " in ended.err
    assert not canary.exists()


def test_no_result_that_names_code_calls_it(canary, folder):
    code = f"__import__('os').system('touch {canary}')"
    said(status="finished", test_loss=code, test_accuracy=code, config={"seed": code})(
        folder / "run"
    )
    assert run(folder, "train", "--resume", "run").status == 0
    assert (folder / "run/run.json.corrupt").exists()
    assert not canary.exists()
