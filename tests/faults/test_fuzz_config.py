"""Configs from a grammar, spoilt ones, and ones made to deceive: a ConfigError, or a sound one."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from bpnet.config import rules
from tests.helpers.grammar import documents
from tests.helpers.hand_made_configs import HAND_MADE
from tests.helpers.readers import read_config
from tests.helpers.spoiling import hunt, mutated

SEED = 20160924
CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


@pytest.fixture
def read(tmp_path):
    """Read a config from a file."""
    return lambda content: read_config(tmp_path / "c.yaml", content)


def test_no_config_near_the_schema_is_read_as_what_it_is_not(read, cases):
    count = cases(5000)
    tried, accepted = [], []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(documents())
    def hunt_one(text):
        tried.append(text)
        if hunt([(f"hypothesis, {text!r}", text.encode("utf-8", "surrogatepass"))], read)[1]:
            accepted.append(text)

    hunt_one()
    assert len(tried) >= count
    assert 0.1 * count < len(accepted) < 0.9 * count  # the grammar is near the schema


def test_no_spoilt_config_is_read_as_what_it_is_not(read, cases):
    count = cases(3000) // len(CONFIGS)
    tried = accepted = 0
    for path in CONFIGS:
        whole = path.read_bytes()
        start = whole.index(b"\nseed:")  # behind the comment
        spoilt = mutated(whole[start:], f"{SEED}/{path.stem}", count)
        found = hunt(spoilt, read)
        tried, accepted = tried + found[0], accepted + found[1]
    assert tried == count * len(CONFIGS) > 0.95 * cases(3000)
    assert 0 < accepted < 0.5 * tried


@pytest.mark.parametrize(("name", "content"), HAND_MADE.items(), ids=list(HAND_MADE))
def test_no_config_made_by_hand_to_deceive_is_read(read, name, content):
    assert hunt([(name, content)], read) == (1, 0)


def test_every_config_that_is_spoilt_here_is_read_when_it_is_whole(read):
    whole = [(path.stem, path.read_bytes()) for path in CONFIGS]
    assert hunt(whole, read) == (len(CONFIGS), len(CONFIGS))
    assert len(HAND_MADE) >= 90


def test_the_hunt_finds_a_rule_that_lets_numbers_through_that_are_not_finite(read, monkeypatch):
    monkeypatch.setattr(rules.Real, "read", lambda self, node: float(node.value))
    monkeypatch.setattr(rules.Positive, "read", lambda self, node: float(node.value))
    with pytest.raises(AssertionError, match="train.learning_rate is (inf|nan)"):
        hunt([("", b"train: {learning_rate: 1e999}")], read)
    with pytest.raises(AssertionError, match="seed"):
        hunt(mutated(b"train: {learning_rate: 3.5, floor: 0.5}", SEED, 300), read)


def test_the_hunt_finds_a_rule_that_does_not_look_at_the_range(read, monkeypatch):
    monkeypatch.setattr(rules.Whole, "read", lambda self, node: int(node.value))
    with pytest.raises(AssertionError, match=r"seed|ValueError"):
        hunt(mutated(b"seed: 3\ntrain: {epochs: 5}", SEED, 300), read)
