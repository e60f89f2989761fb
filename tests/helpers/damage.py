"""Run directories, and what can be wrong with one."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bpnet.array import Array
from bpnet.runs import metadata, npz
from tests.helpers import forks

Damage = Callable[[Path], object]  # of the run directory


def copied(*damages: Damage) -> Damage:
    """Return what copies the run, which lies beside the folders of the rows, and damages it."""

    def make(folder: Path) -> None:
        shutil.copytree(folder.parent / "run", folder / "run")
        for damage in damages:
            damage(folder / "run")

    return make


def said(**changes: object) -> Damage:
    """Return what changes run.json; None takes a fact out."""

    def damage(run: Path) -> None:
        path = run / "run.json"
        merged = json.loads(path.read_bytes()) | changes
        kept = {name: fact for name, fact in merged.items() if fact is not None}
        path.write_text(json.dumps(kept), encoding="utf-8")

    return damage


def has_begun_with(**settings: object) -> Damage:
    """Return what lets run.json say that the run has begun with other settings."""
    return lambda run: said(config=metadata.read(run)["config"] | settings)(run)


stopped = said(status="interrupted", weights_sha256=None)


def holds(name: str, content: bytes) -> Damage:
    """Return what puts other content into a file of the run."""
    return lambda run: (run / name).write_bytes(content)


def without(*names: str) -> Damage:
    """Return what removes files of the run."""

    def damage(run: Path) -> None:
        for name in names:
            (run / name).unlink()

    return damage


def becomes(name: str, make: Callable[[Path], object]) -> Damage:
    """Return what puts something else in the place of a file of the run."""

    def damage(run: Path) -> None:
        (run / name).unlink(missing_ok=True)
        make(run / name)

    return damage


def cut(name: str, end: int) -> Damage:
    """Return what cuts a file of the run."""
    return lambda run: (run / name).write_bytes((run / name).read_bytes()[:end])


def flipped(name: str, place: int) -> Damage:
    """Return what flips the bits of a byte of a file of the run."""

    def damage(run: Path) -> None:
        content = bytearray((run / name).read_bytes())
        content[place] ^= 255
        (run / name).write_bytes(content)

    return damage


def weights(*members: str, **changed: Callable[[Array], Array]) -> Damage:
    """Return what writes weights.npz anew: with these members, some with other arrays."""

    def damage(run: Path) -> None:
        with np.load(run / "weights.npz") as file:
            arrays = dict(file) | {name: change(file[name]) for name, change in changed.items()}
        content = npz.pack({name: arrays[name] for name in members or arrays})
        (run / "weights.npz").write_bytes(content)

    return damage


def poisoned(array: Array) -> Array:
    """Return the array with a number in it that is none."""
    return np.where(np.arange(len(array)) == 3, np.nan, array).astype(array.dtype)


def deflated(run: Path) -> None:
    """Write the weights as an archive that must be unpacked."""
    with np.load(run / "weights.npz") as file:
        np.savez_compressed(run / "weights.npz", **file)


def with_objects(run: Path) -> None:
    """Write weights that are an object of Python."""
    content = np.array([print], dtype=object)
    with (run / "weights.npz").open("wb") as file:
        np.savez(file, W1=content, allow_pickle=True)


def npy(array: Array) -> bytes:
    """Return the array as a .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def make_runs(folder: Path, data: Path) -> None:
    """Make three runs: one of two epochs, its twin of another seed, and one of another network."""
    shutil.copytree(data, folder / "data")
    train = ["train", "--config", "c.yaml", "--quiet", "--run-dir"]
    (folder / "c.yaml").write_text(
        f"data: {{dataset: drawn, dir: {folder / 'data'}, validation: 100}}\n"
        "network: {hidden: [16]}\ntrain: {epochs: 2}\n",
        encoding="utf-8",
    )
    other = ["--set", "network.hidden=[12]", "--set", "data.validation=0"]
    for arguments in (["run"], ["twin", "--set", "seed=1"], ["other", *other]):
        assert forks.run(folder, *train, *arguments).status == 0
