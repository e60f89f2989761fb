"""What a value of the config may be: each rule reads a YAML node, and says in words what it takes.

A rule reads the text of the node itself, so YAML's own guesses do no harm: `1e-3` is a number,
`010` is not eight, `1:30` is not ninety, `no` is a word, and a quoted "50" is no number.
"""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from yaml.nodes import Node, ScalarNode, SequenceNode

from bpnet.errors import printable, short

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,19})")
_REAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")  # in linear time
LONGEST_PATH = 4096  # Linux has none longer; the config that is written down stays small
_NULL = "tag:yaml.org,2002:null"


class Refused(Exception):
    """The node is not what the rule takes; its text, if it has one, says what is expected."""


class Rule(Protocol):
    """Reads a node; its str() completes the sentence "expected ..."."""

    def read(self, node: Node) -> Any:
        """Return the value of the node, or raise Refused."""


@dataclass(frozen=True)
class Whole:
    """A whole number in a range."""

    low: int
    high: int

    def read(self, node: Node) -> int:
        """Return the number."""
        if not _WHOLE.fullmatch(_plain(node)) or not self.low <= int(node.value) <= self.high:
            raise Refused
        return int(node.value)

    def __str__(self) -> str:
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Real:
    """A finite number in a range, its ends included."""

    low: float
    high: float

    def read(self, node: Node) -> float:
        """Return the number; a whole one is taken too."""
        if not _REAL.fullmatch(_plain(node)) or not self.low <= float(node.value) <= self.high:
            raise Refused
        return float(node.value)

    def __str__(self) -> str:
        return f"a number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Positive:
    """A finite number above 0."""

    high: float

    def read(self, node: Node) -> float:
        """Return the number; a whole one is taken too."""
        number = Real(0, self.high).read(node)
        if not number:
            raise Refused
        return number

    def __str__(self) -> str:
        return f"a number above 0, at most {self.high}"


@dataclass(frozen=True)
class OneOf:
    """A word from a fixed list."""

    words: tuple[str, ...]

    def read(self, node: Node) -> str:
        """Return the word."""
        word = _text(node)
        if word not in self.words:
            raise Refused
        return word

    def __str__(self) -> str:
        return " or ".join(self.words)


@dataclass(frozen=True)
class Folder:
    """The path of a folder, as it is written."""

    def read(self, node: Node) -> str:
        """Return the path."""
        path = _text(node)
        if printable(path) != path or not 0 < len(path) <= LONGEST_PATH:
            raise Refused
        return path

    def __str__(self) -> str:
        return f"a path in UTF-8 of at most {LONGEST_PATH} characters, without controls"


@dataclass(frozen=True)
class Name:
    """A name that a table or a page can show."""

    longest: int

    def read(self, node: Node) -> str:
        """Return the name."""
        name = _text(node)
        if not self.takes(name):
            raise Refused
        return name

    def takes(self, name: str) -> bool:
        """Whether the text is such a name."""
        return printable(name) == name == name.strip() and 0 < len(name) <= self.longest

    def __str__(self) -> str:
        return f"a name of at most {self.longest} characters, without controls or blanks around it"


@dataclass(frozen=True)
class Either:
    """What one of two rules takes."""

    first: Rule
    second: Rule

    def read(self, node: Node) -> Any:
        """Return what the first rule makes of it, else the second."""
        try:
            return self.first.read(node)
        except Refused:
            return self.second.read(node)

    def __str__(self) -> str:
        return f"{self.first} or {self.second}"


@dataclass(frozen=True)
class ListOf:
    """A list of values that each follow a rule; one value alone will do."""

    rule: Rule
    longest: int

    def read(self, node: Node) -> tuple[Any, ...]:
        """Return the values."""
        if isinstance(node, ScalarNode):
            return (self.rule.read(node),)
        if not isinstance(node, SequenceNode) or len(node.value) > self.longest:
            raise Refused
        return tuple(self.rule.read(item) for item in node.value)

    def __str__(self) -> str:
        return f"{self.rule}, or a list [...] of at most {self.longest} such"


def shown(node: Node) -> str:
    """Return what stands in the file, short enough for one line.

    >>> shown(ScalarNode("tag:yaml.org,2002:str", "50", style='"'))
    "the text '50'"
    """
    if isinstance(node, SequenceNode):
        return short(f"[{', '.join(map(shown, node.value))}]")
    if not isinstance(node, ScalarNode):
        return "a mapping"
    if node.tag == _NULL:
        return "nothing"
    text = short(node.value)
    return f"the text {text!r}" if node.style else text or "nothing"


def _text(node: Node) -> str:
    if not isinstance(node, ScalarNode) or node.tag == _NULL:
        raise Refused
    return str(node.value)


def _plain(node: Node) -> str:
    if isinstance(node, ScalarNode) and node.style:
        raise Refused
    return _text(node)
