"""The README says what the program does; the program says what the README says."""

import ast
import re
from pathlib import Path

import pytest

import bpnet
from bpnet import config
from bpnet.cli.commands import bpnet as program

ROOT = Path(bpnet.__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group=program, prefix=()):
    """Return every command by its full name."""
    found = {}
    for name, command in group.commands.items():
        deeper = hasattr(command, "commands")
        found |= commands(command, (*prefix, name)) if deeper else {(*prefix, name): command}
    return found


@pytest.mark.parametrize("name", list(commands()), ids=" ".join)
def test_every_command_has_an_example_in_its_help_and_stands_in_the_readme(name):
    call = f"bpnet {' '.join(name)}"
    assert call in commands()[name].help
    assert call in README


def test_every_key_of_the_config_is_explained_in_the_readme():
    for name in config.schema.rules():
        assert re.search(rf"\b{name.rpartition('.')[2]}:", README), name


def test_the_readmes_config_is_the_default_one(tmp_path):
    (block,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "readme.yaml"
    path.write_text(block, encoding="utf-8")
    assert config.load(path, environment={}) == config.load(environment={})


def test_every_file_that_the_readme_names_is_there():
    for name in re.findall(r"`((?:tests|bpnet|configs)/[\w/.]+\.(?:py|yaml))`", README):
        assert (ROOT / name).is_file(), name


def test_the_readmes_tree_has_every_module():
    for path in sorted((ROOT / "bpnet").iterdir()):
        if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("_"):
            assert re.search(rf"^ *{re.escape(path.name)}/? ", README, re.MULTILINE), path.name


def public(body):
    """Yield the public functions and classes of a module, and the methods of the classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef) and node.name != "Layer":
                yield from public(node.body)


@pytest.mark.parametrize("path", sorted((ROOT / "bpnet").rglob("*.py")), ids=lambda path: path.stem)
def test_every_public_name_has_a_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in public(tree.body):
        assert ast.get_docstring(node), node.name
