"""Several values of some keys -> the configs of a sweep's trials; what is wrong is told at once."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from math import prod
from pathlib import Path
from typing import Any

from bpnet.config import choices, contradictions, reading, words
from bpnet.config.choices import MOST_TRIALS, Axis, Row
from bpnet.config.schema import Config, build, flatten
from bpnet.config.settings import written
from bpnet.errors import ConfigError, short

MOST_TOLD = 50  # problems
SEEDS = "seed: the seeds are the same for all combinations: --seeds N"
NOTHING = (
    "nothing varies: give a key several values, such as --set train.learning_rate=0.1,0.3; to "
    "train one setting: bpnet train, with --seeds N for several seeds"
)


@dataclass(frozen=True)
class Trial:
    """A combination: its values of the keys in which the trials differ, and its config."""

    settings: Mapping[str, Any]
    config: Config

    def __str__(self) -> str:
        return _in_words(self.settings)


@dataclass(frozen=True)
class Combination:
    """A trial while it is checked: the row it comes from, all values chosen for it, its config."""

    row: Row
    chosen: Mapping[str, Any]
    config: Config

    def __str__(self) -> str:
        place = f"{self.row.place}: " if self.row.place else ""
        return place + _in_words(self.chosen)


def _in_words(values: Mapping[str, Any]) -> str:
    return " ".join(short(written(*one)) for one in values.items())


def trials(
    source: Path | Config | None,
    settings: Sequence[str] = (),
    grid: Path | None = None,
    listed: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> list[Trial]:
    """Return a trial for each row that is listed, with each value of the grid and the settings.

    The values of the last key change first. Source and environment are those of `reading.load`.
    Raises: ConfigError with every problem of all of them, a line each.
    """
    base, problems = reading.of_source(source)
    around, odd = reading.of_environment(environment)
    problems += odd
    is_sound = not problems
    rows = choices.of_trials(listed, problems) if listed else [Row()]
    axes = choices.of_grid(grid, problems) if grid else []
    axes += choices.of_settings(settings, problems)
    problems += chain(_misplaced(rows, axes), _repeated(axes), _too_many(rows, axes))
    found: list[Combination] = []
    if is_sound and _count(rows, axes) <= MOST_TRIALS:
        found += _combinations(base, around, rows, axes)
    wrong = ((one, problem) for one in found for problem in contradictions.within_new(one.config))
    problems += each_once(wrong, len(found), reading.place(source))
    if problems := problems or list(_alike(found, rows)):
        raise ConfigError(*first_ones(list(words.listed_once(problems))))
    return _as_trials(found)


def _combinations(
    base: Mapping[str, Any], around: Mapping[str, Any], rows: Sequence[Row], axes: Sequence[Axis]
) -> Iterator[Combination]:
    keys = [axis.key for axis in axes]
    for row, *values in product(rows, *(axis.values for axis in axes)):
        chosen = {**row.values, **dict(zip(keys, values, strict=True))}
        outer = around if reading.has_cached_data({**base, **chosen}) else {}
        yield Combination(row, chosen, build({**base, **outer, **chosen}))


def _as_trials(found: Sequence[Combination]) -> list[Trial]:
    """Return the trials, each with its values of the keys in which they differ."""
    first, *others = every = [flatten(one.config) for one in found]
    given = dict.fromkeys(chain(*(one.chosen for one in found)))
    keys = [key for key in {**given, **first} if any(one[key] != first[key] for one in others)]
    return [
        Trial({key: values[key] for key in keys}, one.config)
        for one, values in zip(found, every, strict=True)
    ]


def _misplaced(rows: Iterable[Row], axes: Iterable[Axis]) -> Iterator[str]:
    """Yield which keys are given in two places, and the seed, if it is to vary."""
    places: dict[str, str] = {}
    for row in rows:
        for key in row.values:
            places.setdefault(key, row.place)
    if "seed" in places:
        yield f"{places['seed']}: {SEEDS}"
    for axis in axes:
        if axis.key == "seed" and len(axis.values) > 1:
            yield f"{axis.place}: {SEEDS}"
        if axis.key in places:
            yield f"{axis.place}: {axis.key}: already given by {places[axis.key]}"
        places.setdefault(axis.key, axis.place)


def _repeated(axes: Iterable[Axis]) -> Iterator[str]:
    """Yield which values an axis has twice."""
    for axis in axes:
        for value, count in Counter(axis.values).items():
            if count > 1:
                yield f"{axis.place}: {short(written(axis.key, value))}: given {count} times"


def _too_many(rows: Sequence[Row], axes: Sequence[Axis]) -> Iterator[str]:
    count = _count(rows, axes)
    if count > MOST_TRIALS:
        yield f"expected at most {MOST_TRIALS} combinations, got {count}"


def _count(rows: Sequence[Row], axes: Sequence[Axis]) -> int:
    return len(rows) * prod(len(axis.values) for axis in axes)


def each_once(
    wrong: Iterable[tuple[object, str]], count: int, everywhere: str = ""
) -> Iterator[str]:
    """Yield each problem once, with the first that has it, or with `everywhere` if all of them do.

    >>> list(each_once([("a", "too few"), ("b", "too few"), ("c", "too many")], 3))
    ['a, and 1 more: too few', 'c: too many']
    """
    having: dict[str, list[object]] = {}
    for one, problem in wrong:
        having.setdefault(problem, []).append(one)
    for problem, ones in having.items():
        more = f", and {len(ones) - 1} more" if len(ones) > 1 else ""
        yield f"{everywhere if len(ones) == count else f'{ones[0]}{more}: '}{problem}"


def _alike(found: Sequence[Combination], rows: Sequence[Row]) -> Iterator[str]:
    """Yield which rows come out the same; and whether there is only one combination, or none."""
    if len(found) < 2:
        yield NOTHING
    first: dict[Config, Combination] = {}
    for one in found[:: len(found) // len(rows)] if found else ():
        if one.config in first:
            yield f"{one}: comes out the same as {first[one.config]}"
        first.setdefault(one.config, one)


def first_ones(problems: Sequence[str]) -> list[str]:
    """Return so many of the problems, and how many there are beside them."""
    more = len(problems) - MOST_TOLD
    return [*problems[:MOST_TOLD], *([f"and {more} problems more"] if more > 0 else [])]


def varying(found: Sequence[Trial]) -> list[str]:
    """Return the keys of which not all trials have the same value, in the order they were given."""
    return list(found[0].settings)
