"""`bpnet train`: what it prints and where, and what it leaves behind."""

import re
from contextlib import contextmanager, nullcontext

import pytest

from bpnet import config, facts, trainer
from bpnet.cli import training
from bpnet.datasets import loading


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


def test_quiet_leaves_only_the_result(bpnet, small_file):
    result = bpnet("train", "--config", small_file, "--quiet")
    assert result.err == ""
    assert re.search(r"\nruns/\d{4}-\d\d-\d\d_\d{6}_small-s0\n$", result.out)


def test_without_validation_the_test_set_is_shown_each_epoch(bpnet, small_file):
    result = bpnet("train", "--config", small_file, "--set", "data.validation=0", "--run-dir", "r")
    assert re.search(r"accuracy \d\d\.\d\d %  test \d\d\.\d\d %", result.err)
    assert re.match(r"test accuracy .*, loss \d\.\d{4}\nr\n", result.out)
    assert facts.read(loading.Path("r"))["best_epoch"] is None


def test_settings_and_data_dir_are_in_the_runs_config(bpnet, small_file, small_data):
    result = bpnet(
        "train", "--config", small_file, "--set", "seed=5", "--set", "data.dir=nowhere",
        "--data-dir", small_data, "--run-dir", "r",
    )  # fmt: skip
    assert result.status == 0
    written = config.load(loading.Path("r/config.yaml"), environment={})
    assert (written.seed, written.data.dir) == (5, str(small_data))


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
    assert result.err.startswith("warning: the loss is 2.30 after an epoch, as if guessing")


def test_a_diverging_run_stops_with_exit_1_and_says_so_in_run_json(bpnet, small_file):
    result = bpnet(
        "train", "--config", small_file, "--run-dir", "r",
        "--set", "train.learning_rate=1e6", "--set", "network.hidden=[16,16,16]",
    )  # fmt: skip
    assert result.status == 1
    assert result.out == ""
    assert re.fullmatch(r"Error: the loss became \w+ in epoch 1, step \d+, at .*\n", result.err)
    assert facts.read(loading.Path("r"))["status"] == "diverged"


def test_a_run_that_fails_otherwise_says_so_in_run_json(bpnet, small_file, monkeypatch):
    def fail(run, state, data):
        raise training.BpnetError("disk full")

    monkeypatch.setattr(training.runs, "save", fail)
    result = bpnet("train", "--config", small_file, "--run-dir", "r")
    assert (result.status, result.err) == (1, "Error: disk full\n")
    assert facts.read(loading.Path("r"))["status"] == "failed"


def test_a_run_directory_is_never_overwritten(bpnet, small_file):
    bpnet("train", "--config", small_file, "--run-dir", "r")
    before = loading.Path("r/weights.npz").read_bytes()
    result = bpnet("train", "--config", small_file, "--run-dir", "r", "--set", "seed=1")
    assert result.status == 2
    assert result.err == (
        "Error: r: is there already; give another --run-dir, or go on with it by --resume r\n"
    )
    assert loading.Path("r/weights.npz").read_bytes() == before


def test_a_finished_run_has_nothing_to_resume_and_shows_its_result_again(bpnet, small_file):
    first = bpnet("train", "--config", small_file, "--run-dir", "r")
    before = {path.name: path.read_bytes() for path in loading.Path("r").iterdir()}
    again = bpnet("train", "--resume", "r")
    assert (again.status, again.out) == (0, first.out)
    assert again.err == "r: has finished all its epochs: nothing to do\n"
    assert {path.name: path.read_bytes() for path in loading.Path("r").iterdir()} == before


@pytest.fixture
def interrupted(bpnet, small_file, monkeypatch):
    """How a run ends that gets a SIGTERM in its step 20."""
    received = []

    @contextmanager
    def bar(*arguments):
        yield lambda state, count: received.extend([15] if state.step == 20 else [])

    with monkeypatch.context() as patch:
        patch.setattr(training, "_signals", lambda: nullcontext(received))
        patch.setattr(training, "_bar", bar)
        return bpnet("train", "--config", small_file, "--run-dir", "r r")


def test_a_signal_saves_and_prints_the_command_that_resumes(interrupted):
    assert interrupted.status == 143
    assert interrupted.out == ""
    assert interrupted.err.endswith(
        "interrupted in epoch 2, after step 20; go on with: bpnet train --resume 'r r'\n"
    )
    assert facts.read(loading.Path("r r"))["status"] == "interrupted"


def test_a_resumed_run_has_the_weights_of_an_undisturbed_one(interrupted, bpnet, small_file):
    resumed = bpnet("train", "--resume", "r r")
    bpnet("train", "--config", small_file, "--run-dir", "straight")
    assert resumed.status == 0
    assert [line.split()[1] for line in resumed.err.splitlines()] == ["2/3", "3/3"]
    weights = [loading.Path(folder, "weights.npz").read_bytes() for folder in ("r r", "straight")]
    assert weights[0] == weights[1]


def test_another_numpy_gets_a_warning_when_resuming(interrupted, bpnet):
    facts.write(loading.Path("r r"), numpy="1.0")
    result = bpnet("train", "--resume", "r r", "--quiet")
    assert result.status == 0
    assert result.err.startswith("warning: begun with NumPy 1.0, going on with ")


def test_the_data_may_have_moved_before_resuming(interrupted, bpnet, small_data, tmp_path):
    moved = tmp_path / "moved"
    small = loading.Path("r r/config.yaml")
    small.write_text(
        small.read_text(encoding="utf-8").replace(str(small_data), "gone"), encoding="utf-8"
    )
    moved.symlink_to(small_data)
    assert bpnet("train", "--resume", "r r", "--quiet", "--data-dir", moved).status == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "train needs --config FILE, or --resume DIR"),
        (["--resume", "x", "--set", "seed=1"], "--resume takes no --config, --set or --run-dir"),
        (["--config", "no.yaml"], "no.yaml: cannot be read: No such file or directory"),
        (["--config", "."], ".: not a regular file"),
    ],
)
def test_a_wrong_command_line_has_exit_status_2_and_one_line(bpnet, arguments, error):
    result = bpnet("train", *arguments)
    assert result.status == 2
    assert result.err.startswith(f"Error: {error}")
    assert result.err.count("\n") == 1


def test_resuming_what_is_no_run_has_exit_status_1(bpnet):
    assert bpnet("train", "--resume", "x") == (
        1, "", "Error: x: not a run directory: it has no config.yaml\n",
    )  # fmt: skip


def test_a_bar_counts_the_images_of_the_whole_run(small_config, monkeypatch):
    made = []

    class Bar(training.tqdm):
        def __init__(self, **options):
            super().__init__(**options | {"disable": False, "mininterval": 0})
            made.append(self)

    monkeypatch.setattr(training, "tqdm", Bar)
    dataset = loading.load(small_config.data)
    network = trainer.build(small_config)
    state = trainer.start(network)
    state.step = 0
    with training._bar(small_config, state, dataset, quiet=False) as watch:
        list(trainer.train(network, state, dataset, small_config, watch=watch))
    (bar,) = made
    assert (bar.n, bar.total) == (1500, 1500)
    assert re.match(r"loss \d\.\d{4}, accuracy \d\d\.\d\d %", bar.postfix)
    assert bar.desc.startswith("epoch 3/3")
