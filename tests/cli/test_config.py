"""`bpnet config`: a config is shown, and checked."""

from pathlib import Path

import pytest

from bpnet.config import shipped


def test_config_show_prints_what_loads_back_as_it_is(bpnet):
    first = bpnet("config", "show", "--set", "train.learning_rate=1e-3")
    Path("c.yaml").write_text(first.out, encoding="utf-8")
    assert bpnet("config", "show", "--config", "c.yaml") == first
    assert "  learning_rate: 0.001\n" in first.out


def test_config_check_says_right_or_everything_that_is_wrong(bpnet):
    Path("c.yaml").write_text("sed: 1\ntrain: {epochs: 0}\n", encoding="utf-8")
    assert bpnet("config", "check").out == "the defaults: no problems\n"
    result = bpnet("config", "check", "--config", "c.yaml")
    assert (result.status, result.out) == (2, "")
    assert result.err.splitlines() == [
        "Error: c.yaml:1:1: sed: unknown key; did you mean seed?",
        "       c.yaml:2:17: train.epochs: expected a whole number from 1 to 10000, got 0",
    ]


@pytest.mark.parametrize("name", shipped.names())
def test_every_shipped_config_is_right(bpnet, name):
    result = bpnet("config", "check", "--config", name)
    assert (result.status, result.out) == (0, f"{shipped.find(name)}: no problems\n")


def test_config_list_prints_each_name_with_what_it_is_for(bpnet):
    lines = bpnet("config", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == shipped.names()
    told = dict(line.split(maxsplit=1) for line in lines)
    assert told["drawn"] == "Digits that the program draws itself: no download."


def test_a_name_is_a_name_in_every_command_that_takes_a_config(bpnet):
    Path("book").write_text("seed: 7", encoding="utf-8")
    shown = bpnet("config", "show", "--config", "book").out
    assert "  hidden: [50]\n" in shown
    assert bpnet("gradcheck", "--config", "book", "--set", "network.hidden=2").status == 0
    assert bpnet("config", "show", "--config", "./book").out.startswith("seed: 7\n")


def test_without_config_the_defaults_are_shown_and_checked(bpnet):
    defaults, mnist = bpnet("config", "show"), bpnet("config", "show", "--config", "mnist")
    assert "  learning_rate: 0.1\n" in defaults.out
    assert "  learning_rate: 0.3\n" in mnist.out


def test_show_goes_by_the_file_then_the_environment_then_the_settings(bpnet, monkeypatch):
    Path("c.yaml").write_text("seed: 1\ndata: {dir: file}\ntrain: {epochs: 2}", encoding="utf-8")
    monkeypatch.setenv("BPNET_DATA_DIR", "environment")
    shown = bpnet("config", "show", "--config", "c.yaml", "--set", "seed=3").out.splitlines()
    assert {"seed: 3", "  dir: environment", "  epochs: 2"} <= set(shown)
    assert "  dir: set\n" in bpnet("config", "show", "--set", "data.dir=set").out


@pytest.mark.parametrize("command", ["show", "check"])
def test_neither_takes_a_wrong_setting(bpnet, command):
    result = bpnet("config", command, "--set", "seed=-1")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("Error: --set seed=-1: seed: expected a whole number from 0 to ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        ("config", "check"),
        ("config", "show"),
        ("gradcheck", "--set", "network.hidden=2"),
        ("data", "show", "--save", "digit.png"),
        ("train", "--set", "train.epochs=1", "--run-dir", "new"),
    ],
)
def test_the_config_of_an_earlier_run_may_be_given_and_only_there_stands_threads(
    bpnet, small_file, command
):
    text = small_file.read_text(encoding="utf-8").replace("workers: 1", "threads: 1")
    path = Path("seed-1/config.yaml")
    for place, status in ((path, 0), (Path("mine.yaml"), 2)):
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
        result = bpnet(*command, "--config", place)
        assert result.status == status
        assert "threads: 1" not in result.out
