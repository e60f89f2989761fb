"""The trials of a sweep by their validation images: the best, and which may be as good as it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from statistics import mean
from typing import Any

import numpy as np

from bpnet.config import combinations, flatten
from bpnet.evaluation import SIGNIFICANT, against_the_best, by_seeds, sign_flips
from bpnet.runs import directory, loading, recounting
from bpnet.runs.loading import LoadedRun
from bpnet.runs.metadata import Status
from bpnet.runs.sweep_rows import CHANGED, Row
from bpnet.runs.sweeps import Sweep
from bpnet.system.progress import ByteProgress, Tell

ENDED = (Status.FINISHED, Status.FAILED, Status.DIVERGED, CHANGED)  # it may be left so


@dataclass(frozen=True)
class Standing:
    """A trial: the settings that vary, its runs, and what there is against the best.

    The p of so large a difference to the best, if neither is better: with other images, and with
    other seeds, if there are several; and the larger one, corrected for the number of trials. They
    are None of the best, and of what is not ranked.
    """

    number: int
    settings: Mapping[str, Any]
    images: int  # to choose by
    rows: Sequence[Row]
    p_images: float | None = None
    p_seeds: float | None = None
    p: float | None = None

    @property
    def finished(self) -> list[Row]:
        """Its runs that have finished."""
        return [row for row in self.rows if row.status == Status.FINISHED]

    @property
    def is_complete(self) -> bool:
        """Whether all its runs have finished."""
        return len(self.finished) == len(self.rows)

    @property
    def is_changed(self) -> bool:
        """Whether some of its runs were trained with other settings than the sweep's."""
        return any(row.status == CHANGED for row in self.rows)

    @property
    def right(self) -> list[int]:
        """How many validation images each finished run has right."""
        return [round(share * self.images) for share in self.validation]

    @property
    def wrong(self) -> float | None:
        """How many validation images a run has wrong, in the mean."""
        return self.images - mean(self.right) if self.right else None

    @property
    def validation(self) -> list[float]:
        """The validation accuracy of each finished run."""
        shares = (row.validation_accuracy for row in self.finished)
        return [share for share in shares if share is not None]

    @property
    def test(self) -> list[float]:
        """The test accuracy of each finished run that has one."""
        shares = (row.test_accuracy for row in self.finished)
        return [share for share in shares if share is not None]

    @property
    def seconds(self) -> float | None:
        """How long a finished run has trained, in the mean."""
        found = [row.seconds for row in self.finished if row.seconds is not None]
        return mean(found) if found else None

    @property
    def is_within_chance(self) -> bool:
        """Whether it may be as good as the best, which it is not."""
        return self.p is not None and self.p >= SIGNIFICANT


@dataclass(frozen=True)
class Ranking:
    """All trials, the best first, those that are not ranked at the end.

    Where nothing is ranked, `why_not` says why, and the trials are in the order of their numbers.
    """

    standings: Sequence[Standing]
    why_not: str = ""

    @property
    def best(self) -> Standing | None:
        """The best trial, if any is."""
        return None if self.why_not else self.standings[0]

    @property
    def within_chance(self) -> list[Standing]:
        """The trials that are not distinguishable from the best."""
        return [standing for standing in self.standings if standing.is_within_chance]

    @property
    def left(self) -> int:
        """How many runs may still finish."""
        rows = chain.from_iterable(standing.rows for standing in self.standings)
        return sum(row.status not in ENDED for row in rows)


def rank(
    sweep: Sweep,
    rows: Iterable[Row],
    settings: Sequence[str],
    progress: ByteProgress,
    tell: Tell,
) -> Ranking:
    """Rank the complete trials of a sweep by the mean of their validation accuracies.

    The networks are loaded one by one; settings say where the data lie now, as `open_run` has it.
    Raises: RunError, as `loading.load` does.
    """
    standings = list(_standings(sweep, rows))
    if why_not := _why_not(sweep, standings):
        return Ranking(standings, why_not)
    complete = [standing for standing in standings if standing.is_complete]
    complete.sort(key=lambda standing: -sum(standing.right))
    others = [standing for standing in standings if not standing.is_complete]
    runs = (
        directory.open_run(row.run.folder, settings)
        for standing in complete
        for row in standing.rows
    )
    loaded = recounting.of_the_same_images(loading.one_by_one(runs, "validation", progress, tell))
    try:
        ps = list(_ps(loaded, sweep.count, len(complete)))
    except recounting.OtherImagesError as error:
        return Ranking(standings, str(error))
    return Ranking([complete[0], *_tested(complete, ps), *others])


def _standings(sweep: Sweep, rows: Iterable[Row]) -> Iterator[Standing]:
    """Yield what there is of each trial, in the order of their numbers."""
    keys = combinations.varying(sweep.trials)
    remaining = iter(rows)
    for number, trial in enumerate(sweep.trials, start=1):
        chosen = flatten(trial.config)
        yield Standing(
            number,
            {key: chosen[key] for key in keys},
            trial.config.data.validation,
            list(islice(remaining, sweep.count)),
        )


def _why_not(sweep: Sweep, standings: Sequence[Standing]) -> str:
    """Return why the trials cannot be ranked, or nothing."""
    images = {(data.dataset, data.validation) for data in (t.config.data for t in sweep.trials)}
    if not any(validation for _, validation in images):
        return "data.validation is 0"
    if len(images) > 1:
        return "not all trials have the same validation images"
    complete = sum(standing.is_complete for standing in standings)
    return "" if complete > 1 else f"{complete or 'none'} of {len(standings)} trials is complete"


def _ps(loaded: Iterator[LoadedRun], seeds: int, trials: int) -> Iterator[float]:
    """Yield the p of each trial but the first, which is the best, against it."""
    best = recounting.right(islice(loaded, seeds))
    for _ in range(1, trials):
        yield sign_flips(best - recounting.right(islice(loaded, seeds)))


def _tested(complete: Sequence[Standing], of_images: Sequence[float]) -> Iterator[Standing]:
    """Yield all but the first with its p; of one seed each, nothing is known of others."""
    right = np.array([standing.right for standing in complete])
    of_seeds = by_seeds(right) if right.shape[1] > 1 else None
    larger = list(map(max, of_images, of_seeds)) if of_seeds else of_images
    for place, p in enumerate(against_the_best(larger)):
        yield replace(
            complete[1 + place],
            p_images=of_images[place],
            p_seeds=of_seeds[place] if of_seeds else None,
            p=p,
        )
