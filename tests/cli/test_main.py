"""Errors become one line and an exit status, in one place."""

import subprocess
import sys

import click
import pytest

from bpnet.cli.commands import bpnet as program
from bpnet.errors import BpnetError


def groups(group, *names):
    """Yield the group and those inside it, each by the words that are typed, and its commands."""
    yield names, group.commands
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from groups(command, *names, name)


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (BpnetError("x: wrong", "more"), 1, "Error: x: wrong\n       more\n"),
        (KeyboardInterrupt(), 130, "\nError: interrupted\n"),
        (MemoryError(), 1, "Error: not enough memory for this network and batch\n"),
        (
            ZeroDivisionError("a\nb"),
            1,
            "Error: ZeroDivisionError: a\\nb (a bug of bpnet, or of a layer of your own; "
            "BPNET_DEBUG=1 shows where)\n",
        ),
    ],
)
def test_each_kind_of_error_has_its_line_and_status(bpnet, monkeypatch, error, status, line):
    def fail(*arguments):
        raise error

    monkeypatch.setattr("bpnet.config.load", fail)
    assert bpnet("config", "check") == (status, "", line)


@pytest.mark.parametrize(
    ("error", "value"),
    [(BpnetError("x"), "1"), (MemoryError(), "1"), (ZeroDivisionError(), "yes")],
)
def test_debugging_lets_errors_through(bpnet, monkeypatch, error, value):
    def fail(*arguments):
        raise error

    monkeypatch.setattr("bpnet.config.load", fail)
    monkeypatch.setenv("BPNET_DEBUG", value)
    with pytest.raises(type(error)):
        bpnet("config", "check")


@pytest.mark.parametrize("value", ["", "0"])
def test_debugging_can_be_switched_off(bpnet, monkeypatch, value):
    monkeypatch.setenv("BPNET_DEBUG", value)
    assert bpnet("eval", "nowhere") == (1, "", "Error: nowhere: does not exist\n")


@pytest.mark.parametrize(("names", "commands"), list(groups(program)))
def test_a_group_alone_prints_its_help_on_stderr_and_has_exit_status_2(bpnet, names, commands):
    result = bpnet(*names)
    assert (result.status, result.out) == (2, "")
    assert result.err == bpnet(*names, "--help").out
    assert set(commands) <= set(result.err.split())


@pytest.mark.parametrize(
    "words",
    ["help", "version", "-V", "train help", "train -help", "data help", "--", "config 밑"],
)
def test_what_strangers_type_is_answered_in_a_line_that_shows_the_way(bpnet, words):
    result = bpnet(*words.split())
    assert (result.status, result.out) == (2, "")
    usage, way, empty, error = result.err.splitlines()
    assert usage.startswith("Usage: bpnet ")
    assert way.startswith("Try 'bpnet ")
    assert (empty, error[:7]) == ("", "Error: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "No such command 'trian'"),
        (["train", "--resum", "x"], "No such option"),
        (["eval", "--split", "best"], "'best' is not one of 'test', 'validation', 'train'"),
        (["data", "show", "--each", "0"], "0 is not in the range 1<=x<=100"),
        (["data", "fetch", "--dataset", "minst"], "'minst' is not one of"),
    ],
)
def test_a_wrong_command_line_has_exit_status_2(bpnet, arguments, message):
    result = bpnet(*arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_help_and_version_have_exit_status_0(bpnet):
    assert bpnet("--version").out.startswith("bpnet 0.")
    assert bpnet("train", "-h").status == 0


def test_the_commands_are_listed_as_the_user_comes_to_them_each_in_one_whole_line(bpnet):
    listed = bpnet("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed[:3]] == ["train", "sweep", "eval"]
    assert all(line.endswith(".") and "..." not in line for line in listed)


def test_garbage_is_not_looked_for_while_importing_nor_at_the_end():
    code = (
        "import atexit, gc, sys; from bpnet.__main__ import main; found = [];"
        "gc.callbacks.append(lambda phase, info: found.append(phase));"
        "atexit.register(lambda: print(len(found), gc.get_freeze_count() > 10_000));"
        "sys.argv = ['bpnet', 'config', 'show']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 True"
