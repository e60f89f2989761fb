"""`bpnet train --seeds`: several processes, one table, and the same weights as each alone."""

import json
import re
import signal
import time
from pathlib import Path

import pytest

from bpnet import config, facts, runs, storage
from bpnet.config.schema import LARGEST_SEED


@pytest.fixture
def folder(bpnet, small_file):
    """Three run directories that have not begun."""
    return runs.create_seeds(config.load(small_file, environment={}), "small", 3, Path("three"))


def test_each_seed_has_the_weights_it_has_alone_and_the_table_is_that_of_the_runs(
    bpnet, small_file
):
    result = bpnet("train", "--config", small_file, "--seeds", 3, "--jobs", 2, "--set", "seed=4")
    *table, mean, path = result.out.splitlines()
    assert result.status == 0
    assert re.fullmatch(r"runs/[\d_-]+_small-3-seeds", path)
    assert table[0].split() == ["seed", "test", "accuracy", "wrong", "loss", "epoch", "validation"]
    for seed, row in zip((4, 5, 6), table[1:], strict=True):
        found = facts.result(Path(path) / f"seed-{seed}")
        assert row.split()[0] == str(seed)
        assert f"{100 * found.test_accuracy:.2f} %" in row
        assert f" {200 - found.test_correct}  {found.test_loss:.4f} " in row
    assert re.fullmatch(r"mean of 3 seeds: test accuracy \d\d\.\d\d ± \d\.\d\d %", mean)
    bpnet("train", "--config", small_file, "--set", "seed=5", "--run-dir", "alone")
    together = Path(path) / "seed-5" / "weights.npz"
    assert together.read_bytes() == Path("alone/weights.npz").read_bytes()


def test_without_a_terminal_each_epoch_of_each_seed_is_a_line(bpnet, folder):
    result = bpnet("train", "--resume", folder, "--jobs", 2)
    for seed in range(3):
        for epoch in range(1, 4):
            assert len(re.findall(f"^seed-{seed}: epoch {epoch}/3 ", result.err, re.M)) == 1
    again = bpnet("train", "--resume", folder)
    assert again.err == "three: all its seeds have finished: nothing to do\n"
    assert again.out == result.out


def test_quiet_seeds_print_only_the_table(bpnet, folder):
    result = bpnet("train", "--resume", folder, "--jobs", 3, "--quiet")
    assert result.err == ""
    assert len(result.out.splitlines()) == 6


def test_a_seed_that_fails_is_named_and_the_others_go_on(bpnet, folder):
    path = folder / "seed-1" / "config.yaml"
    path.write_text("sed: 1\n", encoding="utf-8")
    result = bpnet("train", "--resume", folder, "--jobs", 3, "--quiet")
    assert result.status == 1
    assert [line.split()[0] for line in result.out.splitlines()] == [
        "seed",
        "0",
        "2",
        "mean",
        "three",
    ]
    assert "seed-1: Error: three/seed-1/config.yaml:1:1: sed: unknown key" in result.err
    assert result.err.endswith("Error: three/seed-1: has not finished\n")


def test_either_all_run_directories_are_made_or_none(bpnet, small_file, monkeypatch):
    def fail(folder, full):
        raise storage.StorageError("killed")

    monkeypatch.setattr(storage, "fill", fail)
    assert bpnet("train", "--config", small_file, "--seeds", 3, "--run-dir", "d").status == 1
    assert not list(Path("d").iterdir())
    assert facts.seeds(Path("d")) == []


def test_seeds_are_in_the_order_of_their_numbers(tmp_path):
    for name in ("seed-10", "seed-9", "seed-x", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.yaml").touch()
    (tmp_path / "seed-1").mkdir()
    assert [path.name for path in facts.seeds(tmp_path)] == ["seed-9", "seed-10"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jobs", 2], "--jobs goes with --seeds"),
        (["--seeds", 2, "--set", f"seed={LARGEST_SEED}"], f"go above {LARGEST_SEED}"),
        (["--seeds", 1], "1 is not in the range 2<=x<=1000"),
        (["--seeds", 2, "--run-dir", "three"], "or go on with it by --resume three"),
    ],
)
def test_what_cannot_be_asked_for_is_told(bpnet, small_file, folder, arguments, message):
    result = bpnet("train", "--config", small_file, *arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_a_single_run_takes_no_jobs(bpnet, folder):
    result = bpnet("train", "--resume", folder / "seed-0", "--jobs", 2)
    assert result.status == 2
    assert result.err == "Error: --jobs: three/seed-0 is not a folder of seeds\n"


def finish(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture
def long(small_file):
    """Training that goes on for a second or two."""
    return ("train", "--config", small_file, "--set", "train.epochs=60", "--seeds", "2")


@pytest.fixture
def expected(bpnet, long):
    """The weights of the two seeds, undisturbed."""
    assert bpnet(*long, "--jobs", 2, "--run-dir", "expected").status == 0
    return weights(Path("expected"))


def weights(folder):
    return [(folder / f"seed-{seed}" / "weights.npz").read_bytes() for seed in range(2)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_seeds_and_resumed_they_end_the_same(
    program, long, tmp_path, expected, number
):
    process = program(*long, "--jobs", 2, "--run-dir", "two seeds")
    process.stderr.readline()
    process.send_signal(number)
    status, out, err = finish(process)
    assert (status, out) == (128 + number, "")
    resume = "go on with: bpnet train --resume 'two seeds' --jobs 2\n"
    assert err.endswith(f"interrupted; {resume}")
    assert "Traceback" not in err
    assert finish(program("train", "--resume", "two seeds", "--jobs", "2"))[0] == 0
    assert weights(tmp_path / "two seeds") == expected


def status(seed):
    return json.loads((seed / "run.json").read_bytes())["status"]


def test_seeds_whose_parent_is_killed_stop_and_resumed_they_end_the_same(
    program, long, tmp_path, expected
):
    process = program(*long, "--jobs", 2, "--run-dir", "two")
    lines = {process.stderr.readline()[:6] for _ in range(20)}
    process.kill()
    assert finish(process)[0] == -signal.SIGKILL
    assert lines == {"seed-0", "seed-1"}
    deadline = time.monotonic() + 20
    seeds = facts.seeds(tmp_path / "two")
    while [*map(status, seeds)] != ["interrupted"] * 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert finish(program("train", "--resume", "two", "--jobs", "2"))[0] == 0
    assert weights(tmp_path / "two") == expected
