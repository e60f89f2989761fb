"""`bpnet.train` and `bpnet.load`: the command line's runs, for programs and notebooks."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import bpnet as library
from bpnet.config import TrainConfig
from bpnet.runs import directory, metadata
from bpnet.system import processors

README = Path(library.__file__).with_name("README.md")


def fresh(code, *arguments, cwd=None, **environment):
    """Return what the code prints in a process that has imported nothing yet."""
    clean = {name: value for name, value in os.environ.items() if "_NUM_THREADS" not in name}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        env=clean | environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout


def test_to_import_the_library_imports_nothing_heavy():
    heavy = "{'numpy', 'click', 'yaml', 'requests', 'tqdm'}"
    assert fresh(f"import sys, bpnet; print({heavy} & set(sys.modules))") == "set()\n"


def test_all_public_names_are_there_and_no_others():
    for name in library.__all__:
        assert getattr(library, name)
        assert name in dir(library)
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        library.trian  # noqa: B018


def test_in_a_fresh_process_a_run_has_the_weights_of_the_commands(bpnet, small_file, tmp_path):
    bpnet("train", "--config", small_file, "--run-dir", "command")
    code = f"import bpnet; print(bpnet.train({str(small_file)!r}, run_dir='python').folder)"
    assert fresh(code) == "python\n"
    commands, pythons = (metadata.read(Path(name)) for name in ("command", "python"))
    assert pythons["weights_sha256"] == commands["weights_sha256"]
    assert pythons["status"] == "finished"


ONE_THREAD = """
import os, sys
import bpnet

config, folder = sys.argv[1:]
lines = []
bpnet.train(config, run_dir=folder + "/a", tell=lines.append)
bpnet.train(config, run_dir=folder + "/b", tell=lines.append)
import numpy as np
np.ones((500, 500)) @ np.ones((500, 500))
print(len(os.listdir("/proc/self/task")), os.environ.get("OPENBLAS_NUM_THREADS"), *lines)
"""


@pytest.mark.parametrize("number", [None, "2"])
def test_numpy_is_on_one_thread_and_the_environment_stays(small_file, tmp_path, number):
    variables = {"OPENBLAS_NUM_THREADS": number} if number else {}
    assert fresh(ONE_THREAD, small_file, tmp_path, **variables) == f"1 {number}\n"


NOTEBOOK = """
import sys
import numpy, bpnet

