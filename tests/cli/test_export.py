"""`bpnet export`: which run, in which form, and where the file goes."""

from pathlib import Path

import onnx
import pytest
from safetensors.numpy import load_file

from bpnet.runs import directory, metadata, onnx_file, safetensors_file, seed_folders


@pytest.fixture
def run(trained):
    """A finished run, in runs/."""
    return trained("runs/small")


def accuracy_in(path):
    return {entry.key: entry.value for entry in onnx.load(path).metadata_props}["test_accuracy"]


def test_the_file_is_written_in_the_form_that_is_asked_for_and_its_path_is_told(bpnet, run):
    assert bpnet("export", run, "--to", "onnx", "a") == (0, "a\n", "")
    assert accuracy_in("a") == str(metadata.read(Path(run))["test_accuracy"])
    assert bpnet("export", run, "b.any", "--to", "safetensors") == (0, "b.any\n", "")
    assert load_file("b.any")["0.weight"].shape == (16, 784)


def test_of_a_network_with_a_view_it_is_told_what_must_go_in(bpnet, trained):
    upright = trained("upright", "--set", "network.view=deslanted")
    told = (
        "a: takes deslanted images only: other programs must bring theirs to that view first; "
        "bpnet.load('upright').see(images) does\n"
    )
    assert bpnet("export", upright, "--to", "onnx", "a") == (0, "a\n", told)


def test_a_file_alone_is_of_the_newest_run_if_its_ending_says_that_it_is_the_file(bpnet, run):
    told = f"{run}: the newest finished run\n"
    assert bpnet("export", "--to", "onnx", "a.onnx") == (0, "a.onnx\n", told)
    for form, only in (("onnx", run), ("onnx", "runs/smal"), ("safetensors", "b.onnx")):
        result = bpnet("export", only, "--to", form)
        assert (result.status, result.out) == (2, "")
        advice = f"Write both: bpnet export RUN --to {form} FILE; or, of the newest finished run, "
        asked = f"Error: {only}: only RUN or FILE? {advice}a FILE that ends in .{form}\n"
        assert result.err == asked
        assert not Path("b.onnx").exists()
    assert bpnet("export", "--to", form).err == f"Error: {advice}a FILE that ends in .{form}\n"


def test_the_form_has_no_default(bpnet, run):
    told = "Error: --to: is missing; write --to safetensors or --to onnx\n"
    assert bpnet("export", run, "a.onnx") == (2, "", told)


def test_nothing_is_overwritten(bpnet, run):
    Path("mine").write_text("mine", encoding="utf-8")
    told = "Error: mine: is there already; give another FILE\n"
    assert bpnet("export", run, "--to", "onnx", "mine") == (2, "", told)
    assert Path("mine").read_text(encoding="utf-8") == "mine"


def test_a_file_in_front_of_the_run_is_told_where_it_belongs(bpnet, run):
    told = f"{run}: is a folder; FILE comes after RUN: bpnet export RUN --to onnx FILE\n"
    assert bpnet("export", "a.onnx", run, "--to", "onnx") == (2, "", f"Error: {told}")


def test_a_run_without_weights_is_not_exported(bpnet, run):
    Path(f"{run}/weights.npz").unlink()
    result = bpnet("export", run, "--to", "onnx", "a")
    assert (result.status, result.out) == (1, "")
    assert f"{run}/weights.npz: is missing" in result.err
    assert not Path("a").exists()


def test_of_a_folder_of_seeds_the_best_on_validation_images_is_written(bpnet, trained):
    trained("three", "--seeds", 3)
    for seed, share in enumerate((0.5, 0.75, 0.25)):
        metadata.write(Path(f"three/seed-{seed}"), validation_accuracy=share)
    line = "three: is a folder of seeds: this is three/seed-1, the best on validation images\n"
    assert bpnet("export", "three", "--to", "onnx", "a") == (0, "a\n", line)
    assert accuracy_in("a") == str(metadata.read(Path("three/seed-1"))["test_accuracy"])


def test_a_folder_of_seeds_that_have_not_begun_says_so(bpnet, small_config):
    seed_folders.create(small_config, 3, directory.new("", Path("three")))
    result = bpnet("export", "three", "--to", "onnx", "a")
    assert (result.status, result.out) == (1, "")
    error = "Error: three/seed-0/weights.npz: is missing; the run has not finished an epoch\n"
    assert result.err.endswith(error)


def test_the_help_begins_with_the_command_that_gets_the_packages(bpnet):
    packages = f'"{onnx_file.PACKAGE}" "{safetensors_file.PACKAGE}"'
    assert f"  pip install {packages}\n" in bpnet("export", "--help").out
