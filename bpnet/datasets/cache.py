"""One process fills a folder of the cache, and those that come meanwhile wait for it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bpnet.errors import StorageError
from bpnet.progress import Tell
from bpnet.system import locks, storage

PATIENCE = 180  # seconds; the largest dataset takes 320 at the lowest rate, but seldom that


@contextmanager
def filling(folder: Path, tell: Tell) -> Iterator[None]:
    """Make the folder, and be alone in filling it if that can be had in good time.

    It is no more than a courtesy to the mirrors. A folder that cannot be written is told of when a
    file is to be kept there, since some can do without.
    """
    with ExitStack() as stack:
        with suppress(StorageError):
            storage.make_folder(folder)
            stack.enter_context(
                locks.hold(
                    folder / locks.NAME,
                    PATIENCE,
                    lambda holder: tell(f"{folder}: waiting for {holder}, which is filling it"),
                )
            )
            storage.sweep(folder)
        yield
