"""A name, a folder -> a `Dataset`: files found, downloaded or drawn, then read and checked."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bpnet.config import Config, DataConfig
from bpnet.datasets import cache, catalogue, idx, published_files
from bpnet.datasets.catalogue import NAMES, Source
from bpnet.datasets.mixing import mixed
from bpnet.datasets.splits import Dataset, Split, split
from bpnet.errors import DataError
from bpnet.system.progress import ByteProgress, Tell, silent, silently

COUNTS = (60_000, 10_000)  # of every dataset but own files
MIXED = "sketched"  # the dataset whose images data.mix mixes in


def folder(config: DataConfig) -> Path:
    """Return the folder in which the dataset's files lie, or will: for own files data.dir itself.

    Raises: DataError if it is in the home of a user that is not known.
    """
    try:
        where = Path(config.dir).expanduser()
    except RuntimeError as error:
        raise DataError(f"data.dir: {config.dir}: {error}") from error
    return where if config.dataset == "files" else where / config.dataset


def counts(config: DataConfig) -> tuple[int, int]:
    """Return how many images the dataset has to train on, those held out too, and to test on.

    Raises: DataError, StorageError if own files do not say it.
    """
    if config.dataset != "files":
        return COUNTS
    from bpnet.datasets import own_files  # 3 ms that most starts do without

    return own_files.counts(folder(config))


def completed(config: Config) -> Config:
    """Return the config with the names of the classes, which own files bring with them.

    Raises: DataError, StorageError.
    """
    if config.data.dataset != "files" or config.data.classes:
        return config
    from bpnet.datasets import own_files

    classes = tuple(own_files.classes(folder(config.data)))
    return replace(config, data=replace(config.data, classes=classes))


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
    if config.dataset == "files":
        return fetch(config)
    if config.dataset not in catalogue.SOURCES:
        from bpnet.datasets import drawn_digits  # the pen: 10 ms that most starts do without

        contents = drawn_digits.read(where, config.dataset)
        if contents is None:
            tell(f"{told}: the digits are drawn, and not kept; --data-dir DIR keeps them")
            contents = drawn_digits.draw(config.dataset)
        return contents, idx.sha256(contents)
    source = catalogue.SOURCES[config.dataset]
    contents = cache.find(source, where, tell)
    missing = [file for file in source.files if file.name not in contents]
    if missing:
        looked = published_files.whereabouts(source, where, missing[0])
        raise DataError(
            f"{told}: say with --data-dir where it is, or is to be downloaded to ({looked})"
        )
    return contents, _packed_sha256(source)


def _dataset(config: DataConfig, contents: dict[str, bytes], sha256: Mapping[str, str]) -> Dataset:
    known = _classes(config, contents)
    everything = _split(contents, "train", list(known.values()))
    left = left_to_train_on(config, len(everything))
    return Dataset(
        train=everything[: config.train or left],
        validation=everything[left:],
        test=_split(contents, "t10k", list(known.values())),
        sha256=sha256,
        classes=tuple(known),
    )


def left_to_train_on(config: DataConfig, count: int) -> int:
    """Return how many of so many training images are not held out.

    Raises: DataError if these are none, or fewer than are to be trained on.
    """
    left = count - config.validation
    if left <= 0:
        raise DataError(
            f"data.validation: {config.validation} of {count} training images held out leave none "
            f"to train on; a sixth would be --set data.validation={count // 6}"
        )
    if config.train > left:
        raise DataError(
            f"data.train: expected at most {left}, all that are left, or 0 for these, "
            f"got {config.train}"
        )
    return left


def _classes(config: DataConfig, contents: Mapping[str, bytes]) -> dict[str, int]:
    """Return the names of the classes, each with its label."""
    if config.dataset != "files":
        return {name: label for label, name in enumerate(config.names)}
    from bpnet.datasets import own_files

    return own_files.classes(folder(config), contents[NAMES[1]], config.classes)


def fetch(
    config: DataConfig, progress: ByteProgress = silently, tell: Tell = silent
) -> tuple[dict[str, bytes], Mapping[str, str]]:
    """Return the content of each file by its name, and the hashes by which it is known."""
    if config.dataset == "files":
        from bpnet.datasets import own_files

        contents = own_files.load(folder(config))
        return contents, idx.sha256(contents)
    if config.dataset not in catalogue.SOURCES:
        from bpnet.datasets import drawn_digits

        contents = drawn_digits.load(folder(config), tell, config.dataset)
        return contents, idx.sha256(contents)
    source = catalogue.SOURCES[config.dataset]
    mirror = os.environ.get("BPNET_MIRROR")
    contents = cache.load(source, folder(config), mirror, progress, tell)
    return contents, _packed_sha256(source)


def _packed_sha256(source: Source) -> dict[str, str]:
    return {file.name: file.packed.sha256 for file in source.files}


def verify(config: DataConfig) -> Mapping[str, str]:
    """Return for each file of the dataset whether it is there, and right.

    Raises: DataError, StorageError of own files, whatever is wrong with any.
    """
    if config.dataset == "files":
        from bpnet.datasets import own_files

        return own_files.verify(folder(config))
    if config.dataset not in catalogue.SOURCES:
        from bpnet.datasets import drawn_digits

        state = "right" if drawn_digits.read(folder(config), config.dataset) else "missing or wrong"
        return dict.fromkeys(NAMES, state)
    return cache.verify(catalogue.SOURCES[config.dataset], folder(config))


def places(config: DataConfig) -> Sequence[Path]:
    """Return the folders in which files of the dataset are looked for."""
    where = folder(config)
    source = catalogue.SOURCES.get(config.dataset)
    return published_files.places(source, where) if source else [where]


def home(config: DataConfig) -> Path:
    """Return the folder in which the dataset's files lie, or would."""
    where = folder(config)
    source = catalogue.SOURCES.get(config.dataset)
    return published_files.home(source, where) if source else where


def _split(contents: dict[str, bytes], part: str, known: Sequence[int]) -> Split:
    images, labels = (name for name in NAMES if name.startswith(part))
    return split(
        idx.parse(contents[images], 3, images), idx.parse(contents[labels], 1, labels), known, part
    )
