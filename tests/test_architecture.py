"""The rooms: imports go down only, and each package is imported in its own room alone."""

import ast
import re
from pathlib import Path

import pytest

import bpnet

ROOT = Path(bpnet.__file__).parent
ROOMS = [  # from the ground up; a room may import what stands before it
    "array", "errors", "progress", "system", "config", "layers", "datasets", "network",
    "evaluation", "gradcheck", "training", "runs", "pictures", "comparison", "report",
    "cli", "__main__",
]  # fmt: skip
RATIONED = {
    "requests": "datasets",
    "urllib3": "datasets",
    "yaml": "config",
    "click": "cli",
    "tqdm": "cli",
    "PIL": "pictures",
}
FILES = sorted(ROOT.rglob("*.py"))


def room(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path):
    """Return the full names of all that a file imports, also inside functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_every_room_is_in_the_list():
    assert {room(path) for path in FILES} - {"__init__"} == set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path):
    if room(path) == "__init__":
        assert not imported(path)
        return
    here = ROOMS.index(room(path))
    for name in imported(path):
        if name.startswith("bpnet.") and name != "bpnet.__version__":
            assert ROOMS.index(name.split(".")[1]) <= here, f"{name} is above"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_packages_are_imported_in_their_own_room(path):
    for name in imported(path):
        package = name.split(".")[0]
        assert RATIONED.get(package, room(path)) == room(path), f"{package} in {room(path)}"


def test_files_and_functions_are_small():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 250 or path.name == "strokes.py", path  # a table
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, (path, node.name)


FORBIDDEN = re.compile(
    r"import pickle|allow_pickle=True|\beval\(|\bexec\(|yaml\.load\(|except:"
    r"|np\.random\.(?!default_rng|Generator)"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_runs_code_from_a_file_or_draws_from_a_global_generator(path):
    assert not FORBIDDEN.search(ast.unparse(ast.parse(path.read_text(encoding="utf-8"))))
