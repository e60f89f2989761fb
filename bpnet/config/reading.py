"""Config files and `--set` -> a checked `Config`; everything that is wrong is told at once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bpnet.config import contradictions, files, words
from bpnet.config.files import RULES
from bpnet.config.rules import Refused, Rule
from bpnet.config.schema import EARLIER, Config, build, flatten
from bpnet.config.settings import read as read_setting
from bpnet.config.settings import written
from bpnet.errors import ConfigError, short


def load(
    source: Path | Config | None = None,
    settings: Iterable[str] | Mapping[str, Any] = (),
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """Return the defaults, overridden by the source, then the environment, then the settings.

    The source is a file, or a config from Python, which is checked as a file is. Settings are
    KEY=VALUE, as the command line has them, or values by the names of their keys.
    Raises: ConfigError with every problem of source and settings, a line each.
    """
    config: Config = build(_values(source, settings, environment, RULES))
    _refuse(contradictions.within_new(config), place(source))
    return config


def read(
    path: Path,
    settings: Iterable[str] | Mapping[str, Any] = (),
    environment: Mapping[str, str] = os.environ,
) -> tuple[Config, int]:
    """Return the config that a run keeps, and on how many threads its bpnet computed it.

    Earlier versions knew keys, and took values, that `load` refuses.
    Raises: ConfigError, as `load` does.
    """
    values = _values(path, settings, environment, RULES | EARLIER)
    config: Config = build(values)
    _refuse(contradictions.within(config), place(path))
    return config, values.get("train.threads", 1)


def place(source: Path | Config | None) -> str:
    """Return what stands before a problem of the source."""
    return f"{source}: " if isinstance(source, Path) else ""


def _refuse(problems: Iterable[str], where: str) -> None:
    if lines := [f"{where}{problem}" for problem in problems]:
        raise ConfigError(*lines)


def _values(
    source: Path | Config | None,
    settings: Iterable[str] | Mapping[str, Any],
    environment: Mapping[str, str],
    known: Mapping[str, Rule],
) -> dict[str, Any]:
    """Return all values that are given, by their full names; a file may give those of `known`."""
    values, problems = of_source(source, known)
    stronger, refused = _taken(_overrides(settings))
    if has_cached_data(values | stronger):
        around, odd = of_environment(environment)
        values |= around
        problems += odd
    problems += refused
    if problems:
        raise ConfigError(*words.listed_once(problems))
    return values | stronger


def of_source(
    source: Path | Config | None, known: Mapping[str, Rule] = RULES
) -> tuple[dict[str, Any], list[str]]:
    """Return the values that the source gives, by their full names, and what is wrong with any.

    Raises: ConfigError if it cannot be read, or is empty.
    """
    if isinstance(source, Path):
        return files.read(source, known)
    return _taken(_from_python("Config", flatten(source)) if source else ())


def of_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the values that the environment gives, and what is wrong with any."""
    return _taken(_from_environment(environment))


def has_cached_data(values: Mapping[str, Any]) -> bool:
    """Whether the environment says where the data lie; own files lie where their config says."""
    return values.get("data.dataset") != "files"


def _taken(settings: Iterable[tuple[str, str]]) -> tuple[dict[str, Any], list[str]]:
    """Return the values of the settings, and what is wrong with any."""
    values: dict[str, Any] = {}
    problems = []
    for origin, setting in settings:
        try:
            values |= read_setting(setting)
        except Refused as refusal:
            problems.append(f"{origin}: {refusal}")
    return values, problems


def _overrides(settings: Iterable[str] | Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where each setting comes from, with the setting as KEY=VALUE."""
    if isinstance(settings, Mapping):
        yield from _from_python("settings", settings)
    else:
        yield from ((origin(setting), setting) for setting in settings)


def origin(setting: str) -> str:
    """Return what stands before a problem of a --set.

    >>> origin("train.epochs=0")
    '--set train.epochs=0'
    """
    return f"--set {short(setting)}"


def _from_python(origin: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the origin with each value as KEY=VALUE.

    >>> list(_from_python("settings", {"network.hidden": (50, 20), "data.dir": None}))
    [('settings', 'network.hidden=[50, 20]'), ('settings', 'data.dir=')]
    """
    for name, value in values.items():
        yield origin, written(name, value)


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each variable that sets a key, with the setting."""
    if folder := environment.get("BPNET_DATA_DIR"):
        yield "BPNET_DATA_DIR", f"data.dir={folder}"
