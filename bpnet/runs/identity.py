"""What makes a run that run: its config, but for where the data lie, and the hashes of its data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpnet import config
from bpnet.config import Config
from bpnet.errors import RunError, short
from bpnet.runs import metadata
from bpnet.runs.directory import Run
from bpnet.runs.kinds import CONFIG
from bpnet.training import schedules

EPOCHS = "train.epochs"


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


def is_same(found: Any, own: Mapping[str, Any]) -> bool:
    """Whether an identity that is found in a checkpoint is the run's own.

    How many epochs are still to come makes no difference to a state of the run, where no step
    depends on that.
    """
    settings = _defaults() | own["config"]
    if not is_the_same_for_any_epochs(settings):
        return bool(found == own)
    return bool(_but_for_epochs(found) == _but_for_epochs(own))


def is_the_same_for_any_epochs(settings: Mapping[str, Any]) -> bool:
    """Whether no step of a run with these settings depends on how many epochs are to come."""
    return schedules.is_the_same_for_any_epochs(
        settings["train.schedule"], settings["augment.calm"]
    )


def _but_for_epochs(identity: Any) -> Any:
    if not isinstance(identity, Mapping) or not isinstance(identity.get("config"), Mapping):
        return identity
    settings = identity["config"].items()
    return {**identity, "config": {key: value for key, value in settings if key != EPOCHS}}


def other_settings(found: Mapping[str, Any], config: Config) -> list[str]:
    """Return the keys whose values, by what run.json says, are not those of the config.

    Names of classes are left out: own files bring them with them.
    """
    began = found.get("config", {})
    return [
        key
        for key, value in settings_of(config).items()
        if key != "data.classes" and began.get(key, value) != value
    ]


def refuse_changes(run: Run, data: Mapping[str, str]) -> None:
    """Raise RunError if config or data are not those with which, by run.json, the run began."""
    problems = edits(run)
    began = metadata.read(run.folder)
    other = {name for name, _ in began.get("data", data).items() ^ data.items()}
    if other:
        data_of_run = run.config.data
        own = data_of_run.dir if data_of_run.dataset == "files" else data_of_run.dataset
        names = sorted({name.rpartition("/")[0] or own for name in other})
        problems.append(f"{run.folder}: began with other files of {' and '.join(names)}")
    if problems:
        raise RunError(*problems)


def refuse_edits(*runs: Run) -> None:
    """Raise RunError with a line for each key of a run whose config is not that it began with."""
    problems = [line for run in runs for line in edits(run)]
    if problems:
        raise RunError(*problems)


def edits(run: Run) -> list[str]:
    """Return a line for each key of the run's config that is not as, by run.json, it began."""
    settings = settings_of_run(run)
    before = _defaults() | metadata.read(run.folder).get("config", settings)  # later keys: defaults
    return [
        f"{run.folder / CONFIG}: {name} is {value}, but was {short(str(before[name]))} when the "
        f"run began; put it back{_instead(run, name)}"
        for name, value in settings.items()
        if before[name] != value
    ]


def _instead(run: Run, name: str) -> str:
    if name == EPOCHS and is_the_same_for_any_epochs(settings_of(run.config)):
        return f"; for more epochs: {metadata.resuming(run.folder)} --epochs N"
    return ", or start a new run"
