"""Several values of some keys -> the configs of a sweep's trials; all that is wrong is told at once."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from bpnet.config import reading
from bpnet.config.schema import Config, flatten


@dataclass(frozen=True)
class Trial:
    """A combination: the values of the keys that it sets, by their full names, and its config."""

    settings: Mapping[str, Any]
    config: Config


def trials(
    source: Path | Config | None,
    settings: Sequence[str],
    environment: Mapping[str, str] = os.environ,
) -> list[Trial]:
    """Return a trial for each combination of the values; the last key's values change first.

    Raises: ConfigError with every problem of all of them, a line each.
    """
    axes = [list(_values(setting)) for setting in settings]
    base = reading.load(source, (), environment)
    return [_trial(base, chosen) for chosen in product(*axes)]


def _trial(base: Config, chosen: Sequence[str]) -> Trial:
    config = reading.load(base, chosen, {})
    keys = [setting.partition("=")[0].strip(" ") for setting in chosen]
    return Trial({key: flatten(config)[key] for key in keys}, config)


def _values(setting: str) -> Iterator[str]:
    """Yield KEY=VALUE for each of the values, which commas separate; not those inside brackets.

    >>> list(_values("network.hidden=[300, 100],50"))
    ['network.hidden=[300, 100]', 'network.hidden=50']
    """
    key, _, text = setting.partition("=")
    depth, value = 0, ""
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            yield f"{key}={value}"
            value = ""
        else:
            value += letter
    yield f"{key}={value}"


def varying(found: Sequence[Trial]) -> list[str]:
    """Return the keys of which not all trials have the same value, in the order they were given."""
    keys = dict.fromkeys(key for trial in found for key in trial.settings)
    settings = [flatten(trial.config) for trial in found]
    return [key for key in keys if any(one[key] != settings[0][key] for one in settings)]


def restored(base: Config, chosen: Sequence[Mapping[str, Any]]) -> list[Trial]:
    """Return the trials again, from what a sweep keeps: its base, and what each of them sets.

    Raises: ConfigError.
    """
    return [Trial(settings, reading.load(base, settings, {})) for settings in chosen]
