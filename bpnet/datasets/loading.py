"""A name, a folder -> a `Dataset`: files found, downloaded or drawn, then read and checked."""

import os
from collections.abc import Mapping
from pathlib import Path

from bpnet.config import DataConfig
from bpnet.datasets import cache, catalogue, idx
from bpnet.datasets.catalogue import NAMES, Source
from bpnet.datasets.mixing import mixed
from bpnet.datasets.splits import Dataset, Split, split
from bpnet.errors import DataError
from bpnet.system.progress import ByteProgress, Tell, silent, silently

MIXED = "sketched"  # the dataset whose images data.mix mixes in


def folder(config: DataConfig) -> Path:
    """Return the folder in which the dataset's files lie, or will.

    Raises: DataError if it is in the home of a user that is not known.
    """
    try:
        return Path(config.dir).expanduser() / config.dataset
    except RuntimeError as error:
        raise DataError(f"data.dir: {config.dir}: {error}") from error


def load(config: DataConfig, progress: ByteProgress = silently, tell: Tell = silent) -> Dataset:
    """Return the configured dataset; the last `validation` training images are held out.

    What `mix` asks for is mixed into the others.
    Raises: DataError, StorageError.
    """
    dataset = _dataset(config, *fetch(config, progress, tell))
    if not config.mix:
        return dataset
    return mixed(dataset, load(_others(config), progress, tell), MIXED, config.mix)


def find(config: DataConfig, tell: Tell = silent) -> Dataset:
    """Return the configured dataset as `load` does, but write nothing into its folder.

    It is for a folder that nobody but the config of a run has named.
    Raises: DataError, StorageError.
    """
    dataset = _dataset(config, *_find(config, tell))
    if not config.mix:
        return dataset
    return mixed(dataset, find(_others(config), tell), MIXED, config.mix)


def _others(config: DataConfig) -> DataConfig:
    return DataConfig(MIXED, config.dir, validation=0)


def _find(config: DataConfig, tell: Tell) -> tuple[dict[str, bytes], Mapping[str, str]]:
    """Return what `fetch` does, but write nothing."""
    where = folder(config)
    told = f"{where}: does not hold {config.dataset}, and only the run's config names it"
    if config.dataset not in catalogue.SOURCES:
        from bpnet.datasets import drawn_digits  # the pen: 10 ms that most starts do without

        contents = drawn_digits.read(where, config.dataset)
        if contents is None:
            tell(f"{told}: the digits are drawn, and not kept; --data-dir DIR keeps them")
            contents = drawn_digits.draw(config.dataset)
        return contents, drawn_digits.sha256(contents)
    source = catalogue.SOURCES[config.dataset]
    contents = cache.find(source, where, tell)
    if len(contents) < len(source.files):
        raise DataError(f"{told}: say with --data-dir where it is, or is to be downloaded to")
    return contents, _packed_sha256(source)


def _dataset(config: DataConfig, contents: dict[str, bytes], sha256: Mapping[str, str]) -> Dataset:
    everything = _split(contents, "train")
    if config.validation >= len(everything):
        raise DataError(
            f"data.validation: {config.validation} of {len(everything)} training images held out "
            "leave none to train on"
        )
    end = len(everything) - config.validation
    return Dataset(
        train=everything[:end],
        validation=everything[end:],
        test=_split(contents, "t10k"),
        sha256=sha256,
    )


def fetch(
    config: DataConfig, progress: ByteProgress = silently, tell: Tell = silent
) -> tuple[dict[str, bytes], Mapping[str, str]]:
    """Return the content of each file by its name, and the hashes by which it is known."""
    if config.dataset not in catalogue.SOURCES:
        from bpnet.datasets import drawn_digits

        contents = drawn_digits.load(folder(config), tell, config.dataset)
        return contents, drawn_digits.sha256(contents)
    source = catalogue.SOURCES[config.dataset]
    mirror = os.environ.get("BPNET_MIRROR")
    contents = cache.load(source, folder(config), mirror, progress, tell)
    return contents, _packed_sha256(source)


def _packed_sha256(source: Source) -> dict[str, str]:
    return {file.name: file.packed.sha256 for file in source.files}


def verify(config: DataConfig) -> Mapping[str, str]:
    """Return for each file of the dataset whether it is in the folder, and right."""
    if config.dataset not in catalogue.SOURCES:
        from bpnet.datasets import drawn_digits

        state = "right" if drawn_digits.read(folder(config), config.dataset) else "missing or wrong"
        return dict.fromkeys(NAMES, state)
    return cache.verify(catalogue.SOURCES[config.dataset], folder(config))


def _split(contents: dict[str, bytes], part: str) -> Split:
    images, labels = (name for name in NAMES if name.startswith(part))
    return split(
        idx.parse(contents[images], 3, images), idx.parse(contents[labels], 1, labels), part
    )
