"""`bpnet train`: what it prints and where, and what it leaves behind."""

import json
import re
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from bpnet import config
from bpnet.errors import StorageError
from bpnet.evaluation import Scores
from bpnet.runs import checkpoints, metadata
from bpnet.system import processors
from bpnet.training import trainer
from bpnet.training.step import Step
from tests.helpers.trials import unscored


def test_results_go_to_stdout_the_path_last_and_progress_to_stderr(bpnet, small_file):
    result = bpnet("train", "--config", small_file, "--run-dir", "r")
    assert result.status == 0
    assert re.fullmatch(
        r"test accuracy \d\d\.\d\d % \(\d+/200\), loss \d\.\d{4}, "
        r"weights of epoch \d: \d\d\.\d\d % on validation\nr\n",
        result.out,
    )
    lines = result.err.splitlines()
    assert [line.split()[1] for line in lines] == ["1/3", "2/3", "3/3"]
    assert re.fullmatch(
        r"epoch 1/3  loss \d\.\d{4}  accuracy \d\d\.\d\d %  validation \d\d\.\d\d %  "
        r"\d\.\d s  [\d,]+ images/s",
        lines[0],
    )


SMALL = ("--set", "data.dataset=drawn", "--set", "data.validation=100", "--set", "train.epochs=1")


@pytest.mark.parametrize("named", [(), ("--config", "mnist")])
def test_train_alone_trains_the_config_mnist(bpnet, small_data, named):
    Path("mnist").write_text("sed: 1", encoding="utf-8")
    result = bpnet("train", *named, *SMALL, "--data-dir", small_data)
    assert re.search(r"\nruns/[0-9_-]+_mnist-s0\n$", result.out)
    (written,) = Path("runs").glob("*/config.yaml")
    assert config.load(written, environment={}).train.learning_rate == 0.3


def test_quiet_leaves_only_the_result(bpnet, small_file):
    result = bpnet("train", "--config", small_file, "--quiet")
    assert result.err == ""
    assert re.search(r"\nruns/\d{4}-\d\d-\d\d_\d{6}_small-s0\n$", result.out)


def test_without_validation_the_test_set_is_shown_each_epoch(bpnet, small_file):
    result = bpnet("train", "--config", small_file, "--set", "data.validation=0", "--run-dir", "r")
    assert re.search(r"accuracy \d\d\.\d\d %  test \d\d\.\d\d %", result.err)
    assert re.match(r"test accuracy .*, loss \d\.\d{4}\nr\n", result.out)
    assert metadata.read(Path("r"))["best_epoch"] is None


def test_settings_data_dir_and_workers_are_in_the_runs_config(bpnet, small_file, small_data):
    result = bpnet(
        "train", "--config", small_file, "--set", "seed=5", "--set", "data.dir=nowhere",
        "--data-dir", small_data, "--workers", 2, "--run-dir", "r",
    )  # fmt: skip
    assert result.status == 0
    written = config.load(Path("r/config.yaml"), environment={})
    assert (written.seed, written.data.dir) == (5, str(small_data))
    assert written.train.workers == 2


def test_more_workers_than_cores_are_told_in_a_line_and_train(bpnet, small_file, monkeypatch):
    monkeypatch.setattr(processors, "usable", lambda: 1)
    train = ("train", "--config", small_file, "--set", "train.epochs=1", "--run-dir", "r")
    result = bpnet(*train, "--workers", 2, "--quiet")
    assert result.status == 0
    assert result.err.startswith("warning: 2 processes (train.workers) for 1 core that this ")
    assert result.err.count("\n") == 1


def test_the_environment_names_the_data_folder_too(bpnet, small_file, small_data, monkeypatch):
    monkeypatch.setenv("BPNET_DATA_DIR", str(small_data))
    result = bpnet("train", "--config", small_file, "--run-dir", "r", "--quiet")
    assert (result.status, result.err) == (0, "")


def test_a_network_that_does_not_learn_gets_a_warning(bpnet, small_file):
    result = bpnet(
        "train", "--config", small_file, "--quiet",
        "--set", "train.learning_rate=1e-9", "--set", "network.init=0.001",
    )  # fmt: skip
    assert result.status == 0
    assert result.err.startswith("warning: the loss is 2.30 after an epoch, and 6.00 %")


