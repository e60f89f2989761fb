"""What several commands share: --json, whose keys stand in the help of each command."""

import json
import re

import pytest


@pytest.fixture
def runs(bpnet, small_file):
    """Two runs, and a picture."""
    for number in (1, 2):
        train = ("train", "--config", small_file, "--set", "train.epochs=1", "--run-dir")
        assert bpnet(*train, f"r{number}", "--set", f"seed={number}").status == 0
    show = ("data", "show", "--config", small_file, "--save", "digit.png")
    assert bpnet(*show).status == 0
    return "r1", "r2"


def keys(found):
    """Return all keys of an object, and of the objects that it holds."""
    if isinstance(found, list):
        return set().union(*map(keys, found))
    if isinstance(found, dict):
        inner = [
            keys(item) for key, item in found.items() if key not in ("differences", "settings")
        ]
        return set(found).union(*inner)
    return set()


def test_the_help_of_each_command_names_every_key_of_its_json(bpnet, runs):
    pytest.importorskip("PIL", reason="no Pillow")
    gradcheck = ("--set", "network.hidden=2")
    for command, *arguments in (
        ("eval", *runs),
        ("compare", *runs),
        ("runs", "."),
        ("gradcheck", *gradcheck),
        ("predict", "digit.png", "--run", "r1"),
    ):
        text = bpnet(command, "--help").out
        assert "Print JSON, for programs." in text
        told = set(re.findall("[a-z_]+", text.partition("--json: ")[2].partition("Options:")[0]))
        found = json.loads(bpnet(command, *arguments, "--json").out)
        assert isinstance(found, list) == (command == "runs") == ("an array" in text)
        assert len(keys(found)) > 4
        assert keys(found) - told == set(), command
