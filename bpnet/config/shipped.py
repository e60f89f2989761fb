"""The configs that come with bpnet, found by their names: `mnist` is configs/mnist.yaml."""

import os
from difflib import get_close_matches
from pathlib import Path

from bpnet.config.words import LIKENESS
from bpnet.errors import ConfigError, short
from bpnet.system import storage

DEFAULT = "mnist"  # what `bpnet train` alone trains
ENDING = ".yaml"
LONGEST = 1024  # of a first line, and what follows it is not read
SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))
PACKAGE = Path(__file__).parents[1]


def find(text: str) -> Path:
    """Return the file of a config that is given as a path, or else by the name of a shipped one.

    Raises: ConfigError if none has this name.
    """
    if is_path(text):
        return Path(text)
    if text not in names():
        raise ConfigError(_unknown(text))
    return _folder() / f"{text}{ENDING}"


def is_path(text: str) -> bool:
    """Whether the text is a path, whatever lies there; all else is a name.

    >>> is_path("mnist"), is_path("./mnist"), is_path("mnist.yaml")
    (False, True, True)
    """
    return text.endswith(ENDING) or any(separator in text for separator in SEPARATORS)


def names() -> list[str]:
    """Return the name of every shipped config."""
    return sorted(path.stem for path in _folder().glob(f"*{ENDING}"))


def about(name: str) -> str:
    """Return what a shipped config says in its first line, a comment."""
    head = storage.head(_folder() / f"{name}{ENDING}", LONGEST).decode(errors="replace")
    first = head.partition("\n")[0]
    return first.lstrip("# ") if first.startswith("#") else ""


def meant(text: str) -> str:
    """Return how a config is written that somebody else would write so.

    >>> meant("elsewhere/mnist.yaml"), meant("mnist.yml"), meant("mine.yaml")
    ('mnist', './mnist.yml', 'mine.yaml')
    """
    if is_path(text):
        path = Path(text)
        return path.stem if hint(path) and not path.exists() else text
    return text if text in names() else f".{os.sep}{text}"


def hint(path: Path) -> str:
    """Return what to add to an error about a file that cannot be read."""
    told = f"; for the one that comes with bpnet, give its name: {path.stem}"
    return told if path.stem in names() else ""


def _unknown(text: str) -> str:
    known = names()
    if not known:
        return f"{_folder()}: the configs that come with bpnet are missing; install it anew"
    near = get_close_matches(text.lower(), known, n=1, cutoff=LIKENESS)
    advice = f"did you mean {near[0]}? The" if near else "the"
    return (
        f"no config is named {short(text)!r}; {advice} names are {', '.join(known)}; a file needs "
        "a path, such as ./mine.yaml"
    )


def _folder() -> Path:
    """Return their folder: in the package, as the wheel has it, or beside it in a checkout."""
    inside = PACKAGE / "configs"
    return inside if inside.is_dir() else PACKAGE.parent / "configs"
