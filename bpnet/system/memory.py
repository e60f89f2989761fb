"""How much memory there is: a network that needs more is refused before anything is computed."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bpnet.errors import BpnetError, StorageError
from bpnet.system import storage

GROUPS = Path("/proc/self/cgroup")  # the control groups of this process, as Linux has them
LIMITS = Path("/sys/fs/cgroup")


SMALLER = "take a smaller network.hidden or train.batch_size, or fewer at once"


def refuse_more(needed: int, what: str, advice: str = SMALLER) -> None:
    """Raise BpnetError, saying what needs so many bytes, if there are not as many."""
    there = available()
    if there is not None and needed > there:
        raise BpnetError(
            f"{what} needs {_shown(needed)} of memory; {_shown(there)} are there: {advice}"
        )


def available() -> int | None:
    """Return the bytes that this process can have at most, or None if the system does not say.

    It is the least of the machine's memory, whoever uses it now, of what its control groups may
    have (as in a container), and of its own limit (as of ulimit -v).
    """
    return min([*_of_the_machine(), *of_groups(GROUPS, LIMITS), *_of_the_process()], default=None)


def _of_the_machine() -> Iterator[int]:
    with suppress(AttributeError, ValueError, OSError):  # not everywhere is it asked in this way
        yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _of_the_process() -> Iterator[int]:
    with suppress(ImportError):  # Windows has no such limits
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            yield soft


def of_groups(groups: Path, limits: Path) -> Iterator[int]:
    """Yield the limit of each control group that the process is in, and of those above it.

    A container may see the path of its group from outside: what there is of it counts.
    """
    for line in _read(groups).splitlines():
        _, controllers, path = line.split(":", 2)
        root, name = limits, "memory.max"
        if controllers:  # version 1 has a tree for each
            root, name = limits / "memory", "memory.limit_in_bytes"
        if not controllers or "memory" in controllers.split(","):
            group = root / path.lstrip("/")
            for folder in (group, *group.parents):
                if folder.is_relative_to(root):
                    limit = _read(folder / name).strip()
                    yield from [int(limit)] if limit.isdecimal() else []


def _read(path: Path) -> str:
    """Return the text of a file of the system's, or none if there is no such file."""
    try:
        return storage.read(path, 2**16).decode(errors="replace")
    except StorageError:
        return ""


def _shown(size: int) -> str:
    """Return a number of bytes as it is told.

    >>> _shown(23_400_000_000), _shown(5_000_000)
    ('23.4 GB', '5 MB')
    """
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
