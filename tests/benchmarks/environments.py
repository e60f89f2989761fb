"""A virtual environment for each contender, so that none sees what another has installed.

They lie in `.bench/`, each with its part of the extra `bench` of pyproject.toml.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / ".bench"
PACKAGES = {
    "bpnet": ["scipy"],
    "torch": ["torch", "numpy"],
    "jax": ["jax"],
    "keras-jax": ["keras", "jax"],
    "keras-tensorflow": ["keras", "tensorflow-cpu"],
    "scikit-learn": ["scikit-learn"],
    "letters": ["Hershey-Fonts", "font-amatic-sc", "font-intuitive"],
}


def python(name):
    """Return the interpreter of the environment, or None if it is not installed."""
    folder = FOLDER / name
    return folder / "bin" / "python" if (folder / "installed").exists() else None


def version(package):
    """Return the version of the package that `install` installs."""
    return _requirement(package).partition("==")[2]


def install():
    """Make every environment that is missing; tell of those that cannot be had."""
    for name, packages in PACKAGES.items():
        if python(name):
            continue
        print(f"installing {name}", file=sys.stderr)
        interpreter = FOLDER / name / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", FOLDER / name], check=True)
        wanted = [_requirement(package) for package in packages]
        if name == "bpnet":
            wanted += ["-e", ROOT]
        command = [interpreter, "-m", "pip", "install", "-q", *wanted]
        if subprocess.run(command, check=False).returncode == 0:
            (FOLDER / name / "installed").touch()
        else:
            print(f"{name} could not be installed and is left out", file=sys.stderr)


def _requirement(package):
    """Return the package with its version, as pyproject.toml has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    everything = project["dependencies"] + project["optional-dependencies"]["bench"]
    return next(text for text in everything if text.startswith(package))
