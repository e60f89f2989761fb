"""The files of a dataset, taken from one data folder to be put into another, on another machine."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bpnet.config import DataConfig
from bpnet.datasets import catalogue, drawn_digits, loading, own_files, packing, published_files
from bpnet.errors import DataError
from bpnet.system import storage

QUICK = 1  # of zlib's levels: 47 MB of images take half a second, and are 12 MB then


def pack(config: DataConfig) -> tuple[str, dict[str, bytes]]:
    """Return the SHA-256 of the data, and each file by its path in a data folder, compressed.

    Raises: DataError, StorageError if they are not there.
    """
    files = _files(config)
    if config.mix:
        files |= _files(replace(config, dataset=loading.MIXED, mix=0))
    whole = hashlib.sha256()
    for name, content in sorted(files.items()):
        whole.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest(), {
        name: zlib.compress(content, QUICK) for name, content in files.items()
    }


def unpack(packed: Mapping[str, bytes], folder: Path) -> None:
    """Put the files into the folder, which is then a data folder. Raises: StorageError."""
    for name, content in packed.items():
        storage.make_folder((folder / name).parent)
        storage.write(folder / name, zlib.decompress(content))


def _files(config: DataConfig) -> dict[str, bytes]:
    """Return the content of each file by its path in a data folder."""
    where, dataset = loading.folder(config), config.dataset
    if dataset == "files":
        names = "\n".join(own_files.classes(where, expected=config.classes))
        return {**own_files.load(where), own_files.CLASSES: f"{names}\n".encode()}
    if dataset in catalogue.SOURCES:
        files = _published(catalogue.SOURCES[dataset], where)
    else:
        contents = drawn_digits.read(where, dataset) or drawn_digits.draw(dataset)
        files = drawn_digits.files(contents, dataset)
    return {f"{dataset}/{name}": content for name, content in files.items()}


def _published(source: catalogue.Source, where: Path) -> dict[str, bytes]:
    """Return each file in a form by which it is known again."""
    files = {}
    for file in source.files:
        content = published_files.original(source, where, file)
        if content is None:
            looked = published_files.whereabouts(source, where, file)
            raise DataError(f"{where}: {file.name} is missing ({looked})")
        if file.unpacked:  # each run reads it the quicker way
            content = packing.unpacked(content)
        files[file.packed.name if packing.is_packed(content) else file.name] = content
    return files
