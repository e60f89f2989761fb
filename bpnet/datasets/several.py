"""The data of several configs: each dataset is read once, and has what every config asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bpnet.config import Config, DataConfig
from bpnet.datasets.loading import MIXED, completed, left_to_train_on, load
from bpnet.datasets.mixing import refuse_few
from bpnet.errors import BpnetError, DataError
from bpnet.system.progress import ByteProgress, Tell


def all_completed(configs: Iterable[Config]) -> list[Config]:
    """Return each config as `completed` does; what own files bring is read once.

    Raises: DataError, StorageError.
    """
    known: dict[DataConfig, tuple[str, ...]] = {}
    found = []
    for config in configs:
        files = _whole(config.data)
        if files not in known:
            known[files] = completed(config).data.classes
        found.append(replace(config, data=replace(config.data, classes=known[files])))
    return found


def have_all(configs: Iterable[DataConfig], progress: ByteProgress, tell: Tell) -> None:
    """Fetch what is missing of the data of all.

    Raises: DataError with all that is wrong: with files, or with how many images a config asks for.
    """
    asked: dict[DataConfig, list[DataConfig]] = {}
    for config in dict.fromkeys(configs):
        asked.setdefault(_whole(config), []).append(config)
    problems: dict[str, None] = {}
    for files, wanted in asked.items():
        try:
            for problem in _problems(files, wanted, progress, tell):
                problems |= dict.fromkeys(problem.lines)
        except BpnetError as error:
            problems |= dict.fromkeys(error.lines)
    if problems:
        raise DataError(*problems)


def _whole(config: DataConfig) -> DataConfig:
    """Return the config of the same files, with all their images to train on."""
    return replace(config, validation=0, train=0, mix=0.0)


def _problems(
    files: DataConfig, wanted: Sequence[DataConfig], progress: ByteProgress, tell: Tell
) -> list[BpnetError]:
    """Return what the files do not have for these configs."""
    there = len(load(files, progress, tell).train)
    mixes = any(config.mix for config in wanted)
    others = DataConfig(MIXED, files.dir, validation=0)
    beside = len(load(others, progress, tell).train) if mixes else 0
    found = []
    for config in wanted:
        try:
            left = left_to_train_on(config, there)
            refuse_few(config.train or left, config.mix, MIXED, beside)
        except BpnetError as error:
            found.append(error)
    return found
