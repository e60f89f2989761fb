"""The engine that trains runs on a cluster: they are placed, listened to, and received."""

from asyncio import CancelledError
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event as Flag
from threading import RLock
from typing import Any

from distributed import Client, Future, KilledWorker

from bpnet.cli.cluster import arriving, carrying, remote, versions
from bpnet.cli.cluster.arriving import Sent
from bpnet.cli.cluster.crew import Crew
from bpnet.cli.cluster.hearing import Placed
from bpnet.cli.cluster.remote import Outcome, Task
from bpnet.cli.cluster.shipping import Shipping
from bpnet.cli.jobs import Events
from bpnet.cli.options import with_options
from bpnet.errors import BpnetError, RunError
from bpnet.runs import directory
from bpnet.system import background
from bpnet.system.progress import Tell

FEWEST, OF_A_THREAD = 100, 4  # runs that it has at a time: a cluster that can grow sees a queue
RECEIVERS = 4  # so that one that hangs keeps few of the others waiting
MOST_LOSSES = 3
LOOK = 1.0  # seconds between two looks at who is there


class Cluster:
    """The cluster of a scheduler, as an engine of `jobs`."""

    def __init__(
        self, client: Client, place: str, data_dir: str | None, options: Sequence[str], tell: Tell
    ) -> None:
        self.most = FEWEST
        self._client = client
        assert client.loop
        self._loop = client.loop
        self._place_name = place
        self._data_dir = data_dir
        self._options = tuple(options)
        self._versions = versions.here()
        self._crew = Crew(client, place, tell)
        self._shipping = Shipping(client)
        self._numbers = count()
        self._runs: dict[int, Placed] = {}
        self._lock = RLock()
        self._receivers = ThreadPoolExecutor(RECEIVERS, thread_name_prefix="bpnet-receiver")
        self._closed = Flag()
        self._signal = 0
        self._tell = tell

    @contextmanager
    def watched(self) -> "Iterator[Cluster]":
        """Listen to the cluster, and look at its Dask workers now and then, until the end."""
        self._client.subscribe_topic(self._client.id, self._hear)
        watching = background.start(self._watch)
        try:
            yield self
        finally:
            self._closed.set()
            self.kill()
            watching.join(2)
            self._receivers.shutdown(wait=False, cancel_futures=True)

    def start(self, folder: Path, events: Events) -> None:
        """Train the run on, when a Dask worker has time for it."""
        try:
            run = directory.open_run(folder, with_options((), self._data_dir))
            sent = Sent(run, carrying.pack(folder), arriving.epochs(self._options))
            data = self._shipping.sha256(run.config.data)
        except BpnetError as error:
            events.put((folder, f"Error: {error}"))
            events.put((folder, error.exit_status))
            return
        number = next(self._numbers)
        task = Task(self._client.id, number, self._versions, sent.files, data, self._options)
        with self._lock:
            self._runs[number] = Placed(sent, task, events)
            self._place(self._runs[number])

    def give_up(self) -> None:
        """Begin no more of those that wait for a Dask worker."""
        self._cancel([placed for placed in list(self._runs.values()) if not placed.worker])

    def forward(self, number: int) -> None:
        """Pass a signal on to all runs that are trained, and give up those that wait."""
        self._signal = number
        self.give_up()
        self._loop.add_callback(self._stop, None)

    def kill(self) -> None:
        """End all runs at once: a Dask worker ends the job of one that nobody waits for."""
        self._cancel(list(self._runs.values()))

    def _cancel(self, runs: Sequence[Placed]) -> None:
        with self._lock:
            for placed in runs:
                self._end(placed, None)
            if futures := [placed.future for placed in runs if placed.future]:
                self._client.cancel(futures)

    def _end(self, placed: Placed, status: int | None) -> None:
        with self._lock:
            if self._runs.pop(placed.task.number, None):
                placed.events.put((placed.folder, status))

    def _place(self, placed: Placed) -> None:
        """Give the run to the cluster, or to those of its Dask workers that will do."""
        placed.among = self._crew.usable()
        placed.tries += 1
        placed.future = None
        if placed.among is None or placed.among:
            placed.future = self._client.submit(
                remote.train,
                placed.task,
                key=f"bpnet-{self._client.id}-{placed.task.number}-{placed.tries}",
                workers=None if placed.among is None else sorted(placed.among),
                pure=False,
            )
            placed.future.add_done_callback(partial(self._done, placed))

    def _done(self, placed: Placed, future: "Future[Outcome]") -> None:
        with suppress(RuntimeError):  # all is over
            self._receivers.submit(self._take, placed, future)

    def _take(self, placed: Placed, future: "Future[Outcome]") -> None:
        """Take in what has come of a run."""
        with self._lock:
            if self._runs.get(placed.task.number) is not placed or placed.future is not future:
                return  # it was given up, or is placed elsewhere
        try:
            self._receive(placed, future)
        except BpnetError as error:
            placed.tell(f"Error: {error}")
            self._end(placed, error.exit_status)
        except Exception as error:  # or everybody would wait for it
            placed.events.put((placed.folder, RunError(f"{type(error).__name__}: {error}")))
        finally:
            future.release()

    def _receive(self, placed: Placed, future: "Future[Outcome]") -> None:
        try:
            outcome = future.result()
        except KilledWorker as error:
            raise RunError(
                f"each Dask worker that trained it has died: {MOST_LOSSES + 1} of them; look at "
                "their logs, and at their limits of memory and time"
            ) from error
        except (CancelledError, FutureCancelledError):
            self._lost(placed)
            return
        except Exception as error:
            if not self._crew.check():
                raise RunError(f"the Dask worker says {type(error).__name__}: {error}") from error
            self._place_again(placed)
            return
        if outcome.refusal:
            self._crew.refuse(outcome.worker, outcome.refusal)
            self._place_again(placed)
            return
        arriving.receive(placed.sent, outcome.files, outcome.status)
        self._end(placed, outcome.status)

    def _place_again(self, placed: Placed) -> None:
        with self._lock:
            if placed.task.number in self._runs:
                placed.worker = ""
                self._place(placed)

    def _lost(self, placed: Placed) -> None:
        """Start the run again if somebody has restarted the cluster; its scheduler may be gone."""
        if self._client.status != "running":
            error = BpnetError(f"{self._place_name}: the Dask scheduler has gone")
            placed.events.put((placed.folder, error))
            return
        placed.losses += 1
        if placed.losses > MOST_LOSSES:
            raise RunError("it was cancelled on the cluster, time and again")
        self._place_again(placed)

    def _hear(self, event: tuple[float, Any]) -> None:
        """Take in what a Dask worker says, and also the scheduler, of its clients."""
        said = event[1]
        placed = self._runs.get(said.get("run"))
        if not placed:
            return
        if "needs" in said:
            self._shipping.send(said["needs"], said["worker"])
        elif "started" in said:
            placed.started(said["worker"], said["started"])
            self._crew.warn_of_few_cores(said["host"], said["cores"], placed.sent.run.config)
            if self._signal:
                self._loop.add_callback(self._stop, [said["worker"]])
        elif said["worker"] == placed.worker:
            placed.heard(said["message"])

    async def _stop(self, workers: list[str] | None) -> None:
        with suppress(Exception):
            await self._client.run(
                remote.stop, self._client.id, self._signal, workers=workers, on_error="ignore"
            )

    def _watch(self) -> None:
        while not self._closed.wait(LOOK):
            with suppress(Exception):  # nobody answers: the client finds that out by itself
                self._crew.look()
                self.most = max(FEWEST, OF_A_THREAD * sum(self._crew.threads.values()))
                self._place_homeless()

    def _place_homeless(self) -> None:
        """Place the runs anew that none of the Dask workers can take that are there."""
        with self._lock:
            for placed in list(self._runs.values()):
                if placed.among is not None and not placed.among & self._crew.threads.keys():
                    if placed.future:
                        self._client.cancel([placed.future])
                    self._place_again(placed)
