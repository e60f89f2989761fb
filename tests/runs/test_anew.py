"""A run's config, trained anew, also that of an earlier bpnet."""

from dataclasses import replace
from pathlib import Path

import pytest

from bpnet.config import Config, DataConfig, TrainConfig
from bpnet.errors import ConfigError, RunError
from bpnet.runs import anew, directory, metadata
from bpnet.runs.directory import Run


@pytest.fixture
def old(tmp_path):
    """Return a function that writes the config of a run in a folder, as earlier versions did."""

    def old(name="run", number=2):
        folder = tmp_path / name
        folder.mkdir()
        text = f"data: {{dir: mine}}\ntrain:\n  epochs: 3\n  threads: {number}\n"
        (folder / "config.yaml").write_text(text, encoding="utf-8")
        return folder

    return old


@pytest.mark.parametrize("number", [1, 2])
def test_a_new_run_of_a_runs_own_config_has_no_threads(old, number):
    path = old(number=number) / "config.yaml"
    metadata.write(path.parent, status="finished")
    found = anew.load(path, ["train.learning_rate=0.5", "data.dir=here"])
    assert found.train == TrainConfig(epochs=3, learning_rate=0.5)
    assert found.data.dir == "here"


def test_a_seed_that_has_not_begun_has_a_config_of_its_own_too(old):
    assert anew.load(old("seed-7") / "config.yaml").train.epochs == 3


def test_the_environment_is_stronger_and_a_setting_is_the_strongest_here_too(old, monkeypatch):
    monkeypatch.setenv("BPNET_DATA_DIR", "there")
    path = old("seed-7") / "config.yaml"
    assert anew.load(path).data.dir == "there"
    assert anew.load(path, ["data.dir=here"]).data.dir == "here"


def test_a_config_that_is_no_runs_has_no_threads(old):
    path = old("mine") / "config.yaml"
    told = f"{path}:4:3: train.threads: unknown key; .* train.workers is the number of processes"
    with pytest.raises(ConfigError, match=told):
        anew.load(path)
    metadata.write(path.parent, status="finished")
    beside = path.rename(path.with_name("mine.yaml"))
    with pytest.raises(ConfigError, match="mine.yaml:4:3: train.threads: unknown key"):
        anew.load(beside)


def test_a_setting_has_no_threads_either(old):
    with pytest.raises(ConfigError, match="--set train.threads=1: train.threads: unknown key"):
        anew.load(old("seed-7") / "config.yaml", ["train.threads=1"])


def test_what_a_new_run_may_not_have_is_refused_in_a_runs_own_config(old):
    path = old("seed-7") / "config.yaml"
    path.write_text("network: {hidden: [784, 50, 10]}", encoding="utf-8")
    assert directory.open_run(path.parent).config.network.hidden == (784, 50, 10)
    with pytest.raises(ConfigError, match=r"the hidden layers only, \[50\]"):
        anew.load(path)


def test_a_sweep_of_a_runs_own_config_is_as_a_run_of_it(old, monkeypatch):
    monkeypatch.setenv("BPNET_DATA_DIR", "there")
    path = old("seed-7") / "config.yaml"
    for trial in anew.trials(path, ["train.momentum=0,0.5", "data.dataset=mnist,files"]):
        settings = [f"{key}={trial.settings[key]}" for key in ("train.momentum", "data.dataset")]
        assert trial.config == anew.load(path, settings)


def test_a_config_that_is_no_runs_has_no_threads_in_a_sweep_either(old):
    path = old("mine") / "config.yaml"
    with pytest.raises(ConfigError, match="mine/config.yaml:4:3: train.threads: unknown key"):
        anew.trials(path, ["train.momentum=0,0.5"])


def test_a_config_from_python_and_the_defaults_will_do():
    assert anew.load(Config(seed=3), {"train.epochs": 1}) == Config(3, train=TrainConfig(epochs=1))
    assert anew.load(None) == Config()


def test_a_config_from_python_keeps_names_that_yaml_would_read_otherwise():
    names = ("a, b", "@", "[", "it's", '"', "\\", "null", "#", "k: v", "가", "7")
    config = Config(data=DataConfig("files", classes=names))
    assert anew.load(config) == config
    assert anew.load(None, {"data.dataset": "files", "data.classes": names}).data == config.data


def test_a_run_of_several_threads_is_refused_with_what_to_do():
    run = Run(Path("my run"), Config())
    anew.refuse_threads(run)
    with pytest.raises(RunError) as raised:
        anew.refuse_threads(run, replace(run, threads=4), replace(run, threads=2))
    four, two = raised.value.lines
    assert two == four.replace("4 threads", "2 threads")
    assert [four] == [
        "my run: its batches are computed on 4 threads (train.threads), and this bpnet computes on "
        "one: the last bits would not be those of an undisturbed run. Go on with bpnet 0.4; to "
        "train it anew: bpnet train --config 'my run/config.yaml' --run-dir NEW"
    ]
