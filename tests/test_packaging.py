"""What is packed: the sources with their tests, the wheel without them, and no stray file.

The wheel works alone, with its configs, and without the sources.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import pytest

import bpnet
from bpnet.config import Config

ROOT = Path(bpnet.__file__).parent.parent
SOURCES = (  # of these, what git does not ignore
    "bpnet", "configs", "tests", "data/README.md", "README.md", "LICENSE", "pyproject.toml",
    ".github/CHANGELOG.md", ".github/CONTRIBUTING.md", ".gitignore",
)  # fmt: skip
STRAYS = (
    "notes.txt", "secret.yaml", "data/mnist/train-images-idx3-ubyte", "data/own.png",
    "runs/a-run/weights.npz", "dist/old.whl", ".env", ".venv/bin/python", ".github/draft.md",
    "scratch/bpnet/network.py", "bpnet/__pycache__/network.pyc",
)  # fmt: skip
RUN = """
import sys
from bpnet.cli import main
for words in sys.argv[1:]:
    status = main.run(words.split())
    if status:
        sys.exit(status)
"""
FEW = "--set data.validation=100 --set train.epochs=1"
BUILD = "from hatchling import build; build.build_{}({!r})"


class Packages(NamedTuple):
    """The names in both packages without their first folder, the wheel's metadata and itself."""

    sources: set[str]
    sdist: set[str]
    wheel: set[str]
    metadata: Message
    unpacked: Path


def copied_to(tree: Path) -> set[str]:
    """Copy the sources, and return their names."""
    for name in SOURCES:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tree / name)
    return {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}


def built(kind: str, tree: Path) -> Path:
    """Build one package of the tree as pip does, without a network, and return its file."""
    command = [sys.executable, "-c", BUILD.format(kind, str(tree.parent))]
    subprocess.run(command, cwd=tree, check=True)
    (package,) = tree.parent.glob("*.tar.gz" if kind == "sdist" else "*.whl")
    return package


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The sdist of a tree in which strays lie about, and the wheel of that sdist."""
    tree = tmp_path_factory.mktemp("packages") / "tree"
    sources = copied_to(tree)
    for name in STRAYS:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("stray", encoding="utf-8")
    with tarfile.open(built("sdist", tree)) as archive:
        archive.extractall(tree.parent, filter="data")
        names = {name.partition("/")[2] for name in archive.getnames()}
    unpacked = tree.parent / f"bpnet_mnist-{bpnet.__version__}"
    with zipfile.ZipFile(built("wheel", unpacked)) as archive:
        wheel = set(archive.namelist())
        metadata = archive.read(f"{unpacked.name}.dist-info/METADATA")
        archive.extractall(tree.parent / "site")
    shutil.rmtree(unpacked)
    return Packages(sources, names, wheel, message_from_bytes(metadata), tree.parent / "site")


def test_the_sdist_holds_every_source_and_no_stray(packages: Packages) -> None:
    assert packages.sdist == packages.sources | {"PKG-INFO"}


def test_the_wheel_holds_the_module_and_the_configs_in_it(packages: Packages) -> None:
    module = {name for name in packages.wheel if ".dist-info/" not in name}
    kept = {name for name in packages.sources if name.startswith(("bpnet/", "configs/"))}
    assert module == {re.sub("^configs/", "bpnet/configs/", name) for name in kept}


def test_the_wheel_is_typed_and_brings_the_page_of_a_report(packages: Packages) -> None:
    assert "bpnet/py.typed" in packages.wheel
    page = {Path(name).suffix for name in packages.wheel if name.startswith("bpnet/report/")}
    assert {".html", ".css", ".js"} <= page


def in_an_empty_folder(packages: Packages, folder: Path, *commands: str) -> list[str]:
    """Run the commands, one after the other, on the wheel alone; return the lines they print."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-P", "-c", RUN, *commands],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(packages.unpacked)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_wheel_works_alone(packages: Packages, small_data: Path, tmp_path: Path) -> None:
    lines = in_an_empty_folder(
        packages, tmp_path / "empty", "config check --config mnist", "config list",
        f"train --config drawn --data-dir {small_data} {FEW}", "eval",
        "gradcheck --set network.hidden=2", "report",
    )  # fmt: skip
    assert lines[0] == f"{packages.unpacked}/bpnet/configs/mnist.yaml: no problems"
    names = sorted(path.stem for path in ROOT.glob("configs/*.yaml"))
    listed, rest = lines[1 : 1 + len(names)], lines[1 + len(names) :]
    assert [line.split()[0] for line in listed] == names
    _, run, scored, *_, verdict, page = rest
    assert re.fullmatch("runs/[0-9_-]+_drawn-s0", run)
    assert scored == run
    assert verdict.startswith("gradients right: ")
    assert page == f"{run}/report.html"


def test_the_wheel_exports(packages: Packages, small_config: Config, tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="no safetensors")
    run = bpnet.train(small_config, {"train.epochs": 1}, tmp_path / "run").folder
    command = f"export {run} --to safetensors net.safetensors"
    assert in_an_empty_folder(packages, tmp_path / "empty", command) == ["net.safetensors"]


def test_the_distribution_has_a_name_of_its_own_and_the_modules_version(packages: Packages) -> None:
    assert packages.metadata["Name"] == "bpnet-mnist"
    assert packages.metadata["Version"] == bpnet.__version__
    assert packages.metadata["License-Expression"] == "MIT"


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    changelog = (ROOT / ".github/CHANGELOG.md").read_text(encoding="utf-8")
    first = next(line for line in changelog.splitlines() if line.startswith("## "))
    assert first.split()[1] == bpnet.__version__
