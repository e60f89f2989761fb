"""What comes home from a Dask worker is read without trust, before it is put into its folder."""

import json
from dataclasses import replace

import pytest

from bpnet.cli.cluster import arriving, carrying
from bpnet.cli.cluster.arriving import Sent
from bpnet.errors import RunError
from bpnet.runs import directory, metadata


@pytest.fixture
def finished_run(trained, tmp_path):
    return directory.open_run(trained(tmp_path / "finished"))


@pytest.fixture
def sent(finished_run, tmp_path):
    """A run of the finished one's config, which has left before it began."""
    run = directory.create(finished_run.config, directory.new("", tmp_path / "r"))
    return Sent(run, carrying.pack(run.folder), epochs=None)


@pytest.fixture
def files(finished_run):
    return carrying.pack(finished_run.folder)


def test_a_run_comes_home_with_all_its_files_but_for_its_config(sent, files):
    config = sent.files["config.yaml"]
    arriving.receive(sent, files | {"config.yaml": b"seed: 7"}, status=0)
    assert carrying.pack(sent.run.folder) == files | {"config.yaml": config}
    assert sent.run.status == "finished"


def changed(files, **facts):
    return files | {"run.json": json.dumps(json.loads(files["run.json"]) | facts).encode()}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda files: files | {"../run.json": b"{}"}, "no file of this run: '../run.json'"),
        (lambda files: files | {"log.csv": "text"}, "no file of this run: 'log.csv'"),
        (lambda files: files | {"log.csv": bytes(2**25)}, "no file of this run: 'log.csv'"),
        (lambda files: files | {"weights.npz": files["doubt.npz"]}, "weights.npz"),
        (lambda files: files | {"log.csv": b"epoch\n"}, "log.csv"),
        (lambda files: files | {"run.json": b"{"}, "run.json"),
        (lambda files: changed(files, status="interrupted"), "has not finished"),
        (lambda files: changed(files, test_accuracy=2.0), "test_accuracy"),
        (lambda files: changed(files, config={"seed": 7}), "it is another run"),
    ],
)
def test_what_is_no_run_of_it_is_refused_and_nothing_is_kept(sent, files, spoil, told):
    with pytest.raises(RunError, match="what came back") as caught:
        arriving.receive(sent, spoil(files), status=0)
    assert told in str(caught.value)
    assert carrying.pack(sent.run.folder) == sent.files


def test_a_run_that_has_failed_brings_home_how_far_it_is(sent, files):
    interrupted = changed(files, status="interrupted")
    arriving.receive(sent, interrupted, status=130)
    assert sent.run.status == "interrupted"
    assert sent.run.checkpoint.read_bytes() == files["checkpoint.npz"]


def test_what_another_process_has_trained_meanwhile_is_not_written_over(sent, files):
    metadata.write(sent.run.folder, status="running")
    with pytest.raises(RunError, match="another process has trained it meanwhile"):
        arriving.receive(sent, files, status=0)
    assert not sent.run.weights.exists()


def test_a_run_that_was_to_have_more_epochs_comes_home_with_the_config_of_these(sent, files):
    shorter = replace(sent.run.config, train=replace(sent.run.config.train, epochs=1))
    run = replace(sent.run, config=shorter)
    asked = Sent(run, sent.files, epochs=sent.run.config.train.epochs)
    arriving.receive(asked, files, status=0)
    assert directory.open_run(run.folder).config.train.epochs == asked.epochs
