"""`bpnet sweep --dry-run`: what would be trained, and about how long; nothing is written."""

from collections.abc import Sequence

from bpnet.cli.console import echo, echo_all, echo_json, table, tell
from bpnet.config.combinations import Trial
from bpnet.config.settings import as_text
from bpnet.errors import BpnetError
from bpnet.system import processors
from bpnet.training import pace

UNITS = (("day", 86400), ("h", 3600), ("min", 60), ("s", 1))


def show(trials: Sequence[Trial], count: int, jobs: int, as_json: bool) -> None:
    """Print how many runs there would be, in about what time, and what varies in them."""
    seconds = _seconds(trials, count, jobs)
    if as_json:
        rows = [{"trial": number, **trial.settings} for number, trial in enumerate(trials, 1)]
        told = {"seeds": count, "jobs": jobs, "seconds": seconds and round(seconds, 1)}
        echo_json({"runs": len(trials) * count, **told, "trials": rows})
        return
    time = f", about {_rounded(seconds)} with {jobs} job{'s' * (jobs > 1)}" if seconds else ""
    echo(amount(len(trials), count) + time)
    keys = list(trials[0].settings)
    cells = ([as_text(value) for value in trial.settings.values()] for trial in trials)
    echo_all(table([["#", *keys], *([str(n), *row] for n, row in enumerate(cells, start=1))]))


def amount(trials: int, seeds: int) -> str:
    """Return how many runs a sweep has.

    >>> amount(6, 3), amount(2, 1)
    ('6 configurations x 3 seeds = 18 runs', '2 configurations x 1 seed = 2 runs')
    """
    return f"{trials} configurations x {seeds} seed{'s' * (seeds > 1)} = {trials * seeds} runs"


def _seconds(trials: Sequence[Trial], count: int, jobs: int) -> float | None:
    """Return about how many seconds it would take, if that can be said."""
    configs = [trial.config for trial in trials]
    workers = max(config.train.workers for config in configs)
    room = max(1, (processors.usable() or 1) // workers)
    try:
        return pace.about(configs, count, min(jobs, room))
    except BpnetError as error:
        tell(f"how long it takes is not known: {error}")
        return None


def _rounded(seconds: float) -> str:
    """Return the time in the largest unit of which there are two, or nearly.

    >>> _rounded(7.2), _rounded(80), _rounded(1000), _rounded(86400 * 3.2)
    ('7 s', '80 s', '17 min', '3 days')
    """
    unit, size = next((u for u in UNITS if seconds >= 1.75 * u[1]), UNITS[-1])
    number = max(1, round(seconds / size))
    return f"{number} {unit}{'s' * (unit == 'day' and number > 1)}"
