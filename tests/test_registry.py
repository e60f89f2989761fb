"""The registry: the words of a config, and the classes behind them."""

import subprocess
import sys

import pytest

from bpnet import config, registry
from bpnet.errors import BpnetError, ConfigError
from bpnet.layers import Relu, Sigmoid
from bpnet.network import Network


def test_the_words_of_a_config_are_those_of_the_registry():
    for key, words in (
        ("network.activation", registry.ACTIVATIONS),
        ("data.dataset", registry.DATASETS),
    ):
        for word in words:
            assert config.flatten(config.load(None, [f"{key}={word}"], {}))[key] == word
        with pytest.raises(ConfigError, match=f"expected {' or '.join(words)}, got"):
            config.load(None, [f"{key}=other"], {})


def test_each_word_is_the_books_layer():
    assert {word: registry.activation(word) for word in registry.ACTIVATIONS} == {
        "relu": Relu,
        "sigmoid": Sigmoid,
    }


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("nowhere.Tanh", "ModuleNotFoundError: No module named 'nowhere'"),
        ("bpnet.layers.activations.Tahn", "AttributeError: module 'bpnet.layers.activations' has"),
        ("Tanh", "ValueError: Empty module name"),
        ("numpy.tanh", "it is of type ufunc"),
    ],
)
def test_a_class_that_is_not_there_is_told_in_one_line(place, why, monkeypatch):
    monkeypatch.setitem(registry.ACTIVATIONS, "tanh", place)
    with pytest.raises(BpnetError) as caught:
        Network([4, 3, 2], "tanh")
    (line,) = caught.value.lines
    expected = "bpnet/registry.py: tanh: expected a class with its module, got "
    assert line.startswith(f"{expected}{place} ({why}")


def test_a_module_that_raises_when_imported_is_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "half_written.py").write_text("class Tanh\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(registry.ACTIVATIONS, "tanh", "half_written.Tanh")
    with pytest.raises(BpnetError, match=r"half_written\.Tanh \(SyntaxError: "):
        registry.activation("tanh")


def test_training_with_a_class_that_is_not_there_fails_before_anything_is_written(
    bpnet, small_file, monkeypatch, tmp_path
):
    monkeypatch.setitem(registry.ACTIVATIONS, "relu", "nowhere.Relu")
    result = bpnet("train", "--config", small_file)
    assert result.status == 1
    assert result.err.startswith("Error: bpnet/registry.py: relu: expected a class")
    assert result.err.count("\n") == 1
    assert list((tmp_path / "here").iterdir()) == []


def test_the_registry_needs_no_numpy():
    code = "import sys; import bpnet.registry; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
