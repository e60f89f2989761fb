"""The house: rooms and wings, imports that go down only, and how large anything may be."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bpnet
from bpnet.cli.commands import bpnet as program

ROOT = Path(bpnet.__file__).parent
TESTS = Path(__file__).parent

# From the ground up: a room may import what stands before it, and so may a module in its wing.
ROOMS = (
    "array", "errors", "registry", "randomness", "system", "config", "layers", "datasets",
    "network", "evaluation", "gradcheck", "training", "runs", "pictures", "report", "cli",
    "__main__",
)  # fmt: skip
WINGS = {
    "system": (
        "progress", "held", "storage", "locks", "memory", "background", "prefetch",
        "strict_json", "threads", "processors", "shared_memory", "barrier", "companions",
        "ordering",
    ),
    "config": (
        "document", "rules", "schema", "words", "shipped", "files", "settings", "contradictions",
        "reading", "writing", "rows_of_csv", "choices", "combinations", "sweep_file",
    ),
    "layers": ("nodes", "activations", "affine", "loss", "numerical"),
    "datasets": (
        "idx", "splits", "distortions", "views", "catalogue", "packing", "published_files",
        "download", "cache", "drawn", "drawn_digits", "class_names", "own_files", "mixing",
        "loading", "several", "parcels", "tables", "importing",
    ),
    "datasets.drawn": ("strokes", "curves", "pen"),
    "evaluation": (
        "scores", "predictions", "comparison", "selection", "strokes", "planes", "doubt",
    ),
    "gradcheck": ("watching", "comparing", "layers", "network"),
    "training": (
        "schedules", "optimizers", "state", "batches", "step", "shares", "worker", "team", "need",
        "trainer", "pace", "arithmetic",
    ),
    "runs": (
        "metadata", "folder_names", "kinds", "directory", "anew", "identity", "seed_folders",
        "finding", "npz_layout", "npz", "resume_point", "new_length", "checkpoints", "results",
        "doubts", "mending", "loading", "listing", "sweeps", "sweep_rows", "recounting",
        "ranking", "onnx_file",
        "safetensors_file", "exporting", "arithmetic", "learning", "test_scores", "session",
        "from_python",
    ),
    "pictures": (
        "png", "formats", "levels", "decoder", "decoding", "normalizing", "single", "normalizer",
    ),
    "pictures.normalizing": (
        "scaling", "averaging", "surfaces", "labelling", "boxes", "sheets", "locating", "shadows",
        "lines", "dirt", "cleaning", "touching", "separating", "fitting", "form",
    ),
    "report": ("content", "sweep_content", "page"),
    "cli": (
        "signals", "broken_pipes", "bars", "console", "advice", "completion", "options", "jobs",
        "cluster", "places", "seed_results", "seeds", "one_run", "train", "dry_run",
        "sweep_results", "sweep_watching", "sweeps", "sweep", "picture_files", "class_folders",
        "scored_pictures", "scores", "eval", "gradcheck", "config", "data_import", "data",
        "answers", "committee", "predict", "report", "runs", "compare", "export", "commands",
        "shells", "main", "job",
    ),
    "cli.cluster": (
        "carrying", "versions", "desk", "store", "process", "remote", "arriving", "hearing",
        "shipping", "crew", "placing", "engine", "guest", "connecting",
    ),
}  # fmt: skip
PLACES = {  # where a package may be imported: in a file, or in all of a folder
    "numpy": "",
    "requests": "datasets/download.py",
    "urllib3": "datasets/download.py",
    "yaml": "config/",
    "click": "cli/",
    "tqdm": "cli/",
    "PIL": "pictures/decoder.py",
    "onnx": "runs/onnx_file.py",
    "safetensors": "runs/safetensors_file.py",
    "distributed": "cli/cluster/",
}
BEFORE_NUMPY = (  # the number of its threads must be known first
    "bpnet", "bpnet.errors", *(f"bpnet.system.{name}" for name in WINGS["system"]), "bpnet.config",
    *(f"bpnet.runs.{name}" for name in WINGS["runs"][:8]), "bpnet.runs.from_python",
    *(f"bpnet.pictures.{name}" for name in WINGS["pictures"][1:5]), "bpnet.cli.main",
)  # fmt: skip
MOST_ROOMS, MOST_ARROWS, MOST_LINES, LONGEST_FUNCTION = 18, 60, 220, 40

FILES = sorted(ROOT.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))


def module(path):
    """Return the full name of the module in the file."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {module(path): path for path in FILES}


