"""How many processors there are for the processes that train."""

import os

from bpnet.system.progress import Tell


def usable() -> int | None:
    """Return how many processors this process may use, if that is known."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count()


def warn_of_more(jobs: int, workers: int, tell: Tell) -> None:
    """Tell if so many jobs at a time, each of so many workers, are more than can run at once."""
    count, there = jobs * workers, usable()
    if there and count > there:
        named = f"--jobs {jobs} x train.workers {workers}" if jobs > 1 else "train.workers"
        tell(
            f"warning: {count} processes ({named}) for {there} core{'s' * (there > 1)} that this "
            "process may use: they slow each other down"
        )
