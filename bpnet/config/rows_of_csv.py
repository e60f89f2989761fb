"""A CSV whose heading is keys of the config -> the values of each of its rows."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from bpnet.config import settings
from bpnet.config.document import Problem
from bpnet.config.files import rule_of
from bpnet.config.rules import Refused, Rule

PANDAS = "; if it is the index of pandas: to_csv(..., index=False)"
_WHOLE = re.compile(r"([-+]?[0-9]+)\.0+")  # so pandas writes whole numbers with a gap among them


def read(text: str, problems: list[Problem]) -> list[tuple[int, dict[str, Any]]]:
    """Return the values of each row, with its line; an empty cell gives its key none.

    Between the columns are commas, semicolons or tabs, whichever the first line has.
    Raises: Problem if it is no table with such a heading.
    """
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = _lines(reader)
    _, heading = next(rows, (1, []))
    known = _rules(heading, problems)
    found = [(line, _values(line, row, known, problems)) for line, row in rows if known]
    if known and not found:
        problems.append(Problem(1, 1, "has a heading and no rows"))
    return found


def _lines(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that has any text, with its line. Raises: Problem."""
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, [cell.strip(" ") for cell in row]
            line = reader.line_num + 1
    except csv.Error as error:
        raise Problem(line, 1, f"not a row of a CSV: {error}") from error


def _rules(heading: list[str], problems: list[Problem]) -> dict[str, Rule]:
    """Return the rule of each column, by its key; or none, if a key is wrong."""
    known: dict[str, Rule] = {}
    wrong = [] if heading else ["is empty"]
    for column, key in enumerate(heading, start=1):
        try:
            if not key:
                told = f"column {column}: expected a key of the config, got nothing"
                raise Refused(told + (PANDAS if column == 1 else ""))
            if key in known:
                raise Refused(f"{key}: heads two columns")
            known[key] = rule_of(key)
        except Refused as refusal:
            wrong.append(str(refusal))
    problems += [Problem(1, 1, message) for message in wrong]
    return {} if wrong else known


def _values(
    line: int, row: list[str], known: dict[str, Rule], problems: list[Problem]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if len(row) != len(known):
        told = f"expected {len(known)} cells, as in the heading, got {len(row)}"
        told += '; a list needs quotes: "[300, 100]"' if len(row) > len(known) else ""
        problems.append(Problem(line, 1, told))
        return values
    for column, (key, rule), text in zip(range(1, len(row) + 1), known.items(), row, strict=True):
        try:
            if text:
                values[key] = _value(key, rule, text)
        except Refused as refusal:
            problems.append(Problem(line, column, str(refusal)))
    return values


def _value(key: str, rule: Rule, text: str) -> Any:
    """Return the value of a cell; 50.0 will do for the whole number 50. Raises: Refused."""
    try:
        return settings.value(key, rule, text, settings.LIST)
    except Refused:
        if whole := _WHOLE.fullmatch(text):
            with suppress(Refused):
                return settings.value(key, rule, whole[1], settings.LIST)
        raise
