"""The memory that a process and its descendants take together; Linux only."""

import re
import time
from pathlib import Path

BEFORE, BETWEEN = 1.0, 0.05  # seconds, before the first look and between two


def most_together(process):
    """Watch a process to its end; return the greatest proportional set size, in MB, of its tree.

    In that, what several processes share counts once. What it takes until it trains is not seen.
    """
    found = []
    time.sleep(BEFORE)
    while size := sum(map(_proportional, _tree(process))):
        found.append(size)
        time.sleep(BETWEEN)
    return max(found)


def _tree(process):
    """Return the ids of the process and of all its descendants."""
    parents = {int(path.parent.name): _parent(path) for path in Path("/proc").glob("[0-9]*/stat")}
    tree = [process]
    for known in tree:  # it grows on the way
        tree += [child for child, parent in parents.items() if parent == known]
    return tree


def _parent(path):
    try:
        return int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _proportional(process):
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:  # it has ended
        return 0
    return sum(int(size) for size in re.findall(r"^Pss: +(\d+) kB", text, re.M)) * 1.024e-3
