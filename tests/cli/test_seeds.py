"""`bpnet train --seeds`: several processes, one table, and the same weights as each alone."""

import json
import os
import re
import shlex
import shutil
import signal
import time
from pathlib import Path

import pytest

from bpnet import config
from bpnet.cli import jobs
from bpnet.config.schema import LARGEST_SEED
from bpnet.runs import directory, metadata, seed_folders
from bpnet.system import processors, storage
from tests.helpers.trials import unscored


@pytest.fixture
def folder(bpnet, small_file):
    """Three run directories that have not begun."""
    folder = directory.new("", Path("three"))
    seed_folders.create(config.load(small_file, environment={}), 3, folder)
    return folder


def test_each_seed_has_the_weights_it_has_alone_and_the_table_is_that_of_the_runs(
    bpnet, small_file
):
    result = bpnet("train", "--config", small_file, "--seeds", 3, "--jobs", 2, "--set", "seed=4")
    *table, mean, path = result.out.splitlines()
    assert result.status == 0
    assert re.fullmatch(r"runs/[\d_-]+_small-3-seeds", path)
    assert table[0].split() == ["seed", "test", "accuracy", "wrong", "loss", "epoch", "validation"]
    for seed, row in zip((4, 5, 6), table[1:], strict=True):
        found = metadata.result(Path(path) / f"seed-{seed}")
        assert row.split()[0] == str(seed)
        assert f"{100 * found.test_accuracy:.2f} %" in row
        assert f" {200 - found.test_correct}  {found.test_loss:.4f} " in row
    spread = r"\d\d\.\d\d ± \d\.\d\d %"
    assert re.fullmatch(rf"mean of 3 seeds: test accuracy {spread}, validation {spread}", mean)
    bpnet("train", "--config", small_file, "--set", "seed=5", "--run-dir", "alone")
    together = Path(path) / "seed-5" / "weights.npz"
    assert together.read_bytes() == Path("alone/weights.npz").read_bytes()


def test_without_a_terminal_each_epoch_of_each_seed_is_a_line(bpnet, folder):
    result = bpnet("train", "--resume", folder, "--jobs", 2)
    for seed in range(3):
        for epoch in range(1, 4):
            assert len(re.findall(f"^seed-{seed}: epoch {epoch}/3 ", result.err, re.M)) == 1
    again = bpnet("train", "--resume", folder, "--data-dir", "of no use")
    assert not Path("of no use").exists()
    assert again.err == "three: all its seeds have finished: nothing to do\n"
    assert again.out == result.out


def test_a_bar_counts_the_epochs_of_all_seeds_from_those_that_are_done(bpnet, folder, bars):
    bpnet("train", "--resume", folder / "seed-1", "--quiet")
    bars.clear()
    result = bpnet("train", "--resume", folder)
    (bar,) = bars
    assert (bar.initial, bar.n, bar.total) == (3, 9, 9)
    assert bar.postfix == "seed-2: epoch 3/3"
    assert "loss" not in result.err


def test_a_warning_of_a_seed_is_shown_beside_the_bar(bpnet, small_file, bars):
    wild = ("--set", "train.learning_rate=1000", "--set", "train.epochs=1")
    result = bpnet("train", "--config", small_file, "--seeds", 2, *wild)
    for seed in range(2):
        assert f"seed-{seed}: warning: the loss is " in result.err
    (bar,) = bars
    assert bar.n == 2


def test_quiet_seeds_print_only_the_table(bpnet, folder, monkeypatch):
    monkeypatch.setattr(processors, "usable", lambda: 3)
    result = bpnet("train", "--resume", folder, "--jobs", 3, "--quiet")
    assert result.err == ""
    assert len(result.out.splitlines()) == 6


def test_more_processes_than_cores_are_told_once(bpnet, folder, small_file, monkeypatch):
    monkeypatch.setattr(processors, "usable", lambda: 1)
    start = ("--config", small_file, "--set", "train.epochs=1", "--seeds", 2, "--run-dir", "two")
    for count, options in ((2, start), (3, ("--resume", folder))):
        result = bpnet("train", *options, "--jobs", 9, "--quiet")
        assert (result.status, result.err) == (
            0,
            f"warning: {count} processes (--jobs {count} x train.workers 1) for 1 core that this "
            "process may use: they slow each other down\n",
        )


