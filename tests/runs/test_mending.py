"""What a finished run has lost comes back from its checkpoint, byte for byte, or not at all."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bpnet.errors import RunError
from bpnet.runs import directory, mending, metadata
from bpnet.system import locks


@pytest.fixture
def run(finished_run):
    return finished_run


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


def test_a_whole_run_is_left_as_it_is(run):
    before = contents(run.folder)
    assert mending.spoilt(run) == []
    assert mending.is_whole(run.folder)
    assert mending.mend(run, pytest.fail) is False
    assert contents(run.folder) == before


BROUGHT_BACK = "brought back from the checkpoint"
DAMAGES = {
    "missing": Path.unlink,
    "short": lambda path: path.write_bytes(path.read_bytes()[:150]),
    "empty": lambda path: path.write_bytes(b""),
    "long": lambda path: path.write_bytes(path.read_bytes() + bytes(100_000)),
    "a folder": lambda path: path.unlink() or path.mkdir(),
    "a pipe": lambda path: path.unlink() or os.mkfifo(path),
    "a loop": lambda path: path.unlink() or path.symlink_to(path),
}


@pytest.mark.parametrize("name", ["weights.npz", "log.csv", "doubt.npz"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_lost_comes_back_byte_for_byte_and_what_stood_there_is_kept(run, name, damage):
    before = contents(run.folder)
    DAMAGES[damage](run.folder / name)
    assert mending.spoilt(run) == [run.folder / name]
    told = []
    assert mending.mend(run, told.append) is True
    source = "made from its weights and images" if name == "doubt.npz" else BROUGHT_BACK
    assert told == [f"{run.folder}: {name} {source}"]
    aside = run.folder / f"{name}.corrupt"
    assert os.path.lexists(aside) == (damage != "missing")
    after = {file: content for file, content in contents_of_files(run.folder) if file != aside.name}
    assert after == before


def contents_of_files(folder):
    for path in folder.iterdir():
        if path.is_file() and path.name != ".lock":
            yield path.name, path.read_bytes()


def test_a_changed_byte_of_the_weights_is_noticed(run):
    content = bytearray(run.weights.read_bytes())
    content[5000] ^= 1
    run.weights.write_bytes(content)
    assert mending.spoilt(run) == [run.weights]
    assert not mending.is_whole(run.folder)


def test_a_run_that_cannot_be_opened_is_not_whole(run):
    (run.folder / "config.yaml").unlink()
    assert not mending.is_whole(run.folder)


def test_a_checkpoint_before_the_end_has_not_all_of_the_log_and_that_is_told(start, small_config):
    quick = replace(small_config.train, epochs=2, learning_rate=0.5)
    run = start(config=replace(small_config, train=quick)).run
    assert run.result.best_epoch == 1  # and so the checkpoint before has the right weights
    run.weights.unlink()
    run.checkpoint.unlink()
    told = []
    with pytest.raises(RunError, match=f"no checkpoint has them; .* move {run.folder}/run.json aw"):
        mending.mend(run, told.append)
    assert told == [f"{run.checkpoint}: is missing; going on from the one before"]
    assert not run.weights.exists()


def test_weights_that_are_not_those_of_the_end_do_not_come_back(run):
    run.weights.unlink()
    metadata.write(run.folder, weights_sha256="0" * 64)
    with pytest.raises(RunError, match="no checkpoint has them"):
        mending.mend(run, pytest.fail)
    assert not run.weights.exists()


def test_without_any_checkpoint_nothing_comes_back(run):
    for path in (run.weights, run.checkpoint, run.previous_checkpoint):
        path.unlink()
    with pytest.raises(RunError, match="no checkpoint has them"):
        mending.mend(run, pytest.fail)


def test_another_runs_facts_are_refused_even_beside_their_own_weights(run, start, small_config):
    other = start("other", replace(small_config, seed=1)).run
    for name in ("run.json", "weights.npz"):
        (run.folder / name).write_bytes((other.folder / name).read_bytes())
    with pytest.raises(RunError, match="seed is 0, but was 1 when the run began"):
        mending.mend(run, pytest.fail)


def test_what_another_process_holds_is_left_to_it(run):
    run.weights.unlink()
    with (
        locks.hold(run.folder / locks.NAME),
        pytest.raises(RunError, match="is training it"),
    ):
        mending.mend(directory.open_run(run.folder), pytest.fail)
    assert not run.weights.exists()
