"""The tests themselves: none leans on another, and hardly any on what is private in bpnet."""

import ast
from pathlib import Path

import bpnet

HERE = Path(__file__).parent
FILES = sorted(HERE.rglob("*.py"))
MOST = 15  # uses of private names: each makes bpnet harder to change


def nodes(path):
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def is_private(name):
    return name.startswith("_") and not name.startswith("__") and name != "_"


def given_names(path):
    """Yield the names that a file gives to functions, classes, values and attributes."""
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr


def used_names(path):
    """Yield the names that a file takes from other modules and objects, also as strings."""
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") not in ("self", "cls"):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.rpartition(".")[2]


def test_few_private_names_of_bpnet_are_used():
    modules = Path(bpnet.__file__).parent.rglob("*.py")
    private = {name for path in modules for name in given_names(path) if is_private(name)}
    uses = [
        f"{path.relative_to(HERE)}: {name}"
        for path in FILES
        for name in used_names(path)
        if name.rpartition(" ")[2] in private
    ]
    print(*uses, f"{len(uses)} uses of private names", sep="\n")  # noqa: T201
    assert len(private) > 50
    assert len(uses) <= MOST


def test_what_tests_share_lies_with_the_helpers():
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tests"):
                assert f"{node.module}.".startswith("tests.helpers."), path
