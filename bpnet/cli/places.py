"""Where runs are trained: on this machine, so many at a time, or on a cluster that is there."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Protocol

from bpnet.cli.console import tell
from bpnet.cli.jobs import Engine, Here
from bpnet.config import Config
from bpnet.errors import UsageError
from bpnet.system import processors
from bpnet.training import need


class Place(Protocol):
    """Where runs are trained."""

    def options(self) -> list[str]:
        """Return the options of a command line that name it."""

    def refuse_too_much(self, configs: Sequence[Config], count: int) -> None:
        """Raise BpnetError if so many runs of each config are too much for it; or warn."""

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

    def refuse_too_much(self, configs: Sequence[Config], count: int) -> None:
        """Raise BpnetError if the largest of them do not fit into memory together.

        More processes than cores are told.
        """
        at_once = min(self.jobs, len(configs) * count)
        largest = sorted(configs, key=need.memory, reverse=True)
        each = chain.from_iterable(repeat(config, count) for config in largest)
        need.refuse_too_large(*islice(each, at_once))
        processors.warn_of_more(at_once, max(c.train.workers for c in configs), tell)

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

    def refuse_too_much(self, configs: Sequence[Config], count: int) -> None:
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
