"""The verbs of the library, for programs and notebooks: `bpnet.train`, `bpnet.load`.

NumPy is imported late, as in the command line: its one thread must be fixed before.
Where NumPy is there already, as in a notebook, its threads are what they are.
"""

import sys
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpnet.config import Config, shipped
from bpnet.errors import UsageError
from bpnet.runs import anew, directory
from bpnet.runs.directory import Run
from bpnet.runs.identity import refuse_edits
from bpnet.system import processors, threads
from bpnet.system.progress import Tell, never, silent, unwatched

if TYPE_CHECKING:
    from bpnet.network import Network
    from bpnet.training.state import EpochRecord


def train(
    config: "str | PathLike[str] | Config",
    settings: Mapping[str, Any] | None = None,
    run_dir: "str | PathLike[str] | None" = None,
    stop: Callable[[], bool] = never,
    watch: "Callable[[EpochRecord], object]" = unwatched,
    tell: Tell = silent,
) -> Run:
    """Train a network as `bpnet train` does, and return its run: the same directory, nothing shown.

    `config` is the name of a shipped one such as "mnist", a YAML file such as "./mine.yaml", or a
    Config; `settings` override it, such as {"train.epochs": 3}.
    `stop` is asked before each step, and once it says yes the run is saved as interrupted. `watch`
    takes the record of each epoch, and `tell` each warning as a line.
    Raises: BpnetError.
    """
    source = _source(config)
    if not isinstance(settings, Mapping | None):
        raise UsageError('settings: expected values by their keys, such as {"train.epochs": 3}')
    chosen = anew.load(source, settings or {})
    _import_numpy(tell)
    from bpnet.runs import session

    name = source.stem if isinstance(source, Path) else "config"
    folder = None if run_dir is None else Path(run_dir).expanduser()
    processors.warn_of_more(1, chosen.train.workers, tell)
    with session.started(chosen, name, folder, tell=tell) as begun:
        for record in session.train(begun, stop, tell=tell):
            watch(record)
        return begun.run


def _source(config: "str | PathLike[str] | Config") -> Path | Config:
    """Return the file of a config that is named or given, or the Config itself."""
    if isinstance(config, str):
        return shipped.find(config)
    return config if isinstance(config, Config) else Path(config)


def load(run: "str | PathLike[str] | Run") -> "Network":
    """Return the network of a run, with its trained weights; `classify` is what it is for.

    Raises: RunError if there is no such run, its config has changed, or its weights are missing or
    damaged.
    """
    found = run if isinstance(run, Run) else directory.open_run(Path(run))
    refuse_edits(found)
    _import_numpy(silent)
    from bpnet.runs.results import load_network

    return load_network(found)


def _import_numpy(tell: Tell) -> None:
    """Import NumPy on one thread; warn if it was imported before, perhaps on more."""
    if "numpy" not in sys.modules:
        with threads.fixed():
            import numpy  # noqa: F401
    elif not threads.is_one():
        tell(
            "warning: NumPy was imported before bpnet, perhaps on more than one thread: the last "
            "bits may differ from those of bpnet train"
        )
