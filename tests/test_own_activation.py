"""Another activation is one class and one line: the exercise of bpnet/README.md, performed.

It is done as a reader does it: in a copy of the program, with an editor, from the command line.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import bpnet

PACKAGE = Path(bpnet.__file__).parent
README = (PACKAGE / "README.md").read_text(encoding="utf-8")
SECTION = re.split(r"^## ", README.partition("## A layer of your own\n")[2], flags=re.MULTILINE)[0]
TANH, TANH_LINE, PYTHON = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
SHOWN, SHOWN_BROKEN = re.findall(r"```console\n(.*?)```", SECTION, re.DOTALL)

LEAKY_LINE = '    "leaky_relu": "leaky.LeakyRelu",\n'
LEAKY = '''
import numpy as np

class LeakyRelu:
    """y = x where x > 0, else x / 100: in a module of its own, with a mask as Relu's."""

    def forward(self, x):
        self.mask = x <= 0
        y = x.copy()
        y[self.mask] *= 0.01
        return y

    def backward(self, dout):
        dx = dout.copy()
        dx[self.mask] *= 0.01
        return dx
'''


def edited(folder, line):
    """Copy the program into the folder, and write a line at the end of its table."""
    shutil.copytree(PACKAGE, folder / "bpnet", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PACKAGE.parent / "configs", folder / "configs")
    registry = folder / "bpnet/registry.py"
    text = registry.read_text(encoding="utf-8")
    text, count = re.subn(r"(?s)(?<=ACTIVATIONS = \{)(.*?)(?=^\})", rf"\1{line}", text, flags=re.M)
    assert count == 1
    registry.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def with_tanh(tmp_path_factory):
    folder = edited(tmp_path_factory.mktemp("tanh"), TANH_LINE)
    with (folder / "bpnet/layers/activations.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{TANH}")
    return folder


@pytest.fixture(scope="module")
def with_leaky_relu(tmp_path_factory):
    folder = edited(tmp_path_factory.mktemp("leaky"), LEAKY_LINE)
    (folder / "leaky.py").write_text(LEAKY, encoding="utf-8")
    return folder


@pytest.fixture
def run(small_data):
    """Run a command line in a folder, whose own copy of the program is the one that is found."""

    def python(folder, *arguments, status=0):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("BPNET", "PYTHON"))}
        ended = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=folder,
            env=environment | {"BPNET_DATA_DIR": str(small_data)},
            capture_output=True,
            encoding="utf-8",
        )
        assert ended.returncode == status, ended.stderr
        assert "Traceback" not in ended.stderr
        return ended.stdout

    return python


def small(command):
    """Return the arguments of a command of the README, for little data and two epochs."""
    program, *arguments = shlex.split(command)
    assert program == "bpnet"
    settings = ["--set", "data.validation=100", "--set", "train.epochs=2"]
    return [*arguments, *(settings if arguments[0] == "train" else [])]


def form(line):
    """Return a line of output without what differs from run to run: numbers, and alignment."""
    return re.sub(r"[-+]?\d[\d.e:_+-]*", "#", " ".join(line.split()))


def blocks():
    """Yield each command that the README shows, with the lines of output under it."""
    for block in re.split(r"^\$ ", SHOWN, flags=re.MULTILINE)[1:]:
        command, *lines = block.splitlines()
        yield command, [line for line in lines if line != "..."]


def test_the_readmes_exercise_works_with_its_two_edits_alone(with_tanh, run):
    found = run(with_tanh, "-c", "import bpnet; print(bpnet.__file__)")
    assert Path(found.strip()).is_relative_to(with_tanh)
    commands = []
    for command, shown in blocks():
        printed = [
            form(line) for line in run(with_tanh, "-m", "bpnet", *small(command)).splitlines()
        ]
        assert [form(line) for line in shown if form(line) not in printed] == []
        commands.append(command.split()[1])
    assert commands == ["gradcheck", "train", "eval"]


def test_the_readmes_broken_layer_has_the_row_that_is_shown(with_tanh, run, tmp_path):
    shutil.copytree(with_tanh, tmp_path / "broken")
    layers = tmp_path / "broken/bpnet/layers/activations.py"
    head, _, tail = layers.read_text(encoding="utf-8").rpartition("class Tanh:")
    assert "return dx" in tail
    broken = tail.replace("return dx", "pass")
    layers.write_text(f"{head}class Tanh:{broken}", encoding="utf-8")
    printed = run(tmp_path / "broken", "-m", "bpnet", "gradcheck", status=1).splitlines()
    command, *shown = SHOWN_BROKEN.splitlines()
    assert command == "$ bpnet gradcheck"
    assert {form(line) for line in shown} - {"..."} <= {form(line) for line in printed}
    assert sum("FAILED" in line or "WRONG" in line for line in printed) == 2


def test_the_readmes_python_prints_a_row_for_each_array(with_tanh, run):
    printed = run(with_tanh, "-c", PYTHON).splitlines()
    assert printed == [f"Affine.{name} True None" for name in ("x", "W", "b")]


def test_an_activation_may_lie_in_a_module_of_its_own(with_leaky_relu, run):
    settings = ["--set", "network.activation=leaky_relu", "--set", "network.hidden=[20,20]"]
    report = json.loads(run(with_leaky_relu, "-m", "bpnet", "gradcheck", "--json", *settings))
    assert report["passed"] is True
    assert "LeakyRelu.x" in [row["name"] for row in report["rows"]]


def test_every_command_takes_a_run_of_it(with_leaky_relu, run):
    def program(command):
        return run(with_leaky_relu, "-m", "bpnet", *small(command))

    setting = "--set network.activation=leaky_relu"
    *_, folder = program(f"bpnet train --config drawn {setting}").splitlines()
    config = (with_leaky_relu / folder / "config.yaml").read_text(encoding="utf-8")
    assert "activation: leaky_relu\n" in config
    assert json.loads(program("bpnet eval --json"))["runs"][0]["accuracy"] > 0.2

    pixels = np.full((28, 28), 255, np.uint8)
    pixels[4:24, 13:15] = 0
    Image.fromarray(pixels).save(with_leaky_relu / "one.png")
    assert "one.png" in program("bpnet predict one.png")
    program("bpnet report")
