"""What has come out of a sweep: a row for each trial, the best, and what is as good as it."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import mean, stdev
from typing import Any

from bpnet.cli.console import byte_bar, echo_all, echo_json, percent, spread, table, tell
from bpnet.cli.options import with_options
from bpnet.config.settings import as_text
from bpnet.runs import directory, ranking, sweep_rows, test_scores
from bpnet.runs.kinds import CONFIG
from bpnet.runs.ranking import Ranking, Standing
from bpnet.runs.sweep_rows import Results
from bpnet.runs.sweeps import Sweep

MOST_ROWS = 30  # of the table, and numbers of trials in a line


def show(results: Results, as_json: bool, data_dir: str | None = None) -> None:
    """Rank the trials, score the best on the test images, and print what has come out.

    The data may lie elsewhere now. results.csv is written once more, with the new scores.
    """
    sweep, settings = results.sweep, with_options((), data_dir)
    found = ranking.rank(sweep, results.rows.values(), settings, byte_bar, tell)
    if found.best and not found.left:
        runs = [directory.open_run(row.run.folder, settings) for row in found.best.rows]
        test_scores.score(*runs, progress=byte_bar, tell=tell)
        found = _read_again(results, found, found.best)
    if as_json:
        echo_json(_in_json(sweep, found))
    else:
        echo_all(_lines(sweep, found))


def _read_again(results: Results, found: Ranking, best: Standing) -> Ranking:
    """Return the ranking with the test scores that the best has now; put them into results.csv."""
    rows = [sweep_rows.row(results.sweep, row.run) for row in best.rows]
    for row in rows:
        results.take(row)
    results.write()
    return replace(found, standings=[replace(best, rows=rows), *found.standings[1:]])


def _lines(sweep: Sweep, found: Ranking) -> Iterator[str]:
    """Yield the table, what can be said of the best, and the sweep's path."""
    yield from table(_rows(found))
    if (more := len(found.standings) - MOST_ROWS) > 0:
        yield f"... and {more} more, in {sweep.folder / sweep_rows.NAME}"
    yield from _of_the_best(sweep, found) if found.best else [f"nothing is ranked: {found.why_not}"]
    others = [standing for standing in found.standings if not standing.is_complete]
    if changed := [standing for standing in others if standing.is_changed]:
        yield f"not ranked, as runs have other settings than sweep.yaml: {_numbers(changed)}"
    if unfinished := [standing for standing in others if not standing.is_changed]:
        yield f"not ranked, as not all runs have finished: {_numbers(unfinished)}"
    yield str(sweep.folder)


def _rows(found: Ranking) -> list[list[str]]:
    """Return the heading, and a row for each of the first trials."""
    shown = found.standings[:MOST_ROWS]
    columns = ["validation", "wrong"] if any(one.images for one in shown) else ["test accuracy"]
    heading = ["#", *shown[0].settings, *columns, "runs", "s"]
    return [heading, *(_cells(standing, len(columns) == 1) for standing in shown)]


def _cells(standing: Standing, of_test: bool) -> list[str]:
    runs = str(len(standing.rows))
    shares = standing.test if of_test else standing.validation
    return [
        str(standing.number),
        *map(as_text, standing.settings.values()),
        _spread(shares),
        *([] if of_test else ["-" if standing.wrong is None else f"{standing.wrong:.0f}"]),
        runs if standing.is_complete else f"{len(standing.finished)} of {runs}",
        "-" if standing.seconds is None else f"{standing.seconds:.1f}",
    ]


def _spread(shares: Sequence[float]) -> str:
    """Return the mean of shares, of several with their standard deviation.

    >>> _spread([]), _spread([0.5]), _spread([0.5, 0.6])
    ('-', '50.00 %', '55.00 ± 7.07 %')
    """
    if len(shares) > 1:
        return spread(shares)
    return percent(shares[0]) if shares else "-"


def _of_the_best(sweep: Sweep, found: Ranking) -> Iterator[str]:
    """Yield what can be said of it, and how it is trained again."""
    best = found.standings[0]
    yield _of_the_others(found)
    if sweep.count == 1:
        yield "with one seed each, networks are compared, not settings: --seeds 3 would tell more"
    yield f"best: {best.number}; its validation accuracy is optimistic, as it was chosen by that"
    if found.left:
        yield f"no test accuracy yet, as runs of the sweep are left to train: {found.left}"
    else:
        yield f"test accuracy of {best.number}: {_spread(best.test)}"
    yield f"train it again with: {_command(sweep, best)}"


def _of_the_others(found: Ranking) -> str:
    near = found.within_chance
    if not near:
        return "all others are distinguishable from the best"
    others = sum(standing.p is not None for standing in found.standings)
    told = "all others" if len(near) == others else _numbers(near)
    return f"not distinguishable from the best: {told}"


def _numbers(standings: Sequence[Standing]) -> str:
    """Return the numbers of the trials, of very many the first ones."""
    numbers = [str(standing.number) for standing in standings[:MOST_ROWS]]
    more = len(standings) - len(numbers)
    return ", ".join(numbers) + (f" and {more} more" if more else "")


def _command(sweep: Sweep, best: Standing) -> str:
    """Return the command that trains the runs of the trial again."""
    words = ["bpnet", "train", "--config", str(best.rows[0].run.folder / CONFIG)]
    return shlex.join(words + (["--seeds", str(sweep.count)] if sweep.count > 1 else []))


def _in_json(sweep: Sweep, found: Ranking) -> dict[str, Any]:
    """Return what --json prints."""
    best = found.best
    return {
        "sweep": str(sweep.folder),
        "ranked_by": "validation_accuracy" if best else None,
        "not_ranked": found.why_not or None,
        "trials": list(map(_trial_in_json, found.standings)),
        "best": best and best.number,
        "not_distinguishable": [one.number for one in found.within_chance] if best else None,
        "command": best and _command(sweep, best),
    }


def _trial_in_json(standing: Standing) -> dict[str, Any]:
    shares = standing.validation if standing.images else standing.test
    return {
        "trial": standing.number,
        "settings": standing.settings,
        "runs": len(standing.rows),
        "finished": len(standing.finished),
        "validation_accuracy": standing.validation,
        "test_accuracy": standing.test,
        "mean": mean(shares) if shares else None,
        "standard_deviation": stdev(shares) if len(shares) > 1 else None,
        "wrong": standing.wrong,
        "seconds": standing.seconds,
        "p_images": standing.p_images,
        "p_seeds": standing.p_seeds,
        "p": standing.p,
    }
