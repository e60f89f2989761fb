"""`bpnet sweep --dry-run`: what would be trained, and about how long; nothing is written."""

import json
from pathlib import Path

import pytest

from bpnet.cli.dry_run import amount
from bpnet.training import pace

WORDS = ("--set", "train.momentum=0,0.5", "--set", "network.hidden=[5],[4, 3]", "--seeds", "3")


@pytest.fixture
def sweep(bpnet, small_file, monkeypatch):
    """Run a dry run that measures for a moment only."""
    monkeypatch.setattr(pace, "TOGETHER", 0.02)
    monkeypatch.setattr(pace, "AT_LEAST", 0.002)
    sized = ("--set", "data.train=200", "--set", "data.dir=nowhere")
    return lambda *words: bpnet("sweep", "--config", small_file, "--dry-run", *sized, *words)


def test_it_prints_what_varies_and_about_how_long_it_takes(sweep):
    status, out, err = sweep(*WORDS, "--jobs", "2")
    first, *rows = out.splitlines()
    assert (status, err) == (0, "")
    assert first.startswith(f"{amount(4, 3)}, about ")
    assert first.endswith(" with 2 jobs")
    assert rows == [
        "#  train.momentum  network.hidden",
        "1             0.0             [5]",
        "2             0.0          [4, 3]",
        "3             0.5             [5]",
        "4             0.5          [4, 3]",
    ]


def test_no_file_is_written_and_no_data_are_needed(sweep, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    assert sweep(*WORDS).status == 0
    assert sorted(tmp_path.rglob("*")) == before
    assert list(Path.cwd().iterdir()) == []


def test_json_has_the_same(sweep):
    told = json.loads(sweep(*WORDS, "--json").out)
    assert told.pop("seconds") > 0
    assert told.pop("trials")[1] == {"trial": 2, "train.momentum": 0.0, "network.hidden": [4, 3]}
    assert told == {"runs": 12, "seeds": 3, "jobs": 1}


def test_a_dataset_too_small_for_a_trial_is_told(sweep):
    status, out, err = sweep("--set", "data.validation=100,60000")
    assert (status, out) == (1, "")
    assert err.startswith("Error: data.validation=60000: data.validation: 60000 of 60000 training ")


def test_own_files_that_are_not_there_yet_leave_the_time_unknown(sweep):
    status, out, err = sweep("--set", "data.dataset=files", "--set", "train.epochs=1,2")
    assert status == 0
    assert out.splitlines()[0] == amount(2, 1)
    assert err.startswith("how long it takes is not known: nowhere: ")


def test_a_cluster_leaves_the_time_unknown(sweep):
    status, out, err = sweep("--set", "train.epochs=1,2", "--scheduler", "tcp://127.0.0.1:1")
    assert (status, out.splitlines()[0]) == (0, amount(2, 1))
    assert err == "how long it takes depends on the cluster\n"


def test_it_is_a_form_of_a_new_sweep_only(bpnet):
    status, _, err = bpnet("sweep", "--resume", "x", "--dry-run")
    assert (status, err.count("\n")) == (2, 1)
    assert "--resume takes no --config, --set, " in err
