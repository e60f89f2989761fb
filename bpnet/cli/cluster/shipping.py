"""The data, sent to each Dask worker that asks for them: none needs a disk in common, or a network.

A plugin of Dask would reach all workers, also those of other people who have no bpnet, and would
stay if this process were killed. So a run that finds no data where it is asks for them.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace

from distributed import Client

from bpnet.cli.cluster import store
from bpnet.cli.cluster.carrying import Files
from bpnet.config import DataConfig
from bpnet.datasets import parcels


class Shipping:
    """The datasets of the runs, as they travel."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sha256: dict[DataConfig, str] = {}
        self._packed: dict[str, Files] = {}
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}

    def sha256(self, data: DataConfig) -> str:
        """Return by what the data are known. Raises: DataError, StorageError."""
        same = replace(data, validation=0, train=0, mix=float(data.mix > 0))
        if same not in self._sha256:
            known, packed = parcels.pack(same)
            self._sha256[same] = known
            self._packed[known] = packed
        return self._sha256[same]

    def send(self, data: str, worker: str) -> None:
        """Send the data to the Dask worker, unless they are under way; on the client's thread."""
        if (data, worker) not in self._under_way:
            self._under_way[data, worker] = asyncio.ensure_future(self._sent(data, worker))

    async def _sent(self, data: str, worker: str) -> None:
        try:
            with suppress(Exception):  # if it still needs them, it will ask again
                await self._client.run(store.deliver, data, self._packed[data], workers=[worker])
        finally:
            del self._under_way[data, worker]