def imported(tree):
    """Return the full names of all that is imported, also for types only or inside functions."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def needed(path):
    """Return the modules of bpnet that a file imports from."""
    found = set()
    for name in imported(TREES[path]):
        while name and name not in MODULES:
            name = name.rpartition(".")[0]
        found |= {name} - {"", module(path)}
    return found


def room(name):
    """Return the room of a module; the face of the house, bpnet itself, is in none."""
    return name.split(".")[1] if "." in name else None


ARROWS = {
    (room(module(path)), room(name))
    for path in FILES
    for name in needed(path)
    if None not in (room(module(path)), room(name)) and room(module(path)) != room(name)
}


def test_every_room_is_in_the_list_and_there_are_few():
    assert {room(name) for name in MODULES} - {None} == set(ROOMS)
    assert len(ROOMS) <= MOST_ROOMS


def test_every_wing_is_in_the_list_with_its_modules():
    wings = {module(path).removeprefix("bpnet.") for path in FILES if path.stem == "__init__"}
    assert wings - {"bpnet"} == set(WINGS)
    for wing, order in WINGS.items():
        folder = ROOT.joinpath(*wing.split("."))
        there = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        there |= {path.parent.name for path in folder.glob("*/__init__.py")}
        assert there == set(order), wing


@each_file
def test_from_room_to_room_imports_go_down_only(path):
    here = room(module(path))
    for name in needed(path) if here else ():
        there = room(name)
        assert there is None or ROOMS.index(there) <= ROOMS.index(here), f"{name} is above"


@pytest.mark.parametrize("wing", WINGS)
def test_inside_a_wing_imports_go_down_only(wing):
    order = [*(f"bpnet.{wing}.{name}" for name in WINGS[wing]), f"bpnet.{wing}"]

    def place(name):
        """Return the place of a module in the wing; what is in a folder stands where it does."""
        return next(n for n, known in enumerate(order) if f"{name}.".startswith(f"{known}."))

    for name, path in MODULES.items():
        for other in needed(path) if f"{name}.".startswith(f"bpnet.{wing}.") else ():
            if f"{other}.".startswith(f"bpnet.{wing}."):
                assert place(other) <= place(name), f"{name}: {other} is above"


def test_there_are_few_arrows_between_rooms():
    print(f"{len(ROOMS)} rooms, {len(ARROWS)} arrows between them")  # noqa: T201
    assert len(ARROWS) <= MOST_ARROWS, sorted(ARROWS)


@each_file
def test_packages_are_imported_in_their_own_place(path):
    here = path.relative_to(ROOT).as_posix()
    for package in {name.split(".")[0] for name in imported(TREES[path])}:
        if package not in sys.stdlib_module_names | {"bpnet"}:
            assert here.startswith(PLACES[package]), f"{package} in {here}"


def test_the_face_of_the_house_imports_nothing():
    code = "import sys, bpnet; print(sorted(name for name in sys.modules if 'bpnet.' in name))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n"


def test_what_is_read_before_numpy_does_not_import_it():
    code = (
        "import sys; from importlib import import_module\n"
        f"for name in {BEFORE_NUMPY}:\n"
        "    import_module(name)\n"
        "    if 'numpy' in sys.modules: sys.exit(f'{name} imports NumPy')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "path",
    sorted(path for path in ROOT.rglob("*") if path.suffix in (".py", ".js", ".css", ".html")),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_files_are_small(path):
    if path.name != "strokes.py":  # a table
        assert path.read_text(encoding="utf-8").count("\n") <= MOST_LINES


@each_file
def test_functions_are_small(path):
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno + 1 <= LONGEST_FUNCTION, node.name


def test_a_command_is_one_file_named_as_the_command():
    assert set(program.commands) <= {path.stem for path in (ROOT / "cli").glob("*.py")}


def test_only_the_console_prints():
    for path in (ROOT / "cli").glob("*.py"):
        if path.stem != "console":
            code = ast.unparse(TREES[path])
            assert not re.search(
                r"click\.s?echo|from click|\bprint\(|tqdm\.write|std\w+\.write", code
            )


def test_no_test_imports_another():
    for path in TESTS.rglob("test_*.py"):
        names = imported(ast.parse(path.read_text(encoding="utf-8")))
        assert [name for name in names if re.match(r"tests\.(.*\.)?test_", name)] == [], path


FORBIDDEN = re.compile(
    r"import pickle|allow_pickle=True|\beval\(|\bexec\(|yaml\.load\(|except:"
    r"|np\.random\.(?!default_rng|Generator)"
)


@each_file
def test_nothing_runs_code_from_a_file_or_draws_from_a_global_generator(path):
    assert not FORBIDDEN.search(ast.unparse(TREES[path]))
