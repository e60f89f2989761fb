"""What a sweep chooses from: the values of --set and --grid, and the rows of --trials.

Whatever is wrong is added to `problems`, a line each, with its place.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yaml.nodes import Node, SequenceNode

from bpnet.config import rows_of_csv, settings
from bpnet.config.document import Problem, decode, parse
from bpnet.config.files import RULES, located, read_flat, value_of
from bpnet.config.reading import origin
from bpnet.config.rules import Refused, Rule, shown
from bpnet.errors import StorageError
from bpnet.system import storage

MOST_TRIALS = 10_000
LARGEST = 4 * 2**20  # bytes: so many rows of ten keys
MOST_EVENTS = 100 * MOST_TRIALS
CSV = ".csv"
WORKBOOK = b"PK\x03\x04"  # a ZIP archive, as one of Excel is


@dataclass(frozen=True)
class Axis:
    """The values of a key, which are combined with those of all other keys."""

    place: str
    key: str
    values: list[Any]


@dataclass(frozen=True)
class Row:
    """The values of some keys, which belong together."""

    place: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def of_settings(texts: Iterable[str], problems: list[str]) -> list[Axis]:
    """Return the values of each --set KEY=V1,V2..."""
    axes = []
    for text in texts:
        refused: list[str] = []
        try:
            axes.append(Axis(origin(text), *settings.read_several(text, refused)))
        except Refused as refusal:
            refused.append(str(refusal))
        problems += [f"{origin(text)}: {told}" for told in refused]
    return axes


def of_grid(path: Path, problems: list[str]) -> list[Axis]:
    """Return the values of each key of a YAML file, which has a list of them for each, or one."""
    axes: list[Axis] = []
    with _problems_of(path, problems) as found:

        def read(key: str, rule: Rule, node: Node) -> None:
            several = node.value if isinstance(node, SequenceNode) else [node]
            values = []
            for one in several:
                try:
                    with located(one):
                        values.append(value_of(key, rule, one))
                except Problem as problem:
                    found.append(problem)
            if not several:
                raise Refused(f"{key}: expected a list of values, got none")
            axes.append(Axis(_place(path, node), key, values))

        read_flat(_root(path, "its rows are for --trials"), read, found)
    return axes


def of_trials(path: Path, problems: list[str]) -> list[Row]:
    """Return the rows of a file: a YAML list of mappings, or a CSV whose heading is the keys."""
    with _problems_of(path, problems) as found:
        if path.suffix.lower() == CSV:
            read = rows_of_csv.read(_text(path), found)
            return [Row(f"{path}:{line}", values) for line, values in read]
        return list(_rows(path, _root(path, f"its name must end in {CSV}"), found))
    return []


def _rows(path: Path, root: Node, problems: list[Problem]) -> Iterator[Row]:
    if not isinstance(root, SequenceNode):
        told = f"expected a list of mappings, such as - train.epochs: 3, or a table in a {CSV}"
        raise Problem.at(root.start_mark, f"{told}; got {shown(root)}")
    for node in root.value:
        yield Row(_place(path, node), read_flat(node, value_of, problems))


def _root(path: Path, advice: str) -> Node:
    """Return the root node of a YAML file; the advice is for a table in its place.

    Raises: Problem, StorageError.
    """
    text = _text(path)
    if path.suffix.lower() in (CSV, ".tsv") or _has_heading(text):
        raise Problem(1, 1, f"is a table: {advice}")
    root = parse(text, MOST_EVENTS)
    if root is None:
        raise Problem(1, 1, "is empty")
    return root


def _text(path: Path) -> str:
    """Return the text of a file. Raises: Problem, StorageError."""
    content = storage.read(path, LARGEST)
    if content.startswith(WORKBOOK):
        raise Problem(1, 1, "is an Excel workbook: save it as CSV")
    return decode(content)


def _has_heading(text: str) -> bool:
    """Whether a key stands between the commas, semicolons or tabs of the first line."""
    cells = re.split("[,;\t]", text.partition("\n")[0])
    return text[:1] != "#" and any(cell.strip(' "\r') in RULES for cell in cells)


def _place(path: Path, node: Node) -> str:
    return f"{path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


@contextmanager
def _problems_of(path: Path, problems: list[str]) -> Iterator[list[Problem]]:
    """Yield where the problems of a file belong; then they are among the others."""
    found: list[Problem] = []
    try:
        yield found
    except Problem as problem:
        found.append(problem)
    except StorageError as error:
        problems += error.lines
    problems += [f"{path}:{one.line}:{one.column}: {one.message}" for one in found]
