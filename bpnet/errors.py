"""The errors a user can cause, each told in one line; any other exception is a bug.

BpnetError            it ran and failed (exit status 1)
|-- UsageError        the command line is wrong (exit status 2)
|   `-- ConfigError   everything that is wrong with a config, a line each
|-- StorageError      a file cannot be read or written
|-- DataError         a dataset cannot be had, or is not what it should be
|-- RunError          a run directory is not what it should be
|-- DivergedError     the loss or a weight is no longer a finite number
`-- LostWorkerError   a process that shared the work has ended
"""

from unicodedata import category


class BpnetError(Exception):
    """It ran and failed; the first line says what and where, any others the details."""

    exit_status = 1

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = [printable(line) for line in lines]


class UsageError(BpnetError):
    """The command line asks for something that cannot be."""

    exit_status = 2


class ConfigError(UsageError):
    """The config has these problems, a line each."""


def printable(text: str) -> str:
    """Return the text with everything escaped that a terminal would obey, or could not show.

    That is controls, ends of lines, what turns the direction of the text, and bytes that are no
    letters. The two joiners stay, which belong to words of Persian, of Hindi, and to emoji.

    >>> printable("밑바닥\\n\\u202e\\x1b[31m")
    '밑바닥\\\\n\\\\u202e\\\\x1b[31m'
    """
    return text.translate({ord(c): repr(c)[1:-1] for c in set(text) if _is_obeyed(c)})


def _is_obeyed(letter: str) -> bool:
    if letter.isprintable() or letter in "\u200c\u200d":
        return False
    return category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def short(text: str) -> str:
    """Return the text, or no more of it than fits into a line beside other words.

    >>> len(short("a" * 1000))
    43
    """
    return text if len(text) <= 40 else f"{text[:40]}..."


class StorageError(BpnetError):
    """A file cannot be read or written."""


class DataError(BpnetError):
    """A dataset cannot be had, or is not what it should be."""


class RunError(BpnetError):
    """A run directory is not what it should be."""


class DivergedError(BpnetError):
    """The loss or a weight is no longer a finite number."""


class LostWorkerError(BpnetError):
    """A process that shared the work has ended."""
