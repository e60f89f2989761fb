"""The READMEs say what the program does; the program says what the READMEs say."""

import ast
import re
import runpy

import pytest

from bpnet import config
from bpnet.cli.commands import bpnet as command_line
from tests.helpers import readmes
from tests.helpers.readmes import FOLDERS, PAGES, ROOT, read

CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
MODULES = sorted((ROOT / "bpnet").rglob("*.py"))


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def commands(group=command_line, prefix=()):
    """Return every command by its full name."""
    found = {}
    for name, command in group.commands.items():
        deeper = hasattr(command, "commands")
        found |= commands(command, (*prefix, name)) if deeper else {(*prefix, name): command}
    return found


@pytest.mark.parametrize("name", list(commands()), ids=" ".join)
def test_every_command_has_an_example_in_its_help_and_a_row_in_the_readme(name):
    call = f"bpnet {' '.join(name)}"
    assert call in commands()[name].help
    assert any(re.match(rf"`{call}[` ]", row[0]) for row in readmes.rows(read()))


def test_the_readme_has_the_two_commands_that_ci_runs():
    start, tested = re.findall(r"^python3 -m venv .*", read(), re.MULTILINE)
    assert start.endswith("bpnet train --config drawn")
    assert tested.endswith("python -m pytest")


def test_the_readme_is_short():
    assert len(read().splitlines()) <= 220
    assert len(readmes.section(read(), "## 한국어 요약")) <= 25


def test_every_folder_explains_itself_and_the_readme_leads_there():
    for folder in FOLDERS:
        assert read(folder).startswith(f"# {folder}/\n")
        assert f"{folder}/README.md" in readmes.links(read())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_is_there(page):
    for name in readmes.names(page.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    for link in readmes.links(page.read_text(encoding="utf-8")):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        assert target.is_file(), link
        if anchor:
            assert anchor in readmes.anchors(target.read_text(encoding="utf-8")), link


def test_the_program_of_bpnets_readme_prints_what_it_says(tmp_path, monkeypatch, capsys):
    program = "\n".join(readmes.blocks(read("bpnet"), "python run"))
    assert "from bpnet.layers import" in program
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    runpy.run_path("program.py")
    assert capsys.readouterr().out == readmes.printed(program)


def test_every_key_of_the_config_is_explained_and_the_block_is_the_default_config(tmp_path):
    (block,) = readmes.blocks(read("configs"), "yaml")
    path = tmp_path / "readme.yaml"
    path.write_text(block, encoding="utf-8")
    assert config.load(path, environment={}) == config.load(environment={})
    for name in config.schema.rules():
        assert re.search(rf"^ *{name.rpartition('.')[2]}: \S.*  # \S", block, re.MULTILINE), name


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_begins_with_what_it_is_for_and_has_its_rows(path):
    first, second, *_ = path.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# [A-Z0-9].{,96}\.", first)
    assert not second.startswith("#")
    loaded = config.load(path, environment={})
    hidden, epochs = ", ".join(map(str, loaded.network.hidden)), str(loaded.train.epochs)
    held_out = f"{loaded.data.validation:,}"
    use = [f"[`{path.name}`]({path.name})", first.removeprefix("# "), hidden, epochs, held_out]
    assert use in readmes.rows(read("configs"))
    (result,) = (row for row in readmes.rows(read()) if row[0] == f"`{path.stem}`")
    assert (result[1], result[3]) == (hidden, epochs)


def test_the_speeds_of_the_readme_are_the_medians_of_the_benchmarks():
    measured = {row[0]: row[1:] for row in readmes.rows(read("tests/benchmarks"))}
    speeds = readmes.rows("\n".join(readmes.section(read(), "## Speed")))
    assert speeds
    for name, *medians in speeds:
        assert [cell.partition(" (")[0] for cell in measured[name]] == medians, name


def files_in_the_tree():
    (block,) = readmes.blocks(read("bpnet"), "text")
    return readmes.tree(block)


def test_the_tree_has_every_file_of_the_library_and_no_other():
    kinds = (".py", ".typed", ".html", ".css", ".js")
    files = [path for path in (ROOT / "bpnet").rglob("[!_]*") if path.suffix in kinds]
    assert sorted(files_in_the_tree()) == sorted(map(name_of, files))


def imported(path):
    """Yield the full names of all that a module imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_a_module_imports_only_from_those_above_it_in_the_tree():
    modules = [name for name in files_in_the_tree() if name.endswith(".py")]
    names = [name.removesuffix(".py").replace("/", ".") for name in modules]
    for place, module in enumerate(modules):
        assert not set(imported(ROOT / module)) & set(names[place:]), module


def rows_below(heading):
    return readmes.rows("\n".join(readmes.section(read("tests"), heading)))


def test_the_map_of_the_tests_has_every_test_of_faults():
    named = " ".join(row[1] for row in rows_below("## Promise, test, helper"))
    for path in (ROOT / "tests/faults").glob("test_*.py"):
        assert f"`{name_of(path)}`" in named


def test_the_table_of_the_helpers_has_every_helper_and_no_other():
    helpers = [f"`{path.stem}`" for path in (ROOT / "tests/helpers").glob("[!_]*.py")]
    assert sorted(row[0] for row in rows_below("## The helpers")) == sorted(helpers)
    used = " ".join(row[2] for row in rows_below("## Promise, test, helper"))
    assert set(re.findall("`[^`]*`", used)) <= set(helpers)


def public(body):
    """Yield the public functions and classes of a module, and the methods of the classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef) and node.name != "Layer":
                yield from public(node.body)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_public_name_has_a_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in public(tree.body):
        assert ast.get_docstring(node), node.name
