"""YAML text -> its tree of nodes, with every trap of YAML refused before it can spring.

Nothing is ever constructed from a tag. Anchors, aliases, merges and tags are errors, and so are a
second document and a nesting deeper, or more keys and values, than a config can have.
"""

import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
)
from yaml.nodes import Node

DEEPEST = 10
MOST_EVENTS = 1000  # a config with every key has not a tenth of them; PyYAML is slow
NO_BLANK = "write a blank (a space) after the colon, as in epochs: 3"
_GLUED = re.compile(r"^ *\w+:(?=[^\s/\\])", re.MULTILINE)  # epochs:3, but no address and no C:\

_SAME_COLUMN = "the keys of a section must all begin in the same column"
_HINTS = {  # what beginners do, by what YAML says of it
    "mapping values are not allowed here": _SAME_COLUMN,
    "expected <block end>": _SAME_COLUMN,
    "expected ',' or ']'": "the list is not closed: ]",
    "found unexpected end of stream": "a quote is not closed",
}


class Problem(Exception):
    """What is wrong, and where: line and column count from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(line, column, message)
        self.line, self.column, self.message = line, column, message

    @classmethod
    def at(cls, mark: Any, message: str) -> "Problem":
        """Return the problem at a mark of PyYAML, which counts from 0."""
        return cls(mark.line + 1, mark.column + 1, message)


def parse(text: str, most_events: int = MOST_EVENTS) -> Node | None:
    """Return the root node of the document, or None if there is nothing in it.

    Raises: Problem.
    """
    try:
        node: Node | None = _Guarded(text, most_events).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _as_problem(error, text) from error
    except yaml.reader.ReaderError as error:
        line, column = _place(text[: error.position])
        raise Problem(line, column, _not_allowed(text[error.position])) from error
    except (ValueError, OverflowError) as error:  # PyYAML on impossible escapes and versions
        raise Problem(1, 1, f"not YAML: {error}"[:100]) from error
    return node


def decode(content: bytes) -> str:
    """Return the text of a file. Raises: Problem if it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(content[: error.start].decode("utf-8-sig"))
        message = f"not UTF-8: the byte {content[error.start]:#04x}; save the file as UTF-8"
        raise Problem(line, column, message) from error


def _as_problem(error: yaml.MarkedYAMLError, text: str) -> Problem:
    """Return what YAML says, or in plain words what beginners run into."""
    if glued := _GLUED.search(text):
        return Problem(*_place(text[: glued.end()]), NO_BLANK)
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Problem(1, 1, error.problem or error.context or "not YAML")
    if text[mark.index : mark.index + 1] == "\t":
        return Problem.at(mark, "a tab; write blanks in its place")
    told = error.problem or error.context or "not YAML"
    hints = (hint for words, hint in _HINTS.items() if told.startswith(words))
    return Problem.at(mark, "; ".join([told, *hints]))


def _not_allowed(letter: str) -> str:
    code = letter.encode("unicode_escape").decode()
    advice = "; save the file as UTF-8" if letter == "\0" else ""  # half a letter of UTF-16
    return f"the character {code} is not allowed{advice}"


def _place(before: str) -> tuple[int, int]:
    """Return the line and column that follow the text."""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


class _Guarded(yaml.SafeLoader):
    """Composes a document; each event is looked at before anything is made of it."""

    def __init__(self, text: str, most_events: int) -> None:
        super().__init__(text)
        self.left, self.depth, self.documents = most_events + 1, 0, 0

    def get_event(self) -> Event:
        """Return the next event. Raises: Problem if it is a trap."""
        event: Event = super().get_event()  # type: ignore[no-untyped-call]
        self.left -= 1
        if self.left < 0:
            raise Problem.at(event.start_mark, "more keys and values than a config can have")
        self.depth += isinstance(event, CollectionStartEvent)
        self.depth -= isinstance(event, CollectionEndEvent)
        self.documents += isinstance(event, DocumentStartEvent)
        if self.documents > 1:
            raise Problem.at(event.start_mark, "a second document: a config is one")
        if self.depth > DEEPEST:
            raise Problem.at(event.start_mark, "nested too deep")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise Problem.at(event.start_mark, "anchors and aliases (& and *) are not allowed")
        if isinstance(event, NodeEvent) and getattr(event, "tag", None):
            raise Problem.at(event.start_mark, "tags (!) are not allowed")
        return event
