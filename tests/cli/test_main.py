"""Errors become one line and an exit status, in one place."""

import pytest

from bpnet.errors import BpnetError


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


@pytest.mark.parametrize("error", [BpnetError("x"), MemoryError(), ZeroDivisionError()])
def test_debugging_lets_errors_through(bpnet, monkeypatch, error):
    def fail(*arguments):
        raise error

    monkeypatch.setattr("bpnet.config.load", fail)
    monkeypatch.setenv("BPNET_DEBUG", "1")
    with pytest.raises(type(error)):
        bpnet("config", "check")


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


def test_a_wrong_number_of_threads_in_the_environment_is_told(bpnet, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    result = bpnet("gradcheck")
    assert result.status == 2
    assert result.err.startswith("Error: OMP_NUM_THREADS: train.threads: expected a whole number")


def test_help_and_version_have_exit_status_0(bpnet):
    assert bpnet("--version").out.startswith("bpnet 0.")
    assert bpnet("train", "-h").status == 0
