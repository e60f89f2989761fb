"""Small files that would be large, slow or deep, were they believed."""

import gzip
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bpnet import config
from bpnet.datasets.catalogue import NAMES, File, Published, Source
from bpnet.runs import metadata
from tests.helpers.damage import Damage, holds
from tests.helpers.readers import seal

YAML_LIMIT = 64 * 1024
MEBIBYTE = 2**20
HEADER = 128  # bytes of an array that come before its numbers


def filled(piece: str, start: str = "", end: str = "") -> bytes:
    """Return as much text as a config may have."""
    count = (YAML_LIMIT - len(start) - len(end)) // len(piece)
    return f"{start}{piece * count}{end}".encode()


LAUGHS = "a0: &a0 [ha]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 10))
MERGES = "a0: &a0 {k: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{f'*a{n - 1},' * 9}]}}\n" for n in range(1, 10)
)
CONFIGS = {
    "laughs": LAUGHS.encode(),
    "merges": MERGES.encode(),
    "open brackets": filled("["),
    "open braces": filled("{"),
    "nested keys": filled("{a: "),
    "the same key": filled("a: b\n"),
    "keys without a space": filled("a:b\n"),
    "a list in a line": filled("1,", "network: {hidden: [", "]}"),
    "a list in lines": filled("- \n"),
    "unknown keys": "".join(f"key{n}: 1\n" for n in range(6000)).encode()[:YAML_LIMIT],
    "documents": filled("--- 1\n"),
    "directives": filled("%a b\n"),
    "a word": filled("a", "seed: "),
    "words": filled("a ", "seed: "),
    "lines of a word": filled("a\n  ", "seed: "),
    "escapes": filled("\\x41", 'seed: "', '"'),
    "quotes": filled("''", "seed: '", "'"),
    "digits": filled("9", "train: {learning_rate: ", "}"),
    "digits and a letter": filled("9", "train: {learning_rate: ", "x}"),
    "digits after a point": filled("9", "train: {learning_rate: 0.", "x}"),
    "an exponent": filled("9", "train: {learning_rate: 1e", "}"),
    "sexagesimals": filled("1:", "train: {learning_rate: ", "x}"),
    "underscores": filled("1_", "train: {epochs: ", "}"),
    "comments": filled("#\n"),
    "anchors": filled("&a "),
    "tags": filled("!a "),
}

FACTS = {
    "deep lists": b"[" * metadata.LIMIT,
    "deep objects": b'{"a":' * (metadata.LIMIT // 5),
    "wide lists": b"[" + b"[]," * (metadata.LIMIT // 3 - 2) + b"0]",
    "wide objects": b"[" + b'{"":0},' * (metadata.LIMIT // 7 - 2) + b"0]",
    "numbers": b"[" + b"1e1," * (metadata.LIMIT // 4 - 2) + b"0]",
    "a long number": b"9" * metadata.LIMIT,
    "a long string": b'"' + b"\\n" * (metadata.LIMIT // 2 - 2) + b'"',
    "blanks": b" " * metadata.LIMIT,
}


def sparse(start: bytes = b"", size: int = 10**10) -> Damage:
    """Return what makes a file of 10 GB, or another size, that takes no room."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(start)
            file.truncate(size)

    return make


def configured(name: str, value: Any) -> Damage:
    """Return what changes a key of the run's config: what may be in its files may then be more."""

    def damage(run: Path) -> None:
        found = config.load(run / "config.yaml", {name: value}, {})
        (run / "config.yaml").write_text(config.dump(found), encoding="utf-8")
        (run / "run.json").unlink()

    return damage


def entries(name: str) -> Damage:
    """Return what makes a file of the run an archive of 600,000 empty folders, 29 MB."""
    fields = (20, 20, 0, 0, 0, 33, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0)
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", *fields) + b"a/"
    count, size = 600_000, 600_000 * len(entry)
    end = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, 0)
    end += struct.pack("<4sIQI", b"PK\6\7", 0, size, 1)
    end += struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1, 0)
    return lambda run: (run / name).write_bytes(entry * count + end)


def zeros(name: str, member: str, mebibytes: int) -> Damage:
    """Return what lets an array of an archive be so many zeros, and deflates all."""

    def damage(run: Path) -> None:
        with zipfile.ZipFile(run / name) as archive:
            contents = {found: archive.read(found) for found in archive.namelist()}
        with zipfile.ZipFile(run / name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for found, content in contents.items():
                with archive.open(found, "w") as file:
                    file.write(content[:HEADER] if found == member else content)
                    for _ in range(mebibytes if found == member else 0):
                        file.write(bytes(MEBIBYTE))

    return damage


def first_member(change: Callable[[bytes], bytes], name: str = "weights.npz") -> Damage:
    """Return what changes the bytes of the first array of an archive, and leaves the rest."""

    def damage(run: Path) -> None:
        with zipfile.ZipFile(run / name) as archive:
            contents = {member: archive.read(member) for member in archive.namelist()}
        first = next(iter(contents))
        before, contents[first] = contents[first], change(contents[first])
        assert contents[first] != before
        with zipfile.ZipFile(run / name, "w") as archive:
            for member, content in contents.items():
                archive.writestr(zipfile.ZipInfo(member), content)

    return damage


def shaped(content: bytes) -> bytes:
    """Return an array that says it has 100,000 x 100,000 numbers."""
    return content.replace(b"(784, 16), }" + b" " * 7, b"(100000, 100000), }")


def claimed(run: Path) -> None:
    """Let the archive say that its first array is 4 GiB long."""
    content = bytearray((run / "weights.npz").read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 20 : place + 28] = b"\xfe\xff\xff\xff" * 2
    holds("weights.npz", bytes(content))(run)


def believed(change: Callable[[dict[str, Any]], dict[str, Any]] | bytes) -> Damage:
    """Return what gives the checkpoint this metadata, under a right SHA-256, and no second one."""

    def damage(run: Path) -> None:
        path = run / "checkpoint.npz"
        with np.load(path) as file:
            arrays = dict(file)
        found = json.loads(arrays["metadata"].tobytes())
        text = change if isinstance(change, bytes) else json.dumps(change(found)).encode()
        path.write_bytes(seal(arrays | {"metadata": np.frombuffer(text, np.uint8)}))
        (run / "checkpoint.previous.npz").unlink()

    return damage


def gzip_bomb() -> bytes:
    """Return 10 MB that are 10 GB when unpacked."""
    return gzip.compress(bytes(16 * MEBIBYTE)) * 640


def source(size: int) -> Source:
    """Return a dataset that nobody has: packed files of this size, no mirrors."""
    files = [
        File(Published(f"{name}.gz", size, "0" * 64), Published(name, size, "0" * 64))
        for name in NAMES
    ]
    return Source((), tuple(files))