def test_a_seed_that_fails_is_named_and_the_others_go_on(bpnet, folder):
    path = folder / "seed-1" / "config.yaml"
    path.write_text("sed: 1\n", encoding="utf-8")
    result = bpnet("train", "--resume", folder, "--jobs", 3, "--quiet")
    assert result.status == 1
    assert [line.split()[0] for line in result.out.splitlines()] == ["seed", *"02", "mean", "three"]
    assert "seed-1: Error: three/seed-1/config.yaml:1:1: sed: unknown key" in result.err
    assert result.err.endswith(
        "Error: three/seed-1: failed with exit status 1\n"
        "       try again with: bpnet train --resume three --jobs 3\n"
    )


def test_all_seeds_get_more_epochs_however_far_each_of_them_is(bpnet, folder, small_file):
    for seed, epochs in (("seed-0", 3), ("seed-1", 5)):
        more = () if epochs == 3 else ("--epochs", epochs)
        assert bpnet("train", "--resume", folder / seed, "--quiet", *more).status == 0
    result = bpnet("train", "--resume", folder, "--epochs", 5, "--jobs", 2)
    assert result.status == 0
    lines = [line.split(" ", 3)[:3] for line in result.err.splitlines()]
    assert sorted(lines) == sorted(
        [f"seed-{seed}:", "epoch", f"{epoch}/5"]
        for seed, epochs in ((0, (4, 5)), (2, (1, 2, 3, 4, 5)))
        for epoch in epochs
    )
    five = ("train", "--config", small_file, "--set", "train.epochs=5", "--quiet")
    for seed in range(3):
        assert bpnet(*five, "--set", f"seed={seed}", "--run-dir", f"alone-{seed}").status == 0
        together = folder / f"seed-{seed}" / "weights.npz"
        assert together.read_bytes() == Path(f"alone-{seed}/weights.npz").read_bytes()


@pytest.fixture
def finished(bpnet, folder):
    """The three, finished one by one."""
    for seed in range(3):
        bpnet("train", "--resume", folder / f"seed-{seed}", "--quiet")
    return folder


def test_seeds_that_have_done_as_many_are_refused_more_epochs(bpnet, finished):
    result = bpnet("train", "--resume", finished, "--epochs", 3)
    told = "three/seed-0 has done 3 epochs: expected more than these in all, got 3"
    assert (result.status, result.out, result.err) == (2, "", f"Error: --epochs: {told}\n")


def test_seeds_of_which_only_some_have_more_epochs_are_told(bpnet, finished):
    bpnet("train", "--resume", finished / "seed-1", "--quiet", "--epochs", 4)
    result = bpnet("train", "--resume", finished)
    told = "some of its seeds have 3 epochs, some 4; --epochs 4 makes them alike"
    nothing = "all its seeds have finished: nothing to do"
    assert (result.status, result.err) == (0, f"three: {told}\nthree: {nothing}\n")


def test_without_any_result_there_is_no_table(bpnet, small_file):
    diverging = ("--set", "train.learning_rate=1e6", "--set", "network.hidden=[16,16,16]")
    result = bpnet("train", "--config", small_file, "--seeds", 2, "--jobs", 2, *diverging)
    assert (result.status, result.out) == (1, "")
    assert len(re.findall("^seed-[01]: Error: the loss or a weight is no", result.err, re.M)) == 2


def test_what_is_wrong_with_the_data_is_told_once_and_nothing_is_made(bpnet, small_file):
    train = ("train", "--config", small_file, "--seeds", 2, "--run-dir", "d")
    result = bpnet(*train, "--set", "data.validation=600")
    assert result.status == 1
    assert result.err.startswith("Error: data.validation: 600 of 600 training images held out")
    assert result.err.count("\n") == 1
    assert not Path("d").exists()


def test_seeds_that_were_not_all_made_are_no_smaller_set(bpnet, small_file, monkeypatch):
    write = storage.write

    def write_two(path, content):
        if path.parent.name == "seed-2":
            raise KeyboardInterrupt
        write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "write", write_two)
        assert bpnet("train", "--config", small_file, "--seeds", 3, "--run-dir", "d").status == 130
    error = "Error: d: not all its seeds were made; remove it, and train them anew\n"
    assert bpnet("train", "--resume", "d") == (1, "", error)
    assert bpnet("eval", "d") == (1, "", error)


