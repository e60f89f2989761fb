"""Fuzzing led by coverage: an input that reaches a new line of a reader is kept, and changed on.

    python3.11 -m venv .fuzz && .fuzz/bin/pip install -e ".[fuzz]"
    .fuzz/bin/python tests/fuzzing.py archives --seconds 600

What may come of an input is held by `helpers/readers.py`, as in the tests. A finding ends the run
with a traceback, and its input lies in the folder named at the start.
"""

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path

import atheris

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

with atheris.instrument_imports(include=["bpnet", "yaml", "json"]):
    from tests.helpers import readers

CONFIGS = sorted((HERE.parent / "configs").glob("*.yaml"))
Check = Callable[[bytes], object]


def archives(folder: Path) -> tuple[Check, Sequence[bytes]]:
    """Weights, a checkpoint, and metadata under a right SHA-256, by the first byte."""

    def check(data: bytes) -> None:
        kind, content = data[:1], data[1:]
        if kind == b"w":
            readers.read_weights(content)
        elif kind == b"c":
            readers.read_checkpoint(content)
        elif kind == b"m":
            readers.read_any_checkpoint(readers.seal_metadata(content), readers.empty())

    metadata = readers.members()["metadata"].tobytes()
    seeds = [b"w" + readers.WEIGHTS, b"c" + readers.CHECKPOINT, b"m" + metadata]
    return check, seeds


def idx(folder: Path) -> tuple[Check, Sequence[bytes]]:
    """Images and labels, after two bytes for the length of the labels."""

    def check(data: bytes) -> None:
        length = 2 + int.from_bytes(data[:2], "big")
        readers.read_idx(data[length:], data[2:length])

    length = len(readers.LABELS).to_bytes(2, "big")
    return check, [length + readers.LABELS + readers.IMAGES]


def config(folder: Path) -> tuple[Check, Sequence[bytes]]:
    """A config file."""

    def check(data: bytes) -> None:
        readers.read_config(folder / "c.yaml", data)

    return check, [path.read_bytes() for path in CONFIGS]


def names(folder: Path) -> tuple[Check, Sequence[bytes]]:
    """The names of classes, of classes.txt."""

    def check(data: bytes) -> None:
        readers.read_class_names(folder / "classes.txt", data)

    return check, [readers.NAMES]


def main() -> None:
    """Fuzz one reader for a while."""
    targets = {target.__name__: target for target in (archives, idx, config, names)}
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("target", choices=targets)
    parser.add_argument("--seconds", type=int, default=600)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix=f"fuzzing-{chosen.target}-"))
    print(f"corpus and findings: {folder}")
    check, seeds = targets[chosen.target](folder)
    (folder / "corpus").mkdir()
    for number, seed in enumerate(seeds):
        (folder / "corpus" / f"good-{number}").write_bytes(seed)
    options = [f"-max_total_time={chosen.seconds}", f"-artifact_prefix={folder}/", "-max_len=8192"]
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", str(folder / "corpus")], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
