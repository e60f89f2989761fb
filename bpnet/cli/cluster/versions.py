"""The versions of bpnet and NumPy, here and on a cluster: with others, results would differ."""

import pkgutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from bpnet.errors import UsageError

if TYPE_CHECKING:
    from distributed import Client

Versions: TypeAlias = tuple[str, ...]  # of bpnet, and of NumPy; "" is none
PLACES = {"bpnet": "bpnet:__version__", "NumPy": "numpy:__version__"}
PATIENCE = 10  # seconds in which all must answer


def here() -> Versions:
    """Return the versions of this process."""
    return tuple(map(_version, PLACES.values()))


def _version(place: str) -> str:
    try:
        return str(pkgutil.resolve_name(place))
    except (ImportError, AttributeError):
        return ""


def difference(found: Iterable[str], expected: Iterable[str]) -> str:
    """Return what differs, or "".

    >>> difference(("0.6", ""), ("0.7", "2.4"))
    'bpnet 0.6 instead of 0.7, no NumPy instead of 2.4'
    """
    return ", ".join(
        f"{f'{name} {one}' if one else f'no {name}'} instead of {other}"
        for name, one, other in zip(PLACES, found, expected, strict=False)
        if one != other
    )


def refuse_others(client: "Client") -> None:
    """Raise UsageError with a line for each host whose Dask workers have other versions.

    The scheduler needs neither: it passes on what it does not read.
    """
    expected = here()
    problems = {
        f"{host(worker)}: the Dask worker has {different}": None
        for worker, found in of_workers(client).items()
        if (different := difference(found, expected))
    }
    if problems:
        raise UsageError(*problems, "install the same versions on all of them, or here")


def host(worker: str) -> str:
    """Return the host of a Dask worker, by its address.

    >>> host("tcp://10.0.0.7:40123")
    '10.0.0.7'
    """
    return worker.rpartition("://")[2].rpartition(":")[0]


def of_workers(client: "Client", workers: list[str] | None = None) -> dict[str, Versions]:
    """Return the versions of each Dask worker, or of these; what does not answer is left out."""
    answers = [_asked(client, place, workers) for place in PLACES.values()]
    return {
        worker: tuple(answer[worker] for answer in answers)
        for worker in answers[0]
        if all(worker in answer for answer in answers)
    }


def _asked(client: "Client", place: str, workers: list[str] | None) -> dict[str, str]:
    """Return what the Dask workers have at this place, by their addresses."""
    try:
        found = client.run(
            pkgutil.resolve_name,
            place,
            workers=workers,
            on_error="return",
            callback_timeout=PATIENCE,
        )
    except TimeoutError:  # one is suspended: each checks itself once more (`remote.train`)
        return {}
    nothing = (ImportError, AttributeError)
    return {
        worker: "" if isinstance(answer, nothing) else str(answer)
        for worker, answer in found.items()
        if isinstance(answer, (*nothing, str))
    }