def test_seeds_may_be_made_in_the_current_folder(bpnet, small_file):
    seed_folders.create(config.load(small_file, environment={}), 2, Path())
    assert sorted(map(str, Path().iterdir())) == ["seed-0", "seed-1", "seeds.json"]
    assert len(seed_folders.seeds(Path())) == 2


def test_a_run_is_no_folder_of_seeds_whatever_else_is_in_it(bpnet, folder):
    (folder / "config.yaml").touch()
    assert seed_folders.seeds(folder) == []


def test_a_missing_seed_is_missed_and_can_be_trained_anew_by_the_command_that_is_told(
    bpnet, folder
):
    for seed in range(3):
        assert bpnet("train", "--resume", folder / f"seed-{seed}", "--quiet").status == 0
    weights = (folder / "seed-1" / "weights.npz").read_bytes()
    shutil.rmtree(folder / "seed-1")
    result = bpnet("train", "--resume", folder)
    assert (result.status, result.out) == (1, "")
    told = "Error: three/seed-1: is missing; put it back, or train it anew: bpnet "
    assert result.err.startswith(told)
    assert bpnet(*shlex.split(result.err.removeprefix(told))).status == 0
    assert (folder / "seed-1" / "weights.npz").read_bytes() == weights
    assert "mean of 3 seeds" in bpnet("train", "--resume", folder).out


def test_lost_weights_of_a_finished_seed_come_back_and_a_damaged_log_stops_nothing(bpnet, folder):
    assert bpnet("train", "--resume", folder / "seed-0", "--quiet").status == 0
    assert bpnet("train", "--resume", folder / "seed-1", "--quiet").status == 0
    weights = (folder / "seed-1" / "weights.npz").read_bytes()
    (folder / "seed-1" / "weights.npz").write_bytes(weights[:-1])
    (folder / "seed-2" / "log.csv").write_text("epoch\nx", encoding="utf-8")
    (folder / "seed-2" / "run.json").write_text("{", encoding="utf-8")
    result = bpnet("train", "--resume", folder, "--jobs", 2, "--quiet")
    assert (result.status, "mean of 3 seeds" in result.out) == (0, True)
    lines = sorted(result.err.splitlines())
    assert lines[0] == "seed-1: three/seed-1: weights.npz brought back from the checkpoint"
    assert lines[1].startswith("seed-2: three/seed-2/run.json: not JSON: ")
    assert len(lines) == 2
    assert (folder / "seed-1" / "weights.npz").read_bytes() == weights


def test_a_process_of_a_seed_imports_the_same_program_whatever_the_current_folder_holds(
    bpnet, folder
):
    Path("bpnet").mkdir()
    Path("bpnet/__init__.py").touch()
    assert bpnet("train", "--resume", folder, "--jobs", 3, "--quiet").status == 0


def test_each_seed_may_have_other_arithmetic_if_that_is_allowed(bpnet, folder):
    metadata.write(Path(folder, "seed-1"), status="interrupted", arithmetic="0" * 64)
    Path(folder, "seed-1", "weights.npz").touch()  # as if it had been saved
    refused = bpnet("train", "--resume", folder)
    assert (refused.status, refused.err.count("or add --other-arithmetic")) == (1, 1)
    allowed = bpnet("train", "--resume", folder, "--other-arithmetic", "--quiet")
    assert (allowed.status, allowed.err) == (0, "")


def test_finished_seeds_that_a_signal_keeps_from_more_epochs_are_not_done(
    bpnet, finished, monkeypatch
):
    monkeypatch.setattr(jobs, "train", lambda *arguments: ({}, signal.SIGTERM))
    result = bpnet("train", "--resume", finished, "--epochs", 5)
    again = "go on with: bpnet train --resume three --epochs 5"
    assert result == (143, "", f"interrupted; {again}\n")


