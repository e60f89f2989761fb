"""What makes a run that run: its config, but for where the data lie, and the hashes of its data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpnet import config
from bpnet.config import Config
from bpnet.errors import RunError, short
from bpnet.runs import metadata
from bpnet.runs.directory import CONFIG, Run


def settings_of(chosen: Config) -> dict[str, Any]:
    """Return the config as JSON has it, but for where the data lie: that may change."""
    settings = config.flatten(chosen)
    del settings["data.dir"]
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()
    }


def settings_of_run(run: Run) -> dict[str, Any]:
    """Return its settings, with those of earlier versions."""
    return settings_of(run.config) | {"train.threads": run.threads}


def _defaults() -> dict[str, Any]:
    return settings_of_run(Run(Path(), Config()))


def identity_of(run: Run, data: Mapping[str, str]) -> dict[str, Any]:
    """Return all that decides how a run goes on; a key that a later bpnet adds changes nothing."""
    defaults = _defaults().items()
    chosen = [setting for setting in settings_of_run(run).items() if setting not in defaults]
    return {"config": dict(chosen), "data": dict(data)}


def refuse_changes(run: Run, data: Mapping[str, str]) -> None:
    """Raise RunError if config or data are not those with which, by run.json, the run began."""
    began = metadata.read(run.folder)
    settings = settings_of_run(run)
    before = _defaults() | began.get("config", settings)  # later keys had their defaults
    problems = [
        f"{run.folder / CONFIG}: {name} is {value}, but was "
        f"{short(str(before[name]))} when the run began; put it back, or start a new run"
        for name, value in settings.items()
        if before[name] != value
    ]
    other = {name for name, _ in began.get("data", data).items() ^ data.items()}
    if other:
        data_of_run = run.config.data
        own = data_of_run.dir if data_of_run.dataset == "files" else data_of_run.dataset
        names = sorted({name.rpartition("/")[0] or own for name in other})
        problems.append(f"{run.folder}: began with other files of {' and '.join(names)}")
    if problems:
        raise RunError(*problems)
