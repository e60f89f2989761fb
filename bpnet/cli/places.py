"""Where runs are trained: on this machine, so many at a time, or on a cluster that is there."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import Protocol

from bpnet.cli.console import tell
from bpnet.cli.jobs import Engine, Here
from bpnet.config import Config
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


def chosen(jobs: int | None) -> Place:
    """Return the place that the options name."""
    return ThisMachine(jobs or 1)
