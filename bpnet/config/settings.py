"""KEY=VALUE, as a command line has it <-> the value of a key; for a sweep, several values of it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from yaml.nodes import Node, ScalarNode

from bpnet.config.document import Problem, parse
from bpnet.config.files import rule_of, value_of
from bpnet.config.rules import Refused, Rule

TEXT = "tag:yaml.org,2002:str"
LIST, QUOTES = ("[",), ('"', "'")
OPENING, CLOSING = ("[", "("), ("]", ")")
_PART = re.compile(  # what is quoted from its start on; a bracket or comma; or what stands between
    r"""(?:^|(?<=[\[(,]))[ ]*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|[][(),]|[^][(),]+"""
)


def read(setting: str) -> dict[str, Any]:
    """Read KEY=VALUE; the value is text until the key's rule reads it, a list is YAML's [..., ...].

    Raises: Refused.

    >>> read("network.hidden=[50, 20]")
    {'network.hidden': (50, 20)}
    """
    name, text = parted(setting)
    rule = rule_of(name)
    try:
        return {name: value(name, rule, text, LIST)}
    except Refused as refusal:
        if _are_several(name, rule, text):
            raise Refused(f"{refusal}; `bpnet sweep` trains with each of them") from refusal
        raise


def read_several(setting: str, problems: list[str]) -> tuple[str, list[Any]]:
    """Read KEY=V1,V2...; a value in quotes or brackets, which keep a comma in it, is YAML's.

    What is wrong with a value is added to the problems. Raises: Refused, if it is the key.

    >>> read_several("network.hidden=[300, 100],50", [])
    ('network.hidden', [(300, 100), (50,)])
    """
    name, text = parted(setting)
    rule, values = rule_of(name), []
    for one in separated(text):
        try:
            values.append(value(name, rule, one, LIST + QUOTES))
        except Refused as refusal:
            problems.append(f"{refusal}{_advice(name, rule, one)}")
    return name, values


def _advice(name: str, rule: Rule, text: str) -> str:
    """Return what to write in place of values in brackets, or of a function that gives them."""
    if not text.endswith(CLOSING):
        return ""
    if not text.startswith(OPENING):
        return f"; list the values: {name}=V1,V2"
    inner = text[1:-1]
    if _are_several(name, rule, f"[{inner}]"):
        return f"; in square brackets: [{inner}]"
    return f"; without the brackets: {inner}" if _are_several(name, rule, inner) else ""


def parted(setting: str) -> tuple[str, str]:
    """Return KEY and VALUE. Raises: Refused."""
    name, equals, text = (part.strip(" ") for part in setting.partition("="))
    if not equals:
        raise Refused("expected KEY=VALUE, such as train.learning_rate=0.05")
    return name, text


def separated(text: str) -> Iterator[str]:
    """Yield what commas separate; not those in brackets, round ones too, or quotes.

    >>> list(separated("[300, 100], 'a,b',it's"))
    ['[300, 100]', "'a,b'", "it's"]
    """
    depth, one = 0, ""
    for part in _PART.finditer(text):
        found = part.group()
        depth = max(0, depth + (found in OPENING) - (found in CLOSING))
        if found == "," and not depth:
            yield one.strip(" ")
            one = ""
        else:
            one += found
    yield one.strip(" ")


def value(name: str, rule: Rule, text: str, of_yaml: tuple[str, ...]) -> Any:
    """Return the value that the text is, read as YAML if it begins so. Raises: Refused."""
    node: Node | None = ScalarNode(TEXT, text)
    if text.startswith(of_yaml):
        try:
            node = parse(text)
        except Problem as problem:
            raise Refused(f"{name}: expected {rule}; {problem.message}") from problem
    assert node is not None
    return value_of(name, rule, node)


def written(name: str, value: Any) -> str:
    """Return KEY=VALUE, which reads back to the value.

    >>> written("network.hidden", (50, 20))
    'network.hidden=[50, 20]'
    """
    return f"{name}={as_text(value)}"


def as_text(value: Any) -> str:
    """Return the value as it stands behind KEY=.

    >>> as_text((50, 20)), as_text("drawn"), as_text(None)
    ('[50, 20]', 'drawn', '')
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_in_a_list, value))}]"
    return "" if value is None else str(value)


def quoted(name: str, text: str) -> str:
    """Return KEY=VALUE for a sweep, with the text as one value.

    >>> read_several(quoted("data.dir", "a, b"), [])
    ('data.dir', ['a, b'])
    """
    return f"{name}={_in_a_list(text)}"


def _in_a_list(value: Any) -> str:
    """Return the value as YAML has it in a list: the quotes of JSON keep a comma in a name."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _are_several(name: str, rule: Rule, text: str) -> bool:
    """Whether the text, which is no value, has several of them for a sweep."""
    try:
        for one in separated(text):
            value(name, rule, one, LIST)
    except Refused:
        return False
    return True
