"""What a shell completes: asked as click's scripts ask, and through bash itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ZshComplete

from bpnet.cli import main, shells
from bpnet.cli.commands import bpnet as command_line
from bpnet.config import shipped
from tests.helpers.trials import sweep

NEWER, OLDER = "runs/2026-02-01_120000_mnist-2-seeds", "runs/2026-01-01_120000_밑바닥-s0"
SWEEP = "runs/2026-03-01_120000_mnist-sweep"
FILE, DIR = "file,", "dir,"


@pytest.fixture
def complete(tmp_path, monkeypatch, capsysbinary):
    """Return what bash would be offered for the last of the words; two runs are there."""
    monkeypatch.chdir(tmp_path)
    for name in (f"{NEWER}/seed-0", f"{NEWER}/seed-1", OLDER):
        Path(name).mkdir(parents=True)
        Path(name, "config.yaml").touch()

    def ask(*words):
        monkeypatch.setenv("_BPNET_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", "\n".join(["bpnet", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        with pytest.raises(SystemExit) as left:
            main.run([])
        assert left.value.code == 0
        out, err = capsysbinary.readouterr()
        assert err == b""
        return [line.removeprefix("plain,") for line in out.decode().splitlines() if line]

    return ask


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("train --config dr", ["drawn"]),
        ("train --config = dr", ["drawn"]),
        ("config show --config mn", ["mnist"]),
        ("gradcheck --config ./m", [f"{FILE}./m"]),
        ("train --set train.l", ["train.learning_rate=", "train.label_smoothing="]),
        ("train --set data.dataset = m", ["mnist"]),
        ("train --set data.dataset =", ["mnist", "fashion-mnist", "kmnist", "drawn", "sketched",
                                        "files"]),
        ("train --set data.dataset=dr", ["data.dataset=drawn"]),
        ("gradcheck --set network.init = ", ["he", "xavier"]),
        ("train --set train.epochs =", []),
        ("train --set no.such =", []),
        ("train --set data.dataset=mnist,d", []),
        ("sweep --set train.l", ["train.learning_rate=", "train.label_smoothing="]),
        ("sweep --set data.dataset=d", ["data.dataset=drawn"]),
        ("sweep --set network.activation = relu,", ["relu,sigmoid"]),
        ("sweep --set network.activation=relu,sigmoid,", []),
        ("sweep --grid g", [f"{FILE}g"]),
        ("sweep --trials t", [f"{FILE}t"]),
        ("train --set train.dtype=float64 --set network.a", ["network.activation="]),
        ("eval run", [NEWER, OLDER]),
        (f"eval {OLDER} {NEWER}/", [f"{NEWER}/seed-0", f"{NEWER}/seed-1"]),
        ("report elsewhere/", [f"{DIR}elsewhere/"]),
        ("train --resume runs/2026-01", [OLDER]),
        ("predict --run runs/2026-02", [NEWER]),
        ("predict se", [f"{FILE}se"]),
        ("train --run-dir x", [f"{DIR}x"]),
        ("data fetch --dataset k", ["kmnist"]),
        ("trian --config dr", []),
        ("= tr", ["train"]),
    ],
)  # fmt: skip
def test_the_word_before_the_cursor_is_completed(complete, words, offered):
    assert complete(*words.split(" ")) == offered


def test_a_sweep_is_completed_level_by_level(complete):
    trials = [f"{SWEEP}/{trial}" for trial in ("01", "02")]
    for name in [f"{trial}/seed-{seed}" for trial in trials for seed in (0, 1)]:
        Path(name).mkdir(parents=True)
        Path(name, "config.yaml").touch()
    sweep(Path(SWEEP))
    assert complete("eval", "") == [SWEEP, NEWER, OLDER]
    assert complete("eval", f"{SWEEP}/") == trials
    assert complete("eval", f"{trials[1]}") == [trials[1]]
    assert complete("eval", f"{trials[1]}/") == [f"{trials[1]}/seed-0", f"{trials[1]}/seed-1"]


def test_all_configs_are_offered_where_nothing_is_typed(complete):
    assert complete("train", "--config", "") == shipped.names()


@pytest.mark.parametrize("name", ["two words", "$(reboot)", "a\nb", "a;b", "\x1b[31m", "\udcff"])
def test_a_name_that_a_shell_would_not_take_as_it_is_is_not_offered(complete, name):
    Path(f"runs/{name}").mkdir()
    Path(f"runs/{name}/config.yaml").touch()
    assert complete("eval", "runs/") == [NEWER, OLDER]


def test_what_cannot_be_read_is_not_told_of(complete, monkeypatch, tmp_path):
    shutil.rmtree("runs")
    Path("runs").write_text("", encoding="utf-8")
    assert complete("eval", "ru") == [f"{DIR}ru"]
    (tmp_path / "configs/mnist.yaml").mkdir(parents=True)
    monkeypatch.setattr(shipped, "PACKAGE", tmp_path)
    assert complete("train", "--config", "mn") == [f"{FILE}mn"]


NUMBERS_AND_WORDS = (click.IntRange, click.Choice, type(click.BOOL))
OTHERS = ("N", "ADDRESS")


def parameters(group=command_line):
    """Yield every parameter with the name of its command."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from parameters(command)
        else:
            yield from ((name, parameter) for parameter in command.params)


@pytest.mark.parametrize(("command", "parameter"), [
    pytest.param(command, parameter, id=f"{command} {parameter.name}")
    for command, parameter in parameters()
    if not isinstance(parameter.type, NUMBERS_AND_WORDS) and parameter.metavar not in OTHERS
])  # fmt: skip
def test_every_other_parameter_takes_what_can_be_completed(command, parameter):
    with command_line.make_context("bpnet", [], resilient_parsing=True) as context:
        assert parameter.shell_complete(context, "s"), f"{command}: give it a shell_complete"


def test_the_real_program_completes_without_numpy(program):
    asked = {"_BPNET_COMPLETE": "zsh_complete", "COMP_WORDS": "bpnet eval ", "COMP_CWORD": "2"}
    out, err = program(PYTHONPROFILEIMPORTTIME="1", **asked).communicate()
    assert out == "dir\n\n_\n"
    assert " bpnet.runs.finding\n" in err
    assert "numpy" not in err


SCRIPT = """
bpnet() { "$PYTHON" -m bpnet; }
env() { local -x "${@:1:3}"; "${@:4}"; }
compopt() { local IFS=" "; options=" $*"; }
eval "$(_BPNET_COMPLETE=bash_source bpnet)"
asked() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); options=
    _bpnet_completion bpnet
    echo "${COMPREPLY[*]}$options"
}
asked bpnet train --set data.da
asked bpnet train --set data.dataset = dr
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_bash_is_offered_the_part_behind_the_sign_and_no_blank_comes_behind_a_key(tmp_path):
    done = subprocess.run(
        ["bash", "-c", SCRIPT],
        cwd=tmp_path,
        env=os.environ | {"PYTHON": sys.executable},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert (done.stdout, done.stderr) == ("data.dataset= -o nospace\ndrawn\n", "")


def test_zsh_puts_no_blank_behind_a_key():
    assert shells.ZSH in ZshComplete.source_template
    assert "compadd -U -V unsorted -S '' -- \"$key\"\n" in shells.Zsh.source_template
