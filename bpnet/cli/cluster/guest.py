"""A client of a cluster that is other people's: it asks for nothing, and leaves nothing behind."""

from typing import Any

from distributed import Client

from bpnet.errors import BpnetError

PATIENCE = 10  # seconds in which a scheduler must answer


class Guest(Client):
    """A client of Dask that can fail to connect without waiting for what was never there."""

    def start(self, **options: Any) -> None:
        """Connect."""
        try:
            super().start(**options)  # type: ignore[no-untyped-call]
        except BaseException:
            self.status = "closed"  # or its end would wait 20 seconds for a scheduler
            raise


def connect(address: str) -> Guest:
    """Return a client of the scheduler at the address, and of no other.

    Raises: BpnetError if none answers.
    """
    try:
        return Guest(  # type: ignore[no-untyped-call]
            address, timeout=PATIENCE, set_as_default=False, name="bpnet"
        )
    except Exception as error:  # of any server that is no scheduler
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise BpnetError(f"--scheduler {address}: no Dask scheduler: {reason}") from error
