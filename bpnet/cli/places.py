"""Where runs are trained: on this machine, so many at a time, or on a cluster that is there."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path
from typing import Protocol

from bpnet.cli.console import tell
from bpnet.cli.jobs import Engine, Here
from bpnet.config import Config
from bpnet.errors import LostWorkerError, UsageError
from bpnet.system import processors
from bpnet.training import need


def settle_data() -> None:
    """Let the data of new runs lie where their configs say, which BPNET_DATA_DIR has had a say in.

    Whoever opens a run would let it overrule --data-dir.
    """
    os.environ.pop("BPNET_DATA_DIR", None)


class Place(Protocol):
    """Where runs are trained."""

    def options(self) -> list[str]:
        """Return the options of a command line that name it."""

    def refuse_too_much(self, configs: Sequence[Config]) -> None:
        """Raise BpnetError if runs of these configs, one of each, are too much for it; or warn."""

    def engine(
        self, data_dir: str | None, options: Sequence[str]
    ) -> AbstractContextManager[Engine]:
        """Yield what trains there: jobs with these options, of data that lie in this folder now."""


@dataclass(frozen=True)
class ThisMachine:
    """So many processes at a time."""

    jobs: int

    def options(self) -> list[str]:
        """Return the options of a command line that name it."""
        return ["--jobs", str(self.jobs)] if self.jobs > 1 else []

    def refuse_too_much(self, configs: Sequence[Config]) -> None:
        """Raise BpnetError if the largest of them do not fit into memory together.

        More processes than cores are told.
        """
        needed = {config: need.memory(config) for config in set(configs)}
        largest = nlargest(self.jobs, configs, key=lambda config: needed[config])
        need.refuse_too_large(*largest)
        most = max(config.train.workers for config in configs)
        processors.warn_of_more(len(largest), most, tell)

    @contextmanager
    def engine(self, data_dir: str | None, options: Sequence[str]) -> Iterator[Engine]:
        """Yield what trains here."""
        where = [] if data_dir is None else ["--data-dir", data_dir]
        yield Here(self.jobs, [*where, *options])


@dataclass(frozen=True)
class Cluster:
    """The cluster of a scheduler: its address, or a file that has it."""

    scheduler: str | None
    scheduler_file: Path | None

    def options(self) -> list[str]:
        """Return the options of a command line that name it."""
        if self.scheduler is not None:
            return ["--scheduler", self.scheduler]
        return ["--scheduler-file", str(self.scheduler_file)]

    def refuse_too_much(self, configs: Sequence[Config]) -> None:
        """Refuse nothing: what its hosts have is asked there."""

    @contextmanager
    def engine(self, data_dir: str | None, options: Sequence[str]) -> Iterator[Engine]:
        """Yield what trains there."""
        from bpnet.cli.cluster.connecting import connected

        where = (self.scheduler, self.scheduler_file)
        with connected(*where, data_dir, options, tell) as engine:
            yield engine


def chosen(jobs: int | None, scheduler: str | None, scheduler_file: Path | None) -> Place:
    """Return the place that the options name. Raises: UsageError if they name several."""
    named = {"--jobs": jobs, "--scheduler": scheduler, "--scheduler-file": scheduler_file}
    given = [name for name, value in named.items() if value is not None]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)}: each says where runs are trained: give one")
    if scheduler is None and scheduler_file is None:
        return ThisMachine(jobs or 1)
    return Cluster(scheduler, scheduler_file)


@contextmanager
def telling(again: str) -> Iterator[None]:
    """Say, with an error after which nothing more is heard of the runs, how to go on with them."""
    try:
        yield
    except LostWorkerError as error:
        raise LostWorkerError(*error.lines, f"go on with: {again}") from error
