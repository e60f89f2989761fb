"""classes.txt: the names of the classes of somebody's own files, a line each, in UTF-8."""

from pathlib import Path

from bpnet.config.schema import CLASS_NAME, MOST_CLASSES
from bpnet.errors import DataError, short
from bpnet.system import storage

LONGEST = 4 + MOST_CLASSES * (4 * CLASS_NAME.longest + 2)  # bytes


def read(path: Path) -> list[str]:
    """Return the names. Raises: DataError with each line that will not do; StorageError."""
    names = _lines(path, storage.read(path, LONGEST))
    first = {name: number for number, name in reversed([*enumerate(names, 1)])}
    problems = [
        f"{path}:{number}: {problem}"
        for number, name in enumerate(names, 1)
        if (problem := _problem(name, number, first[name]))
    ]
    if not 2 <= len(names) <= MOST_CLASSES:
        problems.append(f"{path}: expected 2 to {MOST_CLASSES} lines, got {len(names)}")
    if problems:
        raise DataError(*problems)
    return names


def _lines(path: Path, content: bytes) -> list[str]:
    """Return the lines, whatever ends them, and whether the last is ended or not."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}:{number}: not UTF-8: {error.reason}; save it as UTF-8") from error
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _problem(name: str, number: int, first: int) -> str:
    """Return what is wrong with a name in a line, which stands in that first line too, or ""."""
    if not CLASS_NAME.takes(name):
        return f"expected {CLASS_NAME} or blanks around it, got {short(name)!r}"
    return f"{short(name)} is the name of line {first} already" if first < number else ""