def test_a_diverging_run_stops_with_exit_1_and_says_so_in_run_json(bpnet, small_file):
    result = bpnet(
        "train", "--config", small_file, "--run-dir", "r",
        "--set", "train.learning_rate=1e6", "--set", "network.hidden=[16,16,16]",
    )  # fmt: skip
    assert result.status == 1
    assert result.out == ""
    assert re.fullmatch(
        r"Error: the loss or a weight is no .*, in epoch 1 at step \d+, with .*\n", result.err
    )
    assert metadata.read(Path("r"))["status"] == "diverged"


def test_a_run_that_fails_otherwise_says_so_in_run_json(bpnet, small_file, monkeypatch):
    def fail(run, state, data):
        raise StorageError("disk full")

    monkeypatch.setattr(checkpoints, "save", fail)
    result = bpnet("train", "--config", small_file, "--run-dir", "r")
    assert (result.status, result.err) == (1, "Error: disk full\n")
    assert metadata.read(Path("r"))["status"] == "failed"


def test_a_run_directory_is_never_overwritten(bpnet, small_file):
    bpnet("train", "--config", small_file, "--run-dir", "r")
    before = Path("r/weights.npz").read_bytes()
    result = bpnet("train", "--config", small_file, "--run-dir", "r", "--set", "seed=1")
    assert result.status == 2
    assert result.err == (
        "Error: r: is there already; give another --run-dir, or go on with it: "
        "bpnet train --resume r\n"
    )
    assert Path("r/weights.npz").read_bytes() == before


def test_a_finished_run_has_nothing_to_resume_and_shows_its_result_again(bpnet, small_file):
    first = bpnet("train", "--config", small_file, "--run-dir", "r")
    before = {path.name: path.read_bytes() for path in Path("r").iterdir()}
    again = bpnet("train", "--resume", "r")
    assert (again.status, again.out) == (0, first.out)
    assert again.err == "r: has finished all its epochs: nothing to do; more epochs: --epochs N\n"
    assert {path.name: path.read_bytes() for path in Path("r").iterdir()} == before


def test_a_finished_run_without_a_test_score_says_what_scores_it_and_is_left_as_it_is(
    bpnet, trained
):
    run = unscored(Path(trained("a run")))
    before = (run / "run.json").read_bytes()
    again = bpnet("train", "--resume", run)
    scoring = "without a test score; bpnet eval 'a run' scores it; more epochs: --epochs N"
    assert again.err == f"a run: has finished all its epochs, {scoring}\n"
    line, path = again.out.splitlines()
    assert re.fullmatch(r"test accuracy -, weights of epoch \d: \d\d\.\d\d % on validation", line)
    assert path == "a run"
    assert " accuracy " in bpnet("eval", run).out
    assert (run / "run.json").read_bytes() == before


def test_a_finished_run_gets_more_epochs_and_shows_them(bpnet, small_file):
    bpnet("train", "--config", small_file, "--run-dir", "r")
    more = bpnet("train", "--resume", "r", "--epochs", 5)
    assert more.status == 0
    assert [line.split()[1] for line in more.err.splitlines()] == ["4/5", "5/5"]
    straight = bpnet("train", "--config", small_file, "--set", "train.epochs=5", "--run-dir", "s")
    assert more.out == straight.out.replace("\ns\n", "\nr\n")


def test_of_a_run_that_cannot_have_more_epochs_none_are_spoken(bpnet, small_file):
    cosine = ("--set", "train.schedule=cosine")
    bpnet("train", "--config", small_file, "--run-dir", "r", *cosine)
    again = bpnet("train", "--resume", "r")
    assert again.err == "r: has finished all its epochs: nothing to do\n"
    refused = bpnet("train", "--resume", "r", "--epochs", 5)
    assert (refused.status, refused.err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    "command",
    ["eval r", "report r", "predict x.png --run r", "compare r r", "export r --to onnx x.onnx",
     "train --resume r", "train --resume r --epochs 9"],
)  # fmt: skip
def test_every_command_tells_of_a_config_that_was_edited(bpnet, trained, command):
    config_file = Path(trained("r"), "config.yaml")
    text = config_file.read_text(encoding="utf-8").replace("seed: 0", "seed: 1")
    config_file.write_text(text, encoding="utf-8")
    result = bpnet(*command.split())
    told = "Error: r/config.yaml: seed is 1, but was 0 when the run began; put it back"
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith(told)


def terminate_in_step(number, patch):
    """Let a SIGTERM come in a step, counted from 1."""
    take = Step.__call__

    def take_and_terminate(step, place, x, t):
        if place + 1 == number:
            signal.raise_signal(signal.SIGTERM)
        return take(step, place, x, t)

    patch.setattr(Step, "__call__", take_and_terminate)


