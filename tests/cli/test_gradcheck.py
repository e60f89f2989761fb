"""`bpnet gradcheck`: the table and the verdict."""

import json
import math
import re

import pytest

from bpnet.layers import Affine, Sigmoid


def test_right_gradients_have_a_table_a_verdict_and_exit_status_0(bpnet):
    result = bpnet("gradcheck")
    lines = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    assert lines[0].split()[:2] == ["gradient", "checked"]
    names = [line.split("  ")[0] for line in lines[1:-1]]
    assert names[:2] == ["MulLayer.x", "MulLayer.y"]
    assert len(set(names)) == len(names)
    assert all(line.endswith("  ok") for line in lines[1:-1])
    assert lines[-1].startswith("gradients right: worst error ")


def test_the_configured_network_is_checked(bpnet):
    out = bpnet("gradcheck", "--set", "network.hidden=[6,5]", "--json").out
    report = json.loads(out)
    assert report["passed"] is True
    assert report["tolerance"] == 1e-6
    names = [row["name"] for row in report["rows"]]
    assert names[-7:-1] == [f"network.{name}" for name in ("W1", "W2", "W3", "b1", "b2", "b3")]


@pytest.mark.parametrize("factor", [1.01, float("nan")])
def test_a_wrong_gradient_has_exit_status_1(bpnet, monkeypatch, factor):
    right = Affine.backward_parameters

    def wrong(self, dout):
        right(self, dout)
        self.db *= factor

    monkeypatch.setattr(Affine, "backward_parameters", wrong)
    result = bpnet("gradcheck")
    assert result.status == 1
    worst = "nan" if math.isnan(factor) else r"\d.*"
    assert re.search(f"gradients WRONG: worst error {worst}, allowed 1e-06", result.out)
    assert sum(line.endswith("WRONG") for line in result.out.splitlines()) == 4
    report = json.loads(bpnet("gradcheck", "--json").out)
    assert [row["name"] for row in report["rows"] if not row["passed"]] == [
        "Affine.b", "network.b1", "network.b2", "network, all at once",
    ]  # fmt: skip


def test_a_layer_that_misbehaves_has_its_reason_on_its_row(bpnet, monkeypatch):
    def raising(self, x):
        raise ValueError("two\nlines")

    monkeypatch.setattr(Sigmoid, "forward", raising)
    result = bpnet("gradcheck")
    assert (result.status, result.err) == (1, "")
    lines = result.out.splitlines()
    (row,) = [line for line in lines if line.startswith("Sigmoid.x")]
    assert row.split()[:6] == ["Sigmoid.x", "0", "0", "-", "-", "-"]
    assert row.endswith(r"  FAILED  Sigmoid.forward raised ValueError: two\nlines")
    assert sum(line.endswith("  ok") for line in lines) == len(lines) - 3
    assert lines[-1] == "gradients WRONG: worst error nan, allowed 1e-06"


def test_json_has_the_reason_as_text_or_null(bpnet, monkeypatch):
    monkeypatch.setattr(Sigmoid, "backward", lambda self, dout: None)
    result = bpnet("gradcheck", "--set", "network.activation=sigmoid", "--json")
    assert (result.status, result.err) == (1, "")
    report = json.loads(result.out)
    assert report["passed"] is False
    reasons = {row["name"]: row["reason"] for row in report["rows"] if not row["passed"]}
    reason = "Sigmoid.backward: dx is None, not an array"
    assert reasons == {"Sigmoid.x": reason, "network": reason}
    (row,) = [row for row in report["rows"] if row["name"] == "Sigmoid.x"]
    assert list(row) == [
        "passed", "name", "checked", "left_out", "error", "analytic", "numeric", "reason",
    ]  # fmt: skip
    assert (row["error"], row["analytic"], row["numeric"]) == (None, None, None)
    assert all(row["reason"] is None for row in report["rows"] if row["passed"])


def test_ctrl_c_in_a_layer_is_an_interruption(bpnet, monkeypatch):
    def interrupted(self, x):
        raise KeyboardInterrupt

    monkeypatch.setattr(Sigmoid, "forward", interrupted)
    result = bpnet("gradcheck")
    assert (result.status, result.out) == (130, "")
    assert "interrupted" in result.err


def test_a_wrong_config_has_exit_status_2(bpnet):
    result = bpnet("gradcheck", "--set", "network.hiden=[3]")
    assert result.status == 2
    assert "did you mean network.hidden?" in result.err
