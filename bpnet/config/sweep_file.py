"""sweep.yaml: what a sweep is; written once, and read back by the rules of every config."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from bpnet import __version__
from bpnet.config import contradictions
from bpnet.config.choices import MOST_EVENTS, MOST_TRIALS
from bpnet.config.combinations import Trial
from bpnet.config.document import Problem, decode, parse
from bpnet.config.files import RULES, located, read_flat, read_mapping, value_of
from bpnet.config.rules import Refused, Whole, shown
from bpnet.config.schema import LARGEST_SEED, Config, build
from bpnet.config.writing import Dumper

NUMBERS = {"first_seed": Whole(0, LARGEST_SEED), "seeds": Whole(1, 1000)}
KEYS = ("bpnet", *NUMBERS, "config", "trials")


def dump(version: str, base: Config, trials: Sequence[Trial], first: int, count: int) -> str:
    """Return the text of sweep.yaml: the config of one of the trials, and what varies in each."""
    told = {"bpnet": version, "first_seed": first, "seeds": count, "config": asdict(base)}
    head = yaml.dump(told, Dumper=Dumper, sort_keys=False, allow_unicode=True)
    return "\n".join([f"{head}trials:", *(f"- {_in_a_line(one.settings)}" for one in trials), ""])


def _in_a_line(settings: Mapping[str, Any]) -> str:
    """Return the mapping in one line; PyYAML takes seconds for 10,000 of them.

    >>> _in_a_line({"train.learning_rate": 0.1, "network.hidden": (50, 20), "data.dir": "a, b"})
    "{train.learning_rate: 0.1, network.hidden: [50, 20], data.dir: 'a, b'}"
    """
    return f"{{{', '.join(f'{key}: {_in_flow(value)}' for key, value in settings.items())}}}"


def _in_flow(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_in_flow, value))}]"
    return _text_in_flow(value) if isinstance(value, str) else repr(value)


@lru_cache
def _text_in_flow(text: str) -> str:
    """Return the text, quoted where YAML would take it for something else."""
    return yaml.dump([text], default_flow_style=True, allow_unicode=True, width=10**6)[1:-2]


def read(content: bytes) -> tuple[list[Trial], int, int]:
    """Return the trials, the first seed and how many there are.

    Raises: ValueError, with the first thing that is wrong.
    """
    try:
        parts = _parts(parse(decode(content), MOST_EVENTS))
        first, count = (_number(key, parts[key]) for key in NUMBERS)
        with located(parts["seeds"]):
            for problem in contradictions.of_seeds(first, count):
                raise Refused(f"seeds: {problem}")
        return _trials(parts["trials"], _base(parts["config"])), first, count
    except Problem as problem:
        place = f"line {problem.line}, column {problem.column}"
        raise ValueError(f"{place}: {problem.message}{_another_version(content)}") from problem


def _another_version(content: bytes) -> str:
    """Return a hint, if another bpnet has written the file."""
    found = re.match(rb"bpnet: '?([\w.+]{1,30})", content)
    version = found.group(1).decode(errors="replace") if found else __version__
    return f" (bpnet {version} has written it, this is {__version__})" * (version != __version__)


def _parts(root: Node | None) -> dict[str, Node]:
    """Return the values of the keys, of which none may be missing. Raises: Problem."""
    parts: dict[str, Node] = {}
    if not isinstance(root, MappingNode):
        raise Problem(1, 1, f"expected the keys {', '.join(KEYS)}")
    for key, value in root.value:
        with located(key):
            if key.value not in KEYS or key.value in parts:
                raise Refused(f"expected the keys {', '.join(KEYS)}, each once, got {shown(key)}")
        parts[key.value] = value
    if missing := [key for key in KEYS if key not in parts]:
        raise Problem(1, 1, f"lacks {', '.join(missing)}")
    return parts


def _number(key: str, node: Node) -> int:
    with located(node):
        number: int = value_of(key, NUMBERS[key], node)
    return number


def _base(node: Node) -> dict[str, Any]:
    """Return the values of a whole config. Raises: Problem."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    read_mapping(node, "", RULES, values, problems)
    if problems:
        raise problems[0]
    return values


def _trials(node: Node, base: Mapping[str, Any]) -> list[Trial]:
    """Return the trials, which all set the same keys. Raises: Problem."""
    if not isinstance(node, SequenceNode) or not 0 < len(node.value) <= MOST_TRIALS:
        raise Problem.at(node.start_mark, f"trials: expected a list of 1 to {MOST_TRIALS}")
    found: list[Trial] = []
    for one in node.value:
        problems: list[Problem] = []
        settings = read_flat(one, value_of, problems)
        if problems:
            raise problems[0]
        with located(one):
            found.append(_trial(base, settings, found[0].settings if found else settings))
    return found


def _trial(base: Mapping[str, Any], settings: Mapping[str, Any], keys: Iterable[str]) -> Trial:
    if list(settings) != list(keys):
        raise Refused(f"expected {', '.join(keys) or 'no keys'}, as in the first trial")
    if "seed" in settings:
        raise Refused("seed: the seeds are the same for all trials")
    config: Config = build({**base, **settings})
    for problem in contradictions.within_new(config):
        raise Refused(problem)
    return Trial(settings, config)