bpnet.train(sys.argv[1], {"train.epochs": 1}, sys.argv[2], tell=print)
"""


@pytest.mark.parametrize(("number", "lines"), [(None, 1), ("2", 1), ("1", 0)])
def test_where_numpy_was_imported_before_perhaps_on_more_it_is_told(
    small_file, tmp_path, number, lines
):
    variables = {"OPENBLAS_NUM_THREADS": number} if number else {}
    told = fresh(NOTEBOOK, small_file, tmp_path / "run", **variables).splitlines()
    assert len(told) == lines
    for line in told:
        assert line.startswith("warning: NumPy was imported before bpnet, perhaps on more than one")


def test_more_workers_than_cores_are_told(small_config, tmp_path, monkeypatch):
    lines = []
    monkeypatch.setattr(processors, "usable", lambda: 1)
    settings = {"train.workers": 2, "train.epochs": 1}
    library.train(small_config, settings, tmp_path / "run", tell=lines.append)
    assert [line.partition(" that ")[0] for line in lines] == [
        "warning: 2 processes (train.workers) for 1 core"
    ]


def test_what_is_raised_while_it_is_watched_leaves_a_run_that_has_failed(small_config, tmp_path):
    def watch(record):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        library.train(small_config, run_dir=tmp_path / "run", watch=watch)
    assert metadata.status(tmp_path / "run") == "failed"


@pytest.mark.parametrize("settings", ["train.epochs=1", ["train.epochs=1"]])
def test_settings_that_are_no_mapping_are_refused(small_config, settings):
    with pytest.raises(library.BpnetError, match="settings: expected values by their keys"):
        library.train(small_config, settings)


def test_nothing_is_no_setting(small_config, tmp_path):
    with pytest.raises(library.BpnetError, match="settings: data.dir: expected a path"):
        library.train(small_config, {"data.dir": None}, tmp_path / "run")


def test_a_config_from_python_will_do_and_its_settings_are_checked(small_config, tmp_path, capsys):
    lines = []
    config = replace(small_config, train=replace(small_config.train, learning_rate=1e-9))
    run = library.train(config, {"train.epochs": 1}, tmp_path / "run", tell=lines.append)
    assert run.config.train == replace(config.train, epochs=1)
    assert directory.open_run(run.folder) == run
    assert len(lines) == 1
    assert "the network is not learning" in lines[0]
    with pytest.raises(library.BpnetError) as raised:
        library.train(replace(config, train=TrainConfig(epochs=0)), {"train.lr": 1}, tmp_path / "b")
    assert [line.partition(", got")[0] for line in raised.value.lines] == [
        "Config: train.epochs: expected a whole number from 1 to 10000",
        "settings: train.lr: unknown key; did you mean train.learning_rate?",
    ]
    assert not (tmp_path / "b").exists()
    assert capsys.readouterr() == ("", "")


def test_each_epoch_is_watched_and_a_stop_leaves_an_interrupted_run(small_config, tmp_path):
    records = []
    run = library.train(
        small_config,
        run_dir=tmp_path / "run",
        stop=lambda: len(records) == 2,
        watch=records.append,
    )
    assert [record.epoch for record in records] == [1, 2]
    assert run.status == "interrupted"
    with pytest.raises(library.BpnetError, match="has not finished"):
        run.result  # noqa: B018


def test_the_signals_of_the_program_are_left_alone(small_config, tmp_path):
    handlers = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    library.train(
        small_config,
        run_dir=tmp_path / "run",
        watch=lambda record: handlers.append([signal.getsignal(number) for number in numbers]),
    )
    assert handlers == [before] * 3


def test_the_config_of_an_earlier_run_will_do(small_file, tmp_path):
    (tmp_path / "seed-1").mkdir()
    old = tmp_path / "seed-1" / "config.yaml"
    text = small_file.read_text(encoding="utf-8").replace("workers: 1", "threads: 2")
    old.write_text(text, encoding="utf-8")
    run = library.train(old, {"train.epochs": 1}, tmp_path / "run")
    assert (run.status, run.config.train.workers) == ("finished", 1)


def test_the_environment_says_where_the_data_lie(small_config, small_data, tmp_path, monkeypatch):
    monkeypatch.setenv("BPNET_DATA_DIR", str(small_data))
    lost = replace(small_config, data=replace(small_config.data, dir="nowhere"))
    assert library.train(lost, {"train.epochs": 1}, tmp_path / "r").result.test_images == 200


def test_a_config_that_comes_with_bpnet_is_given_by_its_name(small_data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    few = {"data.dir": small_data, "data.validation": 100, "train.epochs": 1, "network.hidden": 8}
    assert library.train("drawn", few).folder.name.endswith("_drawn-s0")
    with pytest.raises(library.BpnetError, match="no config is named 'drwan'; did you mean drawn?"):
        library.train("drwan")
    with pytest.raises(library.BpnetError, match="drawn: cannot be read: No such file"):
        library.train(Path("drawn"))


def test_a_loaded_network_is_the_runs(small_config, tmp_path):
    run = library.train(small_config, run_dir=tmp_path / "run")
    images = np.random.default_rng(0).integers(256, size=(5, 28, 28), dtype=np.uint8)
    expected = library.load(run).classify(images)
    assert np.array_equal(library.load(str(run.folder)).classify(images), expected)
    assert expected.sum(axis=1) == pytest.approx(np.ones(5), rel=1e-6)
    with pytest.raises(library.BpnetError, match="nothing: does not exist"):
        library.load(tmp_path / "nothing")


def test_the_code_in_the_readme_runs(small_data, tmp_path, monkeypatch):
    section = README.read_text(encoding="utf-8").partition("## From Python")[2]
    code = "".join(re.findall(r"```python\n(.*?)```", section.partition("\n## ")[0], re.DOTALL))
    assert "bpnet.train(" in code
    assert "classify(" in code
    settings = '"train.epochs": 3, "data.validation": 100'
    code = code.replace('"train.epochs": 3', settings)  # there are only 600 of these digits
    shown = fresh(code, cwd=tmp_path, BPNET_DATA_DIR=str(small_data)).splitlines()
    assert [line.split()[0] for line in shown[:4]] == ["1", "2", "3", "finished"]
    assert re.fullmatch(r"\d", shown[4])


def test_a_run_whose_config_was_edited_is_not_loaded(finished_run):
    path = finished_run.folder / "config.yaml"
    path.write_text(path.read_text("utf-8").replace("seed: 0", "seed: 1"), encoding="utf-8")
    with pytest.raises(library.BpnetError, match="seed is 1, but was 0 when the run began"):
        library.load(finished_run.folder)
