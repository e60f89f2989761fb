"""The configs that come with bpnet are found by their names, wherever the program is started."""

from pathlib import Path

import pytest

import bpnet
from bpnet.config import load, shipped
from bpnet.errors import ConfigError

CONFIGS = Path(bpnet.__file__).parent.parent / "configs"
NAMES = sorted(path.stem for path in CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_config_that_comes_with_bpnet(name):
    assert shipped.find(name) == CONFIGS / f"{name}.yaml"


def test_a_name_stays_a_name_where_a_file_or_a_folder_has_it_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mnist").write_text("seed: 7", encoding="utf-8")
    Path("drawn").mkdir()
    assert shipped.find("mnist") == CONFIGS / "mnist.yaml"
    assert shipped.find("drawn") == CONFIGS / "drawn.yaml"


@pytest.mark.parametrize(
    "text", ["./mnist", "a/mnist", "mnist.yaml", "/x.yml", ".yaml", "a\nb.yaml"]
)
def test_what_has_a_separator_or_ends_in_yaml_is_a_path(text):
    assert shipped.find(text) == Path(text)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("minst", "did you mean mnist? The names are "),
        ("MNIST", "did you mean mnist? The names are "),
        ("elastic800", "did you mean elastic-800? The names are "),
        ("mnist.yml", "the names are "),
        ("mine", "the names are "),
        ("", "the names are "),
        (".", "the names are "),
    ],
)
def test_an_unknown_name_is_an_error_with_all_names_and_how_to_write_a_path(text, advice):
    with pytest.raises(ConfigError) as caught:
        shipped.find(text)
    assert str(caught.value) == (
        f"no config is named {text!r}; {advice}{', '.join(NAMES)}; a file needs a path, such as "
        "./mine.yaml"
    )


def test_an_error_in_a_shipped_config_names_its_file_and_line(tmp_path, monkeypatch):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/mnist.yaml").write_text("\nsed: 1", encoding="utf-8")
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path)
    with pytest.raises(ConfigError) as caught:
        load(shipped.find("mnist"))
    assert str(caught.value).startswith(f"{tmp_path}/configs/mnist.yaml:2:1: sed: unknown key")


def test_the_configs_inside_the_package_come_before_those_beside_it(tmp_path, monkeypatch):
    for folder in ("configs", "bpnet/configs"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "mnist.yaml").touch()
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "bpnet")
    assert shipped.find("mnist") == tmp_path / "bpnet/configs/mnist.yaml"


def test_where_all_are_missing_the_error_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path / "bpnet")
    with pytest.raises(
        ConfigError, match="configs: the configs that come with bpnet are missing; "
    ):
        shipped.find("mnist")


def test_a_path_where_nothing_lies_leads_to_the_name(tmp_path):
    for path, told in (("book.yaml", "; for the one that comes with bpnet, give its name: book"),
                       ("bok.yaml", "")):  # fmt: skip
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / path)
        assert str(caught.value).endswith(
            f"{path}: cannot be read: No such file or directory{told}"
        )


def test_the_first_line_says_what_a_config_is_for(tmp_path, monkeypatch):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs/one.yaml").write_text(
        "# What it is for: 밑바닥.\nseed: 0", encoding="utf-8"
    )
    (tmp_path / "configs/two.yaml").write_text("seed: 0\n# More", encoding="utf-8")
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path)
    assert [shipped.about(name) for name in shipped.names()] == ["What it is for: 밑바닥.", ""]
