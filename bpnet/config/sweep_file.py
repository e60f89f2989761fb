"""sweep.yaml: what a sweep is; written once, and read back by the rules of every config."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from bpnet.config import files
from bpnet.config.choices import MOST_EVENTS, MOST_TRIALS
from bpnet.config.combinations import Trial, restored
from bpnet.config.document import Problem, decode, parse
from bpnet.config.reading import load
from bpnet.config.rules import Refused, Whole
from bpnet.config.schema import LARGEST_SEED, Config
from bpnet.config.writing import Dumper
from bpnet.errors import ConfigError

MOST_SEEDS = 1000
KEYS = ("bpnet", "first_seed", "seeds", "config", "trials")


def dump(version: str, base: Config, trials: Sequence[Trial], first: int, count: int) -> str:
    """Return the text of sweep.yaml: the base of all trials, and what each of them sets."""
    told = {"bpnet": version, "first_seed": first, "seeds": count, "config": asdict(base)}
    head = yaml.dump(told, Dumper=Dumper, sort_keys=False, allow_unicode=True)
    rows = [_in_a_line(trial.settings) for trial in trials]
    return f"{head}trials:\n{''.join(f'- {row}' for row in rows)}"


def _in_a_line(settings: Mapping[str, Any]) -> str:
    return yaml.dump(
        dict(settings),
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=True,
        width=10**6,
    )


def read(content: bytes) -> tuple[list[Trial], int, int]:
    """Return the trials, the first seed and how many there are.

    Raises: ValueError, with what is wrong.
    """
    try:
        parts = _parts(parse(decode(content), MOST_EVENTS))
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        files.read_mapping(parts["config"], "", files.RULES, values, problems)
        settings = [_settings(node) for node in _items(parts["trials"])]
        first = Whole(0, LARGEST_SEED).read(parts["first_seed"])
        count = Whole(1, MOST_SEEDS).read(parts["seeds"])
        if problems:
            raise problems[0]
        return restored(load(settings=values, environment={}), settings), first, count
    except Problem as problem:
        raise ValueError(f"line {problem.line}: {problem.message}") from problem
    except (ConfigError, Refused) as error:
        raise ValueError(str(error) or "a number is out of its range") from error


def _parts(root: Node | None) -> dict[str, Node]:
    found = {key.value: value for key, value in _pairs(root)}
    if list(found) != list(KEYS):
        raise Refused(f"expected the keys {', '.join(KEYS)}")
    return found


def _pairs(node: Node | None) -> list[tuple[Node, Node]]:
    if not isinstance(node, MappingNode):
        raise Refused("expected a mapping of keys to values")
    pairs: list[tuple[Node, Node]] = node.value
    return pairs


def _items(node: Node) -> list[Node]:
    if not isinstance(node, SequenceNode) or not 0 < len(node.value) <= MOST_TRIALS:
        raise Refused(f"expected a list of 1 to {MOST_TRIALS} trials")
    return list(node.value)


def _settings(node: Node) -> dict[str, Any]:
    pairs = [(str(key.value), value) for key, value in _pairs(node)]
    return {name: files.value_of(name, files.rule_of(name), value) for name, value in pairs}
