"""Config files and `--set` -> a checked `Config`; everything that is wrong is told at once."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from yaml.nodes import Node, ScalarNode

from bpnet.config import files
from bpnet.config.document import Problem, parse
from bpnet.config.files import RULES, rule_of, value_of
from bpnet.config.rules import Refused, Rule
from bpnet.config.schema import EARLIER, INPUTS, Config, build, flatten
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
    where = f"{source}: " if isinstance(source, Path) else ""
    config = _build(_values(source, settings, environment, RULES), where)
    _refuse_outer_layers(config, where)
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
    return _build(values, f"{path}: "), values.get("train.threads", 1)


def _values(
    source: Path | Config | None,
    settings: Iterable[str] | Mapping[str, Any],
    environment: Mapping[str, str],
    known: Mapping[str, Rule],
) -> dict[str, Any]:
    """Return all values that are given, by their full names; a file may give those of `known`."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    if isinstance(source, Path):
        values, problems = files.read(source, known)
    if isinstance(source, Config):
        problems += _take(values, _from_python("Config", flatten(source)))
    stronger: dict[str, Any] = {}
    refused = _take(stronger, _overrides(settings))
    if (values | stronger).get("data.dataset") != "files":  # these lie where their config says
        problems += _take(values, _from_environment(environment))
    problems += refused
    if problems:
        raise ConfigError(*problems)
    return values | stronger


def _take(values: dict[str, Any], settings: Iterable[tuple[str, str]]) -> list[str]:
    """Add what the settings say to the values; return what is wrong with any."""
    problems = []
    for origin, setting in settings:
        try:
            values |= _read_setting(setting)
        except Refused as refusal:
            problems.append(f"{origin}: {refusal}")
    return problems


def _build(values: dict[str, Any], where: str) -> Config:
    config: Config = build(values)
    _refuse_endless_warmup(config, where)
    _refuse_mixing(config, where)
    _refuse_classes(config, where)
    return config


def _refuse_outer_layers(config: Config, where: str) -> None:
    """Refuse inputs and outputs among the hidden layers; runs of earlier versions may have them."""
    hidden, outputs = config.network.hidden, len(config.data.names)
    if len(hidden) > 1 and (hidden[0], hidden[-1]) == (INPUTS, outputs):
        raise ConfigError(
            f"{where}network.hidden: expected the hidden layers only, {list(hidden[1:-1])}: the "
            f"{INPUTS} inputs and {outputs} outputs are always there, got {list(hidden)}"
        )


def _refuse_endless_warmup(config: Config, where: str) -> None:
    warmup, epochs = config.train.warmup, config.train.epochs
    if warmup > epochs:
        told = f"expected at most train.epochs, {epochs}, got {warmup:g}"
        raise ConfigError(f"{where}train.warmup: {told}")


def _refuse_mixing(config: Config, where: str) -> None:
    share, dataset = config.data.mix, config.data.dataset
    if share and dataset not in ("mnist", "drawn"):  # no digits, or the same once more
        told = f"expected 0 with data.dataset {dataset}, got {share:g}; it is for mnist and drawn"
        raise ConfigError(f"{where}data.mix: {told}")


def _refuse_classes(config: Config, where: str) -> None:
    """Refuse names for what has names of its own, and names that do not tell classes apart."""
    data = config.data
    told = ""
    if data.classes and data.dataset != "files":
        told = f"expected [] with data.dataset {data.dataset}: it is for files"
    elif len(data.classes) == 1 or len(set(data.classes)) < len(data.classes):
        told = f"expected the names of at least 2 classes, all different, got {list(data.classes)}"
    if told:
        raise ConfigError(f"{where}data.classes: {told}")


def _overrides(settings: Iterable[str] | Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where each setting comes from, with the setting as KEY=VALUE."""
    if isinstance(settings, Mapping):
        yield from _from_python("settings", settings)
    else:
        yield from ((f"--set {short(setting)}", setting) for setting in settings)


def _from_python(origin: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the origin with each value as KEY=VALUE.

    >>> list(_from_python("settings", {"network.hidden": (50, 20), "data.dir": None}))
    [('settings', 'network.hidden=[50, 20]'), ('settings', 'data.dir=')]
    """
    for name, value in values.items():
        text = "" if value is None else str(value)
        if isinstance(value, list | tuple):
            text = f"[{', '.join(map(_in_a_list, value))}]"
        yield origin, f"{name}={text}"


def _in_a_list(value: Any) -> str:
    """Return the value as YAML has it in a list: the quotes of JSON keep a comma in a name."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each variable that sets a key, with the setting."""
    if folder := environment.get("BPNET_DATA_DIR"):
        yield "BPNET_DATA_DIR", f"data.dir={folder}"


def _read_setting(setting: str) -> dict[str, Any]:
    """Read KEY=VALUE; the value is text until the key's rule reads it, a list is YAML's [..., ...].

    >>> _read_setting("network.hidden=[50, 20]")
    {'network.hidden': (50, 20)}
    """
    name, equals, text = (part.strip(" ") for part in setting.partition("="))
    if not equals:
        raise Refused("expected KEY=VALUE, such as train.learning_rate=0.05")
    rule = rule_of(name)
    node: Node | None = ScalarNode("tag:yaml.org,2002:str", text)
    if text.startswith("["):
        try:
            node = parse(text)
        except Problem as problem:
            raise Refused(f"{name}: expected {rule}; {problem.message}") from problem
    assert node is not None
    return {name: value_of(name, rule, node)}
