"""Folders of runs, spoilt as a whole: files missing, swapped, of other runs, of other kinds."""

import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import numpy as np

CHECKPOINTS = ("checkpoint.npz", "checkpoint.previous.npz")
FILES = ("config.yaml", "run.json", *CHECKPOINTS, "log.csv", "weights.npz", "doubt.npz", ".lock")
ALONE = ("finished", "interrupted", "killed", "early")  # runs of one config, at different times
ENDED = ("finished", "twin", "other")  # of different configs
# They are made anew.
DERIVED = ("log.csv", "weights.npz", "doubt.npz", "checkpoint.previous.npz", ".lock")

Spoil = Callable[[Path, Path, random.Random], object]  # a file, the good runs, and chance


def spoilt(stock: Path, place: Path, rng: random.Random) -> str:
    """Copy a run, or a folder of seeds, from the stock into the place, spoil it, and say how."""
    kind = rng.choice((*ALONE, *ALONE, "seeds"))
    shutil.copytree(stock / kind, place / "run")
    done = [kind]
    for _ in range(rng.randint(1, 3)):
        folder = place / "run"
        if kind == "seeds":
            there = sorted(path for path in folder.iterdir() if path.is_dir())
            if rng.random() < 0.3 and there:
                done.append(_spoil_the_set(folder, rng.choice(there), rng))
                continue
            folder = rng.choice(there) if there else folder
        name, way = rng.choice(FILES), rng.choice(list(WAYS))
        path = folder / name
        if path.is_file() and not path.is_symlink() and path.stat().st_size:
            _ways(name)[way](path, stock, rng)
            done.append(f"{folder.name}/{name} {way}")
    return ", ".join(done)


def _spoil_the_set(folder: Path, seed: Path, rng: random.Random) -> str:
    """Spoil what makes seeds a set."""
    way = rng.choice(("missing", "elsewhere", "another name", "no record", "another record"))
    record = folder / "seeds.json"
    if way == "missing":
        shutil.rmtree(seed)
    elif way == "elsewhere":
        seed.rename(folder.parent / f"elsewhere-{rng.random()}")
    elif way == "another name":
        with suppress(OSError):
            seed.rename(folder / rng.choice(("seed-00", "seed-7", "seed-１", "one", "seed-0")))
    elif way == "no record":
        record.unlink(missing_ok=True)
    else:
        record.write_bytes(rng.choice((b"", b"[]", b'{"first": 0, "count": 3, "x": 1}')))
    return f"{seed.name}: {way}"


def _ways(name: str) -> dict[str, Spoil]:
    """Return the ways to spoil this file; a part of a config could be another config."""
    return WAYS | dict.fromkeys(("cut", "longer", "changed"), _junk) if name[0] == "c" else WAYS


def _missing(path: Path, stock: Path, rng: random.Random) -> None:
    path.unlink()


def _swap(path: Path, stock: Path, rng: random.Random) -> None:
    other, between = path.with_name(rng.choice(FILES)), path.with_name("between")
    if "config.yaml" in (path.name, other.name) and rng.random() < 0.8:
        return
    path.rename(between)
    if os.path.lexists(other):
        other.rename(path)
    between.rename(other)


def _of_another(path: Path, stock: Path, rng: random.Random) -> None:
    other = stock / rng.choice((*ENDED, *ALONE)) / path.name
    path.write_bytes(other.read_bytes() if other.exists() else b"")


def _folder(path: Path, stock: Path, rng: random.Random) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_bytes(rng.randbytes(8))


def _cut(path: Path, stock: Path, rng: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(len(content))])


def _longer(path: Path, stock: Path, rng: random.Random) -> None:
    path.write_bytes(path.read_bytes() + bytes(rng.choice((1, 1000, 200_000))))


def _changed(path: Path, stock: Path, rng: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1 << rng.randrange(8)  # in an archive: of the parameters
    path.write_bytes(content)


def _junk(path: Path, stock: Path, rng: random.Random) -> None:
    path.write_bytes(rng.choice((b"", b"\0" * 100, b"{", b"PK", rng.randbytes(50))))


def _link(*targets: str) -> Spoil:
    def spoil(path: Path, stock: Path, rng: random.Random) -> None:
        path.unlink()
        path.symlink_to(rng.choice(targets).format(path=path, stock=stock))

    return spoil


def _pipe(path: Path, stock: Path, rng: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def _extra(path: Path, stock: Path, rng: random.Random) -> None:
    path.with_name(rng.choice(("notes.txt", f"{path.name}.corrupt"))).write_bytes(rng.randbytes(9))


WAYS: dict[str, Spoil] = {
    "missing": _missing,
    "swapped": _swap,
    "of another run": _of_another,
    "a folder": _folder,
    "cut": _cut,
    "longer": _longer,
    "changed": _changed,
    "junk": _junk,
    "a link": _link("{path}", "nothing", "/dev/zero", "/dev/null", "{stock}/twin/run.json"),
    "a link to another run": _link("{stock}/interrupted/checkpoint.npz"),
    "a pipe": _pipe,
    "something beside it": _extra,
}


def tree(folder: Path) -> dict[str, str]:
    """Return what lies in the folder, at any depth: the kind of each entry, and what it holds."""
    return {str(path.relative_to(folder)): _what(path) for path in sorted(folder.rglob("*"))}


def _what(path: Path) -> str:
    if path.is_symlink():
        return f"link to {os.readlink(path)}"
    return content_of(path) if path.is_file() else f"{path.stat().st_mode:o}"


def content_of(path: Path) -> str:
    """Return the SHA-256 of what the file holds, or the one that it leads to."""
    return sha256(path.read_bytes()).hexdigest()


def numbers(path: Path) -> str:
    """Return a hash of the arrays in weights.npz, as NumPy reads them."""
    with np.load(path) as file:
        return sha256(b"".join(file[name].tobytes() for name in file)).hexdigest()
