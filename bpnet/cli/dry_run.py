"""`bpnet sweep --dry-run`: what would be trained, and about how long; nothing is written."""

from collections.abc import Sequence
from functools import cache

from bpnet import datasets
from bpnet.cli.console import echo, echo_all, echo_json, table, tell
from bpnet.cli.places import Place, ThisMachine
from bpnet.config import Config
from bpnet.config.combinations import Trial, each_once, first_ones
from bpnet.config.settings import as_text
from bpnet.datasets.loading import left_to_train_on
from bpnet.errors import BpnetError, DataError
from bpnet.system import processors
from bpnet.training import pace

UNITS = (("day", 86400), ("h", 3600), ("min", 60), ("s", 1))


def show(trials: Sequence[Trial], count: int, place: Place, as_json: bool) -> None:
    """Print how many runs there would be, in about what time, and what varies in them.

    Raises: BpnetError if a dataset has too few images for a trial, or memory is too small.
    """
    jobs = place.jobs if isinstance(place, ThisMachine) else None
    seconds = _seconds(trials, count, place)
    if as_json:
        rows = [{"trial": number, **trial.settings} for number, trial in enumerate(trials, 1)]
        told = {"seeds": count, "jobs": jobs, "seconds": seconds and round(seconds, 1)}
        echo_json({"runs": len(trials) * count, **told, "trials": rows})
        return
    time = f", about {_rounded(seconds)} with {_jobs(jobs)}" if seconds and jobs else ""
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


def refuse_few_images(trials: Sequence[Trial], configs: Sequence[Config], count: int) -> None:
    """Raise DataError with the trials whose data, as their configs have them, have too few images.

    They are named unless they are all of so many. How many images there are is known before any is
    downloaded.
    """
    wrong: list[tuple[Trial, str]] = []
    images = cache(datasets.counts)
    for trial, config in zip(trials, configs, strict=True):
        try:
            left_to_train_on(config.data, images(config.data)[0])
        except BpnetError as error:
            wrong.append((trial, str(error)))
    if wrong:
        raise DataError(*first_ones(list(each_once(wrong, count))))


def _seconds(trials: Sequence[Trial], count: int, place: Place) -> float | None:
    """Return about how many seconds it would take, if that can be said."""
    try:
        configs = datasets.all_completed(trial.config for trial in trials)
    except BpnetError as error:  # own files, which are not there yet
        tell(f"how long it takes is not known: {error}")
        return None
    refuse_few_images(trials, configs, len(trials))
    place.refuse_too_much([config for config in configs for _ in range(count)])
    if not isinstance(place, ThisMachine):
        tell("how long it takes depends on the cluster")
        return None
    room = (processors.usable() or 1) // max(config.train.workers for config in configs)
    return pace.about(configs, count, at_once=min(place.jobs, max(1, room)))


def _jobs(count: int) -> str:
    return f"{count} job{'s' * (count > 1)}"


def _rounded(seconds: float) -> str:
    """Return the time in the largest unit of which there are two, or nearly.

    >>> _rounded(7.2), _rounded(80), _rounded(1000), _rounded(86400 * 3.2)
    ('7 s', '80 s', '17 min', '3 days')
    """
    unit, size = next((u for u in UNITS if seconds >= 1.75 * u[1]), UNITS[-1])
    number = max(1, round(seconds / size))
    return f"{number} {unit}{'s' * (unit == 'day' and number > 1)}"
