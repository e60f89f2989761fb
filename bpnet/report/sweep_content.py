"""What the page of a sweep tells, as plain data for its scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from bpnet.runs import results
from bpnet.runs.directory import Run
from bpnet.runs.identity import settings_of
from bpnet.runs.ranking import Ranking, Standing
from bpnet.runs.sweep_rows import Row
from bpnet.runs.sweeps import Sweep

MOST_POINTS = 200_000  # of all curves together, some 10 bytes each
FEWEST = 20  # of a curve, however many there are


def content(sweep: Sweep, ranking: Ranking) -> dict[str, Any]:
    """Return all that the page shows: the trials in the order of the ranking, and their runs."""
    standings = ranking.standings
    most = max(FEWEST, MOST_POINTS // (len(standings) * sweep.count))
    keys = list(standings[0].settings)
    return {
        "title": sweep.folder.resolve().name,
        "words": {},
        "keys": keys,
        "scored": sorted({_scored(standing) for standing in standings}, reverse=True),
        "seeds": sweep.count,
        "why_not": ranking.why_not,
        "trials": [_trial(standing, ranking) for standing in standings],
        "runs": [
            _run(row, sweep, standing, most) for standing in standings for row in standing.rows
        ],
        "same": _same(sweep, keys),
    }


def _scored(standing: Standing) -> str:
    """Return by which images the runs of a trial are compared: what is chosen by, if there are."""
    return "validation" if standing.images else "test"


def _trial(standing: Standing, ranking: Ranking) -> dict[str, Any]:
    best = ranking.best
    return {
        "number": standing.number,
        "values": list(standing.settings.values()),
        "shares": standing.validation if standing.images else standing.test,
        "tests": standing.test,
        "wrong": standing.wrong if standing.images else None,
        "seconds": standing.seconds,
        "is_best": best is not None and standing.number == best.number,
        "is_within_chance": standing.is_within_chance,
        "p": standing.p,
    }


def _run(row: Row, sweep: Sweep, standing: Standing, most: int) -> dict[str, Any]:
    facts = asdict(row)
    planned = facts.pop("run")
    column = f"{_scored(standing)}_accuracy"
    return {
        "trial": planned["trial"],
        "seed": planned["seed"],
        "path": row.run.folder.relative_to(sweep.folder).as_posix(),
        **facts,
        "score": facts[column],
        "curve": _curve(row, sweep, column, most),
    }


def _curve(row: Row, sweep: Sweep, column: str, most: int) -> list[tuple[int, float]]:
    """Return some epochs of a run, each with its share of right answers."""
    if not row.epochs:
        return []
    log = results.read_log(Run(row.run.folder, sweep.config(row.run)))
    shares = [round(asdict(record)[column], 6) for record in log]
    return [(log[place].epoch, shares[place]) for place in thinned(shares, most)]


def thinned(shares: Sequence[float], most: int) -> list[int]:
    """Return the places of so many shares or fewer, or of all: first, last, and every extreme.

    The shares are cut into pieces of one length; of each the lowest and the highest are kept, so
    that no peak and no fall is lost.

    >>> thinned([5, 1, 2, 3, 9, 4, 4, 4, 6, 7], 6)
    [0, 1, 4, 5, 9]
    """
    if len(shares) <= most:
        return list(range(len(shares)))
    count = (most - 2) // 2
    edges = [len(shares) * piece // count for piece in range(count + 1)]
    pieces = [range(start, end) for start, end in pairwise(edges)]
    extremes = {choice(piece, key=shares.__getitem__) for piece in pieces for choice in (min, max)}
    return sorted({0, len(shares) - 1} | extremes)


def _same(sweep: Sweep, keys: Sequence[str]) -> Mapping[str, Any]:
    """Return the settings that all trials have; the seeds are those of each."""
    settings = settings_of(sweep.trials[0].config)
    last = sweep.first + sweep.count - 1
    settings["seed"] = str(sweep.first) if sweep.count == 1 else f"{sweep.first} to {last}"
    return {key: value for key, value in settings.items() if key not in keys}
