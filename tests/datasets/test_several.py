"""The data of several configs: each dataset is read once, and has what every config asks for."""

from dataclasses import replace

import pytest

from bpnet import datasets
from bpnet.config import Config, DataConfig
from bpnet.datasets import several
from bpnet.errors import DataError
from bpnet.system.progress import silent, silently
from tests.helpers.own_files import made


def have(*configs):
    datasets.have_all(configs, silently, silent)


@pytest.fixture
def loaded(monkeypatch):
    """What is loaded."""

    def load(config, progress, tell):
        names.append(config.dataset)
        return real(config, progress, tell)

    real, names = several.load, []
    monkeypatch.setattr(several, "load", load)
    return names


def test_a_dataset_is_read_once_however_many_configs_ask_for_images_of_it(small_config, loaded):
    have(*(replace(small_config.data, train=number) for number in range(1, 500)))
    assert loaded == ["drawn"]


def test_what_configs_ask_for_and_is_not_there_is_told_at_once_and_each_thing_once(
    small_config, tmp_path
):
    data = small_config.data
    nowhere = DataConfig("files", str(tmp_path / "nowhere"))
    with pytest.raises(DataError) as caught:
        have(
            replace(data, validation=600),
            replace(data, validation=600),
            replace(data, validation=599, train=2),
            nowhere,
            data,
        )
    one, two, three = caught.value.lines
    assert one.startswith("data.validation: 600 of 600 training images held out leave none")
    assert two == "data.train: expected at most 1, all that are left, or 0 for these, got 2"
    assert three.startswith(f"{tmp_path / 'nowhere'}: lacks ")


def test_what_is_mixed_in_must_be_enough_for_every_config(small_config, monkeypatch, loaded):
    others = several.load(small_config.data, silently, silent)
    loaded.clear()
    load = several.load
    monkeypatch.setattr(
        several, "load", lambda config, *more: others if config.dataset == "sketched" else
        load(config, *more),
    )  # fmt: skip
    have(replace(small_config.data, mix=0.25))
    with pytest.raises(DataError, match="^data.mix: 0.9 needs 4500 sketched images, and there"):
        have(replace(small_config.data, mix=0.25), replace(small_config.data, mix=0.9))
    assert loaded == ["drawn", "drawn"]


def test_each_config_gets_the_classes_of_its_own_files(tmp_path):
    a, b = made(tmp_path / "a", ["x", "y"]), made(tmp_path / "b", ["p", "q", "r"])
    found = datasets.all_completed([a, b, replace(a, seed=1), Config()])
    assert [config.data.classes for config in found] == [
        ("x", "y"), ("p", "q", "r"), ("x", "y"), ()
    ]  # fmt: skip
    assert [config.seed for config in found] == [0, 0, 1, 0]