def test_a_signal_that_comes_when_all_have_finished_changes_nothing(bpnet, folder, monkeypatch):
    train = jobs.train
    monkeypatch.setattr(jobs, "train", lambda *arguments: (train(*arguments)[0], 2))
    monkeypatch.setattr(processors, "usable", lambda: 3)
    result = bpnet("train", "--resume", folder, "--jobs", 3, "--quiet")
    assert (result.status, result.err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jobs", 2], "--jobs goes with --seeds"),
        (["--seeds", 2, "--set", f"seed={LARGEST_SEED}"], f"go above {LARGEST_SEED}"),
        (["--seeds", 1], "1 is not in the range 2<=x<=1000"),
        (["--seeds", 2, "--run-dir", "three"], "or go on with it: bpnet train --resume three"),
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


LONG = ("--set", "train.epochs=60", "--seeds", 2)


def finish(process):
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.fixture
def long(small_file):
    """Training that goes on for a second or two."""
    return ("train", "--config", small_file, *LONG)


@pytest.fixture
def expected(originals):
    """The weights of the two seeds, undisturbed."""
    return weights(originals(*LONG))


def weights(folder):
    return [(folder / f"seed-{seed}" / "weights.npz").read_bytes() for seed in range(2)]


def wait_for_both(process):
    """Read until both seeds have told of an epoch."""
    told = set()
    while len(told) < 2 and (line := process.stderr.readline()):
        told.add(line[:6])


def statuses(folder):
    return [
        json.loads((seed / "run.json").read_bytes())["status"]
        for seed in seed_folders.seeds(folder)
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_seeds_and_resumed_they_end_the_same(
    program, long, tmp_path, expected, number
):
    process = program(*long, "--jobs", 2, "--run-dir", "two seeds")
    wait_for_both(process)
    os.killpg(process.pid, number)  # as the terminal does: it must reach no seed twice
    status, out, err = finish(process)
    assert (status, out) == (128 + number, "")
    resume = "go on with: bpnet train --resume 'two seeds' --jobs 2\n"
    assert err.endswith(f"interrupted; {resume}")
    assert "Traceback" not in err
    assert "running" not in statuses(tmp_path / "two seeds")
    assert finish(program("train", "--resume", "two seeds", "--jobs", "2"))[0] == 0
    assert weights(tmp_path / "two seeds") == expected


def test_a_signal_is_one_also_while_a_config_is_gone(program, long, tmp_path):
    process = program(*long, "--jobs", 2, "--run-dir", "two")
    wait_for_both(process)
    (tmp_path / "two" / "seed-1" / "config.yaml").unlink()
    process.send_signal(signal.SIGTERM)
    status, out, err = finish(process)
    assert (status, out) == (143, "")
    assert err.endswith("interrupted; go on with: bpnet train --resume two --jobs 2\n")
    assert [metadata.status(tmp_path / f"two/seed-{seed}") for seed in (0, 1)] == [
        "interrupted"
    ] * 2


def test_a_second_signal_kills_all_seeds_at_once(program, long, tmp_path):
    process = program(*long, "--jobs", 2, "--run-dir", "two")
    wait_for_both(process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    assert finish(process)[:2] == (143, "")
    assert "running" in statuses(tmp_path / "two")


def test_seeds_whose_parent_is_killed_die_and_resumed_they_end_the_same(
    program, long, tmp_path, expected
):
    process = program(*long, "--jobs", 2, "--run-dir", "two")
    wait_for_both(process)
    process.kill()
    assert finish(process)[0] == -signal.SIGKILL
    resume = program("train", "--resume", "two", "--jobs", "2")  # at once
    time.sleep(0.1)
    assert "running" in statuses(tmp_path / "two")
    assert finish(resume)[0] == 0
    assert weights(tmp_path / "two") == expected


def test_seeds_without_a_test_score_have_dashes_and_their_mean_is_that_of_validation(
    bpnet, trained
):
    trained("three", "--seeds", 3)
    for seed in range(3):
        unscored(Path(f"three/seed-{seed}"))
    _, *rows, mean, path = bpnet("train", "--resume", "three").out.splitlines()
    assert [row.split()[1:4] for row in rows] == [["-", "-", "-"]] * 3
    assert re.fullmatch(r"mean of 3 seeds: validation \d\d\.\d\d ± \d\.\d\d %", mean)
    assert path == "three"
