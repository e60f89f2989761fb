"""A run that is trained alone, as it is shown."""

import re

import pytest

from bpnet.cli import one_run


def test_a_bar_counts_the_images_of_the_whole_run(bpnet, small_file, bars):
    assert bpnet("train", "--config", small_file, "--run-dir", "r").status == 0
    (bar,) = bars
    assert (bar.initial, bar.n, bar.total) == (0, 1500, 1500)
    assert re.fullmatch(r"loss \d\.\d{4}, accuracy \d\d\.\d\d %", bar.postfix)
    assert bar.desc.startswith("epoch 3/3")


@pytest.mark.parametrize("terminal", [False, True])
def test_the_bar_is_shown_at_a_terminal_only_and_not_if_quiet(
    bpnet, small_file, monkeypatch, terminal
):
    monkeypatch.setattr(one_run, "stderr_is_a_terminal", lambda: terminal)
    shown = bpnet("train", "--config", small_file).err
    assert (" images/s]" in shown) == terminal
    assert bpnet("train", "--config", small_file, "--quiet").err == ""