@pytest.fixture
def interrupted(bpnet, small_file, monkeypatch):
    """How a run ends that gets a SIGTERM in its step 20."""
    with monkeypatch.context() as patch:
        terminate_in_step(20, patch)
        return bpnet("train", "--config", small_file, "--run-dir", "r r")


def test_a_signal_saves_and_prints_the_command_that_resumes(interrupted):
    assert interrupted.status == 143
    assert interrupted.out == ""
    assert interrupted.err.endswith(
        "interrupted in epoch 2, after step 20; go on with: bpnet train --resume 'r r'\n"
    )
    assert metadata.read(Path("r r"))["status"] == "interrupted"


def test_a_resumed_run_has_the_weights_of_an_undisturbed_one(interrupted, bpnet, small_file):
    resumed = bpnet("train", "--resume", "r r")
    bpnet("train", "--config", small_file, "--run-dir", "straight")
    assert resumed.status == 0
    assert [line.split()[1] for line in resumed.err.splitlines()] == ["2/3", "3/3"]
    weights = [Path(folder, "weights.npz").read_bytes() for folder in ("r r", "straight")]
    assert weights[0] == weights[1]


def test_another_numpy_alone_is_no_other_arithmetic(interrupted, bpnet):
    metadata.write(Path("r r"), numpy="1.0")
    assert bpnet("train", "--resume", "r r", "--quiet").err == ""


def test_other_arithmetic_is_refused_when_resuming_unless_it_is_allowed(interrupted, bpnet):
    metadata.write(Path("r r"), arithmetic="0" * 64)
    refused = bpnet("train", "--resume", "r r", "--quiet")
    assert (refused.status, refused.err.count("\n")) == (1, 1)
    assert "or add --other-arithmetic" in refused.err
    allowed = bpnet("train", "--resume", "r r", "--quiet", "--other-arithmetic")
    assert (allowed.status, allowed.err) == (0, "")


def test_other_arithmetic_is_a_matter_of_resuming(bpnet, small_file):
    result = bpnet("train", "--config", small_file, "--other-arithmetic")
    assert (result.status, result.err) == (2, "Error: --other-arithmetic goes with --resume\n")


def test_the_data_may_have_moved_before_resuming(interrupted, bpnet, small_data, tmp_path):
    moved = tmp_path / "moved"
    small = Path("r r/config.yaml")
    small.write_text(
        small.read_text(encoding="utf-8").replace(str(small_data), "gone"), encoding="utf-8"
    )
    moved.symlink_to(small_data)
    assert bpnet("train", "--resume", "r r", "--quiet", "--data-dir", moved).status == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--config", "no"], "no config is named 'no'; the names are affine-800, book, "),
        (
            ["--resume", "x", "--set", "seed=1"],
            "--resume takes no --config, --set, --run-dir, --seeds or --workers",
        ),
        (
            ["--resume", "x", "--workers", "2"],
            "--resume takes no --config, --set, --run-dir, --seeds or --workers",
        ),
        (["--epochs", "4"], "--epochs goes with --resume; of a new run: --set train.epochs=4"),
        (["--config", "no.yaml"], "no.yaml: cannot be read: No such file or directory"),
        (["--config", "./"], ".: not a regular file"),
    ],
)
def test_a_wrong_command_line_has_exit_status_2_and_one_line(bpnet, arguments, error):
    result = bpnet("train", *arguments)
    assert result.status == 2
    assert result.err.startswith(f"Error: {error}")
    assert result.err.count("\n") == 1


def test_resuming_what_is_no_run_has_exit_status_1(bpnet):
    assert bpnet("train", "--resume", "x") == (
        1, "", "Error: x: does not exist\n",
    )  # fmt: skip


def test_the_bar_of_a_resumed_run_begins_where_it_was_stopped(bpnet, interrupted, bars):
    assert bpnet("train", "--resume", "r r").status == 0
    (bar,) = bars
    assert (bar.initial, bar.n, bar.total) == (500 + 4 * 32, 1500, 1500)


@pytest.fixture
def best_in_the_middle(monkeypatch):
    """Validation scores that make the second of three epochs the best."""
    rights = iter([50, 70, 60])
    real = trainer.evaluate

    def evaluate(network, split):
        if len(split) == 200:  # the test images
            return real(network, split)
        right = next(rights)
        return Scores(1.0, np.array([[right, 100 - right], [0, 0]]))

    monkeypatch.setattr(trainer, "evaluate", evaluate)


