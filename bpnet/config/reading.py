"""Config files and `--set` -> a checked `Config`; everything that is wrong is told at once."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from bpnet.config import words
from bpnet.config.document import NO_BLANK, Problem, decode, parse
from bpnet.config.rules import Refused, Rule, shown
from bpnet.config.schema import INPUTS, OUTPUTS, Config, build, flatten, rules
from bpnet.errors import ConfigError, StorageError, short
from bpnet.system import storage

LARGEST = 64 * 1024
RULES = rules()
SECTIONS = {name.partition(".")[0] for name in RULES if "." in name}


def load(
    source: Path | Config | None = None,
    settings: Iterable[str] | Mapping[str, Any] = (),
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """Return the config of what is to begin: read, and without what was surely not meant.

    Raises: ConfigError, as `read` does.
    """
    config = read(source, settings, environment)
    _refuse_outer_layers(config, f"{source}: " if isinstance(source, Path) else "")
    return config


def read(
    source: Path | Config | None = None,
    settings: Iterable[str] | Mapping[str, Any] = (),
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """Return the defaults, overridden by the source, then the environment, then the settings.

    The source is a file, or a config from Python, which is checked as a file is. Settings are
    KEY=VALUE, as the command line has them, or values by the names of their keys.
    Raises: ConfigError with every problem of source and settings, a line each.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    if isinstance(source, Path):
        values, problems = _read_file(source)
    for origin, setting in [
        *(_from_python("Config", flatten(source)) if isinstance(source, Config) else ()),
        *_from_environment(environment),
        *_overrides(settings),
    ]:
        try:
            values |= _read_setting(setting)
        except Refused as refusal:
            problems.append(f"{origin}: {refusal}")
    if problems:
        raise ConfigError(*problems)
    config: Config = build(values)
    where = f"{source}: " if isinstance(source, Path) else ""
    _refuse_endless_warmup(config, where)
    _refuse_mixing(config, where)
    return config


def _refuse_outer_layers(config: Config, where: str) -> None:
    """Refuse inputs and outputs among the hidden layers; runs of earlier versions may have them."""
    hidden = config.network.hidden
    if len(hidden) > 1 and (hidden[0], hidden[-1]) == (INPUTS, OUTPUTS):
        raise ConfigError(
            f"{where}network.hidden: expected the hidden layers only, {list(hidden[1:-1])}: the "
            f"{INPUTS} inputs and {OUTPUTS} outputs are always there, got {list(hidden)}"
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
            text = f"[{', '.join(map(str, value))}]"
        yield origin, f"{name}={text}"


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each variable that sets a key, with the setting."""
    if folder := environment.get("BPNET_DATA_DIR"):
        yield "BPNET_DATA_DIR", f"data.dir={folder}"


def _read_file(path: Path) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    try:
        root = parse(decode(storage.read(path, LARGEST)))
        if root is None:
            raise ConfigError(f"{path}: is empty; `bpnet config show` prints every key")
        _read_mapping(root, "", values, problems)
    except StorageError as error:
        raise ConfigError(*error.lines) from error
    except Problem as problem:
        problems.append(problem)
    return values, [f"{path}:{p.line}:{p.column}: {p.message}" for p in problems]


def _read_mapping(node: Node, prefix: str, values: dict[str, Any], problems: list[Problem]) -> None:
    """Read the keys of one mapping into `values`, by their full names."""
    if not isinstance(node, MappingNode):
        where = prefix.rstrip(".") or "the config"
        message = f"{where}: expected a mapping of keys to values, got {shown(node)}"
        if isinstance(node, ScalarNode) and ":" in node.value and not node.style:
            message += f"; {NO_BLANK}"
        problems.append(Problem.at(node.start_mark, message))
        return
    first_lines: dict[str, int] = {}
    for key, value in node.value:
        try:
            with _located(key):
                name = prefix + _key(key)
                _refuse_second(name, key, first_lines)
                rule = None if name in SECTIONS else _rule(name)
            with _located(value):
                if rule is None:
                    _read_mapping(value, f"{name}.", values, problems)
                else:
                    values[name] = _value(name, rule, value)
        except Problem as problem:
            problems.append(problem)


@contextmanager
def _located(node: Node) -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        raise Problem.at(node.start_mark, str(refusal)) from refusal


def _key(node: Node) -> str:
    if not isinstance(node, ScalarNode) or not node.value.isprintable() or len(node.value) > 40:
        raise Refused(f"expected the name of a key, got {shown(node)}")
    if ":" in node.value and not node.style:
        raise Refused(f"{node.value}: {NO_BLANK}")
    if "." in node.value:
        raise Refused(f"{node.value}: in a file, a key stands inside its section, without a dot")
    return str(node.value)


def _refuse_second(name: str, key: Node, first_lines: dict[str, int]) -> None:
    if name in first_lines:
        raise Refused(f"{name}: already given in line {first_lines[name]}")
    first_lines[name] = key.start_mark.line + 1


def _rule(name: str) -> Rule:
    if name in RULES:
        return RULES[name]
    if name in SECTIONS:
        keys = ", ".join(known for known in RULES if known.startswith(f"{name}."))
        raise Refused(f"{name}: is a section; its keys are {keys}")
    raise Refused(f"{name}: unknown key; {words.hint(name)}")


def _value(name: str, rule: Rule, node: Node) -> Any:
    try:
        return rule.read(node)
    except Refused as refusal:
        raise Refused(f"{name}: expected {str(refusal) or rule}, got {shown(node)}") from None


def _read_setting(setting: str) -> dict[str, Any]:
    """Read KEY=VALUE; the value is text until the key's rule reads it, a list is YAML's [..., ...].

    >>> _read_setting("network.hidden=[50, 20]")
    {'network.hidden': (50, 20)}
    """
    name, equals, text = (part.strip(" ") for part in setting.partition("="))
    if not equals:
        raise Refused("expected KEY=VALUE, such as train.learning_rate=0.05")
    rule = _rule(name)
    node: Node | None = ScalarNode("tag:yaml.org,2002:str", text)
    if text.startswith("["):
        try:
            node = parse(text)
        except Problem as problem:
            raise Refused(f"{name}: expected {rule}; {problem.message}") from problem
    assert node is not None
    return {name: _value(name, rule, node)}
