"""The engine that trains runs on a cluster: they are placed, listened to, and received."""

from asyncio import CancelledError
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError as FutureCancelledError
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event as Flag
from typing import Any

from distributed import Client, Future, KilledWorker

from bpnet.cli.cluster import arriving, carrying, process, versions
from bpnet.cli.cluster.arriving import Sent
from bpnet.cli.cluster.crew import Crew
from bpnet.cli.cluster.desk import Outcome, Task
from bpnet.cli.cluster.hearing import Placed
from bpnet.cli.cluster.placing import Placing
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
OFTEN = 0.1  # seconds between two looks at whether the scheduler is back


class Cluster:
    """The cluster of a scheduler, as an engine of `jobs`."""

    def __init__(
        self, client: Client, place: str, data_dir: str | None, options: Sequence[str], tell: Tell
    ) -> None:
        self.most = FEWEST
        self._client = client
        assert client.loop
        self._loop = client.loop
        self._data_dir = data_dir
        self._options = tuple(options)
        self._versions = versions.here()
        self._crew = Crew(client, place, tell)
        self._shipping = Shipping(client)
        self._numbers = count()
        self._placing = Placing(client, place, self._crew, self._done)
        self._receivers = ThreadPoolExecutor(RECEIVERS, thread_name_prefix="bpnet-receiver")
        self._closed = Flag()
        self._signal = 0

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
        task = Task(
            sweep=self._client.id,
            number=number,
            versions=self._versions,
            files=sent.files,
            largest=sent.largest,
            data=data,
            options=self._options,
        )
        self._placing.place(Placed(sent, task, events))

    def give_up(self) -> None:
        """Begin no more of those that wait for a Dask worker."""
        self._placing.give_up(lambda placed: not placed.worker)

    def forward(self, number: int) -> None:
        """Pass a signal on to all runs that are trained, and give up those that wait."""
        self._signal = number
        self.give_up()
        self._loop.add_callback(self._stop, None)

    def kill(self) -> None:
        """End all runs at once: a Dask worker ends the job of one that nobody waits for."""
        self._placing.give_up(lambda placed: True)

    def _done(self, placed: Placed, future: "Future[Any]") -> None:
        with suppress(RuntimeError):  # all is over
            self._receivers.submit(self._take, placed, future)

    def _take(self, placed: Placed, future: "Future[Any]") -> None:
        """Take in what has come of a run."""
        if not self._placing.is_waited_for(placed, future):
            return
        try:
            self._receive(placed, future)
        except BpnetError as error:
            placed.tell(f"Error: {error}")
            self._placing.end(placed, error.exit_status)
        except Exception as error:  # or everybody would wait for it
            placed.tell(f"Error: {type(error).__name__}: {error}")
            self._placing.end(placed, 1)
        finally:
            future.release()

    def _receive(self, placed: Placed, future: "Future[Any]") -> None:
        try:
            outcome = Outcome(**future.result())
        except KilledWorker as error:
            raise RunError(
                f"each Dask worker that trained it has died: {MOST_LOSSES + 1} of them; look at "
                "their logs, and at their limits of memory and time"
            ) from error
        except (CancelledError, FutureCancelledError):
            self._lost(placed)
            return
        except Exception as error:
            with suppress(Exception):  # nobody answers
                self._crew.look()
            if placed.among is not None or self._crew.usable() is None:
                raise RunError(f"the Dask worker says {type(error).__name__}: {error}") from error
            self._placing.place_again(placed)
            return
        if outcome.refusal:
            self._crew.refuse(outcome.worker, outcome.refusal)
            self._placing.place_again(placed)
            return
        arriving.receive(placed.sent, outcome.files, outcome.status)
        self._placing.end(placed, outcome.status)

    def _lost(self, placed: Placed) -> None:
        """Start the run again if the cluster was restarted, or not connected for some seconds."""
        while self._client.status == "connecting" and not self._closed.wait(OFTEN):
            pass
        if self._client.status != "running":
            self._placing.tell_of_the_end(placed)
            return
        placed.losses += 1
        if placed.losses > MOST_LOSSES:
            raise RunError("the cluster has lost it, time and again")
        placed.tell("the cluster has lost it: it is begun again")
        self._client.subscribe_topic(self._client.id, self._hear)
        self._placing.place_again(placed)

    def _hear(self, event: tuple[float, Any]) -> None:
        """Take in what a Dask worker says, and also the scheduler, of its clients."""
        said = event[1]
        placed = self._placing.runs.get(said.get("run"))
        if not placed:
            return
        if "needs" in said:
            self._shipping.send(said["needs"], said["worker"])
        elif "started" in said:
            placed.started(said["worker"], said["started"])
            self._crew.warn_of_few_cores(said["host"], said["cores"], placed.sent.run.config)
            if self._signal:
                self._loop.add_callback(self._stop, [said["worker"]])
        elif placed.worker in ("", said["worker"]):
            placed.heard(said["message"])

    async def _stop(self, workers: list[str] | None) -> None:
        with suppress(Exception):
            await self._client.run(
                process.stop, self._client.id, self._signal, workers=workers, on_error="ignore"
            )

    def _watch(self) -> None:
        while not self._closed.wait(LOOK):
            with suppress(Exception):  # nobody answers: the client finds that out by itself
                self._crew.look()
                self.most = max(FEWEST, OF_A_THREAD * sum(self._crew.threads.values()))
                self._placing.place_homeless()
