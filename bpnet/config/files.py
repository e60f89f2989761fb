"""A config file -> the values of its keys, and all that is wrong with it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from bpnet.config import shipped, words
from bpnet.config.document import NO_BLANK, Problem, decode, parse
from bpnet.config.rules import Refused, Rule, shown
from bpnet.config.schema import rules
from bpnet.errors import ConfigError, StorageError
from bpnet.system import storage

LARGEST = 64 * 1024
RULES = rules()
SECTIONS = {name.partition(".")[0] for name in RULES if "." in name}


def read(path: Path, known: Mapping[str, Rule]) -> tuple[dict[str, Any], list[str]]:
    """Return the values of the known keys that the file gives, by their full names, and its errors.

    Raises: ConfigError if it cannot be read, or is empty.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    try:
        root = parse(decode(storage.read(path, LARGEST)))
        if root is None:
            raise ConfigError(f"{path}: is empty; `bpnet config show` prints every key")
        read_mapping(root, "", known, values, problems)
    except StorageError as error:
        first, *others = error.lines
        raise ConfigError(first + shipped.hint(path), *others) from error
    except Problem as problem:
        problems.append(problem)
    return values, [f"{path}:{p.line}:{p.column}: {p.message}" for p in problems]


def read_mapping(
    node: Node,
    prefix: str,
    known: Mapping[str, Rule],
    values: dict[str, Any],
    problems: list[Problem],
) -> None:
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
            with located(key):
                name = prefix + _inside_its_section(_key(key))
                _refuse_second(name, key, first_lines)
                rule = None if name in SECTIONS else rule_of(name, known)
            with located(value):
                if rule is None:
                    read_mapping(value, f"{name}.", known, values, problems)
                else:
                    values[name] = value_of(name, rule, value)
        except Problem as problem:
            problems.append(problem)


def read_flat(
    node: Node, read: Callable[[str, Rule, Node], Any], problems: list[Problem]
) -> dict[str, Any]:
    """Return what is read of each value of a mapping, whose keys have their full names."""
    found: dict[str, Any] = {}
    first_lines: dict[str, int] = {}
    if not isinstance(node, MappingNode):
        message = f"expected a mapping of keys to values, got {shown(node)}"
        problems.append(Problem.at(node.start_mark, message))
        return found
    for key, value in node.value:
        try:
            with located(key):
                name = _key(key)
                _refuse_second(name, key, first_lines)
                rule = rule_of(name)
            with located(value):
                found[name] = read(name, rule, value)
        except Problem as problem:
            problems.append(problem)
    return found


@contextmanager
def located(node: Node) -> Iterator[None]:
    """Turn Refused into a Problem at the node."""
    try:
        yield
    except Refused as refusal:
        raise Problem.at(node.start_mark, str(refusal)) from refusal


def _key(node: Node) -> str:
    if not isinstance(node, ScalarNode) or not node.value.isprintable() or len(node.value) > 40:
        raise Refused(f"expected the name of a key, got {shown(node)}")
    if ":" in node.value and not node.style:
        raise Refused(f"{node.value}: {NO_BLANK}")
    return str(node.value)


def _inside_its_section(key: str) -> str:
    if "." in key:
        raise Refused(f"{key}: in a file, a key stands inside its section, without a dot")
    return key


def _refuse_second(name: str, key: Node, first_lines: dict[str, int]) -> None:
    if name in first_lines:
        raise Refused(f"{name}: already given in line {first_lines[name]}")
    first_lines[name] = key.start_mark.line + 1


def rule_of(name: str, known: Mapping[str, Rule] = RULES) -> Rule:
    """Return the rule of a key. Raises: Refused if it is not known, or a section."""
    if name in known:
        return known[name]
    if name in SECTIONS:
        keys = ", ".join(known for known in RULES if known.startswith(f"{name}."))
        raise Refused(f"{name}: is a section; its keys are {keys}")
    raise Refused(f"{name}: unknown key; {words.hint(name)}")


def value_of(name: str, rule: Rule, node: Node) -> Any:
    """Return the value of a key. Raises: Refused with what is expected, and what was found."""
    try:
        return rule.read(node)
    except Refused as refusal:
        raise Refused(f"{name}: expected {str(refusal) or rule}, got {shown(node)}") from None
