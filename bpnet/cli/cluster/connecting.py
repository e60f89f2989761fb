"""A scheduler of Dask that is there already: found, spoken to, and left as it was."""

import json
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bpnet.errors import BpnetError, UsageError
from bpnet.system import storage
from bpnet.system.progress import Tell

if TYPE_CHECKING:
    from distributed import Client

    from bpnet.cli.cluster.engine import Cluster

PACKAGE = "distributed>=2025.1"
LIMIT = 2**20  # bytes of a scheduler file


@contextmanager
def connected(
    address: str | None,
    scheduler_file: Path | None,
    data_dir: str | None,
    options: Sequence[str],
    tell: Tell,
) -> "Iterator[Cluster]":
    """Yield an engine that trains runs on the cluster of this scheduler, named in one of two ways.

    `options` are those of each job, without the folder of the data: these travel.
    Raises: UsageError if bpnet or NumPy on a host are others; BpnetError if there is no scheduler.
    """
    place = _address(scheduler_file) if address is None else address
    if not place:
        raise UsageError("--scheduler: expected an address, such as tcp://10.0.0.7:8786")
    with _quiet():
        client = _client(place)
        try:
            from bpnet.cli.cluster import versions
            from bpnet.cli.cluster.engine import Cluster

            versions.refuse_others(client)
            with Cluster(client, place, data_dir, options, tell).watched() as engine:
                yield engine
        finally:
            with suppress(Exception):  # the scheduler may have gone
                client.close(timeout=2)


def _address(scheduler_file: Path | None) -> str:
    """Return what the file says, which a scheduler has written. Raises: UsageError."""
    assert scheduler_file is not None
    hint = "expected a file that `dask scheduler --scheduler-file FILE` has written"
    if not storage.exists(scheduler_file):
        raise UsageError(f"{scheduler_file}: does not exist; {hint}")
    try:
        found = json.loads(storage.read(scheduler_file, LIMIT))["address"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise UsageError(f"{scheduler_file}: no scheduler's file; {hint}") from error
    if not isinstance(found, str) or not found:
        raise UsageError(f"{scheduler_file}: has no address of a scheduler; {hint}")
    return found


def _client(address: str) -> "Client":
    try:
        from bpnet.cli.cluster import guest
    except ImportError as error:
        raise BpnetError(
            f'a Dask cluster is spoken to by distributed ({error}): pip install "{PACKAGE}"'
        ) from error
    return guest.connect(address)


@contextmanager
def _quiet() -> Iterator[None]:
    """Let neither Dask's log nor its warnings come between the lines of this program."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