@pytest.mark.usefixtures("best_in_the_middle")
def test_the_best_epochs_weights_are_what_is_kept_scored_and_evaluated(bpnet, small_file):
    bpnet("train", "--config", small_file, "--run-dir", "three")
    written = metadata.read(Path("three"))
    assert (written["best_epoch"], written["validation_accuracy"]) == (2, 0.7)
    (scores,) = json.loads(bpnet("eval", "three", "--json").out)["runs"]
    assert scores["correct"] == written["test_correct"]
    assert scores["loss"] == written["test_loss"]
    with np.load("three/checkpoint.npz") as checkpoint, np.load("three/weights.npz") as weights:
        best, last = checkpoint["best_parameters"], checkpoint["parameters"]
        assert np.array_equal(weights["b2"], best[-10:])
        assert not np.array_equal(best, last)


def test_what_a_killed_process_left_is_swept(bpnet, interrupted):
    leftover = Path("r r/.checkpoint.npz.4194305-0123abcd.tmp")  # a number above all processes'
    leftover.touch()
    assert bpnet("train", "--resume", "r r").status == 0
    assert not leftover.exists()


def test_the_command_that_resumes_names_data_that_have_moved(
    bpnet, interrupted, small_data, tmp_path, monkeypatch
):
    config_file = Path("r r/config.yaml")
    text = config_file.read_text(encoding="utf-8").replace(str(small_data), "gone")
    config_file.write_text(text, encoding="utf-8")
    terminate_in_step(21, monkeypatch)
    result = bpnet("train", "--resume", "r r", "--data-dir", small_data)
    assert result.status == 143
    assert result.err.endswith(f"bpnet train --resume 'r r' --data-dir {small_data}\n")


def test_a_changed_config_is_told_key_by_key(bpnet, interrupted):
    config_file = Path("r r/config.yaml")
    text = config_file.read_text(encoding="utf-8")
    text = text.replace("hidden: [16]", "hidden: [17]").replace("epochs: 3", "epochs: 4")
    config_file.write_text(text, encoding="utf-8")
    result = bpnet("train", "--resume", "r r")
    assert result.status == 1
    told = "when the run began; put it back"
    assert result.err.splitlines() == [
        f"Error: r r/config.yaml: network.hidden is [17], but was [16] {told}, or start a new run",
        f"       r r/config.yaml: train.epochs is 4, but was 3 {told}; for more epochs: "
        "bpnet train --resume 'r r' --epochs N",
    ]


def test_a_run_json_that_is_not_bpnets_gives_way_and_the_run_goes_on(bpnet, interrupted):
    metadata.write(Path("r r"), status="finished")
    result = bpnet("train", "--resume", "r r", "--quiet")
    assert result.status == 0
    assert "run.json: not as bpnet has written it: test_accuracy: is missing; kept" in result.err
    right = metadata.read(Path("r r"))["weights_sha256"]
    metadata.write(Path("r r"), config=3)
    again = bpnet("train", "--resume", "r r", "--quiet")
    assert (again.status, again.out) == (0, result.out)
    assert "run.json: config: expected an object; kept as " in again.err
    assert metadata.read(Path("r r"))["weights_sha256"] == right


def test_lost_weights_of_a_finished_run_come_back(bpnet, small_file):
    first = bpnet("train", "--config", small_file, "--run-dir", "r")
    weights = Path("r/weights.npz").read_bytes()
    Path("r/weights.npz").unlink()
    told = "r: weights.npz brought back from the checkpoint\n"
    assert bpnet("train", "--resume", "r") == (0, first.out, told)
    assert Path("r/weights.npz").read_bytes() == weights


def test_a_signal_is_one_also_while_the_config_is_gone(bpnet, small_file, monkeypatch):
    take = Step.__call__

    def lose_the_config_and_terminate(step, place, x, t):
        if place == 19:
            Path("r/config.yaml").unlink()
            signal.raise_signal(signal.SIGTERM)
        return take(step, place, x, t)

    monkeypatch.setattr(Step, "__call__", lose_the_config_and_terminate)
    result = bpnet("train", "--config", small_file, "--run-dir", "r")
    assert result.status == 143
    assert result.err.endswith("go on with: bpnet train --resume r\n")
    assert metadata.status(Path("r")) == "interrupted"


def test_training_goes_on_without_a_stderr(bpnet, small_file, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert bpnet("train", "--config", small_file).status == 0
