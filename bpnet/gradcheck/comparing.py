"""An array of gradients beside numeric ones: the entry with the largest error makes the row."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import numpy as np

from bpnet.array import Array
from bpnet.gradcheck.watching import Misfit, blaming

STEP = 1e-5  # h: the error of the formula, h^2, and that of rounding, 1e-16 / h, are both small
TOLERANCE = 1e-6

Probe = Callable[[], tuple[float, bytes]]  # the loss, and on which side of its kink all stands
Given = ParamSpec("Given")


@dataclass(frozen=True)
class Row:
    """One line of the report: an array of gradients, and its entry with the largest error.

    `reason` says why there was nothing to compare: the layer raised, or returned what is no
    gradient of that array.
    """

    name: str
    checked: int
    left_out: int
    error: float
    analytic: float
    numeric: float
    reason: str | None = None

    @property
    def passed(self) -> bool:
        """Whether something was checked and nothing is off by more than the tolerance."""
        return self.checked > 0 and self.error < TOLERANCE


def failed(name: str, misfit: Misfit) -> Row:
    """Return the row of something that could not be compared."""
    return Row(name, 0, 0, math.nan, math.nan, math.nan, str(misfit))


def or_failed(
    comparison: Callable[Concatenate[str, Given], Row],
) -> Callable[Concatenate[str, Given], Row]:
    """Let a comparison return a row whatever its layers do: one that failed, where they misbehave.

    Its first argument is the name of the row.
    """

    def row(name: str, /, *args: Given.args, **kwargs: Given.kwargs) -> Row:
        try:
            with blaming(name):
                return comparison(name, *args, **kwargs)
        except Misfit as misfit:
            return failed(name, misfit)

    return wraps(comparison)(row)


@or_failed
def compare(
    name: str, probe: Probe, array: Array, gradient: Array, places: Iterable[tuple[int, ...]]
) -> Row:
    """Compare the gradient of an array with numeric ones at the given places."""
    scale = float(np.abs(gradient).max())
    entries: list[Any] = [(*place, ...) for place in places]
    slopes = [_pair(probe, array[e], 1.0, float(gradient[e]), scale) for e in entries]
    return summary(name, slopes, scale)


@or_failed
def compare_directions(name: str, probe: Probe, p: Array, gradient: Array, ds: Array) -> Row:
    """Compare gradient * d with the slope along each d, a direction in which all of p moves."""
    scale = float(np.linalg.norm(gradient))
    slopes = [_pair(probe, p, d, float(gradient @ d), scale) for d in ds]
    return summary(name, slopes, scale)


def _pair(
    probe: Probe, p: Array, d: Array | float, analytic: float, scale: float
) -> tuple[float, float | None]:
    """Return the analytic slope and the numeric one, which is None where there is a kink.

    A layer tells of a kink by its mask. Without one it shows all the same: the error of a wrong
    gradient stays as it is when the step is a tenth, while that of a kink changes.
    """
    numeric = _slope(probe, p, STEP, d)
    if numeric is None or abs(analytic - numeric) < TOLERANCE * scale:
        return analytic, numeric
    closer = _slope(probe, p, STEP / 10, d)
    is_kink = closer is None or abs(closer - numeric) > abs(analytic - numeric) / 10
    return analytic, None if is_kink else numeric


def _slope(probe: Probe, p: Array, h: float, d: Array | float) -> float | None:
    """Return (L(p + h d) - L(p - h d)) / 2h, or None where that crosses the kink of a mask.

    p, the place in the network's own memory, is changed and put back.
    """
    start = p.copy()
    try:
        p[...] = start + h * d
        above, sides_above = probe()
        p[...] = start - h * d
        below, sides_below = probe()
    finally:
        p[...] = start
    return (above - below) / (2 * h) if sides_above == sides_below else None


def summary(name: str, pairs: Sequence[tuple[float, float | None]], scale: float) -> Row:
    """Sum up pairs of an analytic and a numeric slope; beside a scale of 0 nothing is right."""
    kept = [(analytic, numeric) for analytic, numeric in pairs if numeric is not None]
    if not kept:
        return Row(name, 0, len(pairs), math.nan, math.nan, math.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.abs([analytic - numeric for analytic, numeric in kept]) / scale
    worst = int(np.argmax(errors))  # argmax takes a NaN for the largest
    return Row(name, len(kept), len(pairs) - len(kept), float(errors[worst]), *kept[worst])
