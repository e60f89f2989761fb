"""classes.txt: the names of the classes of somebody's own files, a line each, in UTF-8."""

from collections.abc import Sequence
from pathlib import Path

from bpnet.config.schema import CLASS_NAME, MOST_CLASSES
from bpnet.errors import DataError, short
from bpnet.system import storage

LONGEST = 4 + MOST_CLASSES * (4 * CLASS_NAME.longest + 2)  # bytes


def named(path: Path, labels: Sequence[int], mapping: Path) -> dict[str, int]:
    """Return the labels, which are in order, by the names in the file.

    Without it, by those of the mapping; without either, by themselves.
    Raises: DataError, as `read` does, or if there are not as many names as labels; StorageError.
    """
    if not storage.exists(path) and storage.exists(mapping):
        return _mapped(mapping, labels)
    names = read(path) if storage.exists(path) else list(map(str, labels))
    if len(names) != len(labels):
        raise DataError(
            f"{path}: has {len(names)} names for {len(labels)} classes: the training labels are "
            f"{shown(labels)}; expected a line for each of these, in this order"
        )
    return dict(zip(names, labels, strict=True))


def _mapped(path: Path, labels: Sequence[int]) -> dict[str, int]:
    """Return the labels by the letters that a file of EMNIST has for them: a label, then its codes.

    The first code, of a capital where it has both, is taken.
    """
    try:
        rows = [line.split() for line in _lines(path, storage.read(path, LONGEST)) if line.strip()]
        letters = {int(label): chr(int(code)) for label, code, *_ in rows}
    except (ValueError, OverflowError) as error:
        raise DataError(
            f"{path}: expected a label and the code of its letter in each line, as EMNIST has "
            "them; classes.txt, with a name in each line, would be taken before it"
        ) from error
    found = {letters.get(label, ""): label for label in labels}
    if len(found) < len(labels) or not all(map(CLASS_NAME.takes, found)):
        raise DataError(f"{path}: expected a letter of its own for each of {shown(labels)}")
    return found


def shown(labels: Sequence[int]) -> str:
    """Return labels, which are in order, as they are told.

    >>> shown([1, 2, 3]), shown([0, 2])
    ('1 to 3', '0, 2')
    """
    if labels[-1] - labels[0] == len(labels) - 1:
        return f"{labels[0]} to {labels[-1]}"
    return short(", ".join(map(str, labels)))


def read(path: Path) -> list[str]:
    """Return the names. Raises: DataError with each line that will not do; StorageError."""
    names = _lines(path, storage.read(path, LONGEST))
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DataError(f"{path}: expected 2 to {MOST_CLASSES} lines, got {len(names)}")
    first = {name: number for number, name in reversed([*enumerate(names, 1)])}
    problems = [
        f"{path}:{number}: {problem}"
        for number, name in enumerate(names, 1)
        if (problem := _problem(name, number, first[name]))
    ]
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
        return f"expected {CLASS_NAME}, got {short(name)!r}"
    return f"{short(name)} is the name of line {first} already" if first < number else ""
