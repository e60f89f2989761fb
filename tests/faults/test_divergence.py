"""Numbers that are no longer finite stop a run within a step, and are never saved or scored."""

import json
import os
import re
import signal

import numpy as np
import pytest

from bpnet.network import shapes, widths
from bpnet.runs import directory, npz, results
from bpnet.training.arithmetic import fingerprint
from bpnet.training.step import Step
from tests.helpers.disk import strays
from tests.helpers.forks import run

FOUR_EPOCHS = 64  # steps


@pytest.fixture
def last_good(four_saves, tmp_path):
    """The checkpoint after two epochs, which an undisturbed run leaves."""
    folder = tmp_path / "two"

    def stop_there():
        at_step(32, lambda network: os.kill(os.getpid(), signal.SIGTERM))

    assert run(tmp_path, *four_saves, "--run-dir", folder, hinder=stop_there).status == 143
    return parameters(folder)


def parameters(folder):
    with np.load(folder / "checkpoint.npz") as arrays:
        return arrays["parameters"]


def at_step(number, spoil):
    """Let `spoil` change the network after a step, counted from 1."""
    fingerprint("float32")  # it takes a step too, but once in a process
    take = Step.__call__

    def take_and_spoil(step, place, x, t):
        loss = take(step, place, x, t)
        if place + 1 == number:
            spoil(step.network)
        return loss

    Step.__call__ = take_and_spoil


def sets(name, place, value):
    return lambda network: network.params[name].__setitem__(place, value)


SPOILT = {
    "a weight that is NaN": sets("W1", (0, 0), np.nan),
    "a weight that is infinite": sets("W2", (3, 4), np.inf),
    "a bias behind a Relu": sets("b1", 5, -np.inf),
    "a bias of a digit": sets("b2", 7, -np.inf),
    "all of them": lambda network: network.flat.fill(np.nan),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("step", [33, 40, 47, 48])
def test_a_number_that_is_not_finite_stops_the_run_within_a_step_and_is_not_saved(
    four_saves, last_good, tmp_path, spoil, step
):
    folder = tmp_path / "spoilt"
    ended = run(tmp_path, *four_saves, "--run-dir", folder, hinder=lambda: at_step(step, spoil))
    assert (ended.status, ended.out) == (1, "")
    last = ended.err.splitlines()[-1]
    told = re.fullmatch(
        r"Error: .*, in epoch 3 at step (\d+), with train.learning_rate 0.1;.*", last
    )
    assert step <= int(told[1]) <= step + 1
    assert np.array_equal(parameters(folder), last_good)
    assert directory.open_run(folder).status == "diverged"
    assert strays(folder) == set()


@pytest.mark.parametrize("step", [1, 16, 40, FOUR_EPOCHS])
def test_a_signal_in_the_step_that_spoils_the_weights_does_not_save_them(
    four_saves, tmp_path, step
):
    def spoil(network):
        network.flat[0] = np.nan
        os.kill(os.getpid(), signal.SIGTERM)

    folder = tmp_path / "spoilt"
    ended = run(tmp_path, *four_saves, "--run-dir", folder, hinder=lambda: at_step(step, spoil))
    assert ended.status == 1
    assert f"at step {step}," in ended.err
    if step > 16:
        assert np.isfinite(parameters(folder)).all()
    else:
        assert not (folder / "checkpoint.npz").exists()


@pytest.mark.parametrize("rate", ["1e6", "1000", "100"])
def test_a_learning_rate_that_is_far_too_large_is_named(four_saves, tmp_path, rate):
    rates = ("--set", f"train.learning_rate={rate}", "--set", "network.hidden=[16, 16, 16]")
    ended = run(tmp_path, *four_saves, *rates, "--run-dir", tmp_path / "wild")
    if ended.status:  # it may also just not learn
        assert (
            f"train.learning_rate {float(rate):g}; start a new run with a smaller one" in ended.err
        )
    assert (ended.status == 1) == (rate == "1e6")
    assert "Warning" not in ended.err


def test_a_network_of_nan_is_never_scored(four_saves, tmp_path):
    folder = tmp_path / "run"
    assert run(tmp_path, *four_saves, "--run-dir", folder).status == 0
    spoilt = directory.open_run(folder)
    arrays = {
        name: np.full(shape, np.nan, np.float32)
        for name, shape in shapes(widths(spoilt.config)).items()
    }
    spoilt.weights.write_bytes(npz.pack(arrays))
    ended = run(tmp_path, "eval", folder)
    assert (ended.status, ended.out) == (1, "")
    assert "not the weights that the run ended with" in ended.err
    told = json.loads((folder / "run.json").read_bytes())
    told["weights_sha256"] = results.sha256(spoilt.weights.read_bytes())
    (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
    ended = run(tmp_path, "eval", folder)
    assert (ended.status, ended.out) == (1, "")
    assert "weights.npz: holds weights that are not finite numbers" in ended.err
