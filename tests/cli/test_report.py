"""`bpnet report`: where the page goes, and what it is never written over."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bpnet.report.page import MARK
from bpnet.runs import directory, metadata, seed_folders
from tests.helpers.trials import unscored


@pytest.fixture
def run(trained):
    """A finished run, in runs/."""
    return trained("runs/small")


def test_the_page_lies_in_the_run_the_newest_by_default_and_its_path_is_told(bpnet, run):
    told = (0, f"{run}/report.html\n", "")
    assert bpnet("report", run) == told
    assert bpnet("report") == told  # a report may be written anew
    assert MARK in Path(f"{run}/report.html").read_text(encoding="utf-8")[:100]


def opened(run, **settings):
    """Return what is printed where the page is opened, on a machine without a screen."""
    screens = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": ""}
    command = [sys.executable, "-m", "bpnet", "report", run, "--open"]
    result = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | screens | settings, timeout=60
    )
    assert result.returncode == 0
    return result.stdout.splitlines(), result.stderr


def test_the_page_is_opened_in_the_browser_or_it_is_said_that_there_is_none(run):
    page = f"{run}/report.html"
    address = Path(page).resolve().as_uri()
    assert opened(run, BROWSER="echo %s") == ([page, address], "")
    told = f"{page}: no browser was found; open it in one yourself\n"
    assert opened(run, PATH="") == ([page], told)


def test_nothing_but_a_report_is_overwritten(bpnet, run):
    Path("mine.html").write_text("<p>mine", encoding="utf-8")
    result = bpnet("report", run, "--output", "mine.html")
    assert (result.status, result.out) == (2, "")
    told = "mine.html: is there already, and no report; give another --output"
    assert result.err == f"Error: {told}\n"
    assert Path("mine.html").read_text(encoding="utf-8") == "<p>mine"
    Path("folder").mkdir()
    told = "folder: is there already, and no report; give another --output"
    assert bpnet("report", run, "--output", "folder") == (2, "", f"Error: {told}\n")
    assert bpnet("report", run, "--output", "other.html").out == "other.html\n"


def test_the_split_that_is_asked_for_is_scored(bpnet, run):
    for split in ("test", "validation"):
        assert bpnet("report", run, "--split", split).status == 0
        assert f'"split": "{split}"' in Path(f"{run}/report.html").read_text(encoding="utf-8")


def test_a_run_without_weights_has_no_report(bpnet, run):
    Path(f"{run}/weights.npz").unlink()
    result = bpnet("report", run)
    assert (result.status, result.out) == (1, "")
    assert f"{run}/weights.npz: is missing" in result.err
    assert not Path(f"{run}/report.html").exists()


def test_of_a_folder_of_seeds_the_best_on_validation_images_is_shown(bpnet, trained):
    trained("three", "--seeds", 3)
    for seed, share in enumerate((0.5, 0.75, 0.25)):
        metadata.write(Path(f"three/seed-{seed}"), validation_accuracy=share)
    line = "three: is a folder of seeds: this is three/seed-1, the best on validation images\n"
    assert bpnet("report", "three") == (0, "three/seed-1/report.html\n", line)


def test_of_seeds_without_validation_images_the_first_is_shown(bpnet, trained):
    trained("two", "--seeds", 2, "--set", "data.validation=0", "--set", "train.epochs=1")
    line = "two: is a folder of seeds: this is two/seed-0, the first\n"
    assert bpnet("report", "two") == (0, "two/seed-0/report.html\n", line)


def test_a_folder_of_seeds_that_have_not_begun_says_so(bpnet, small_config):
    seed_folders.create(small_config, 3, directory.new("", Path("three")))
    result = bpnet("report", "three")
    assert (result.status, result.out) == (1, "")
    error = "Error: three/seed-0/weights.npz: is missing; the run has not finished an epoch\n"
    assert result.err.endswith(error)


def test_without_a_run_what_is_damaged_is_passed_over(bpnet, run):
    Path("runs/zzz").mkdir()
    Path("runs/zzz/config.yaml").touch()
    Path("runs/zzz/run.json").touch()
    result = bpnet("report")
    assert (result.status, result.out) == (0, f"{run}/report.html\n")
    assert result.err.startswith("runs/zzz/run.json: not JSON: ")
    assert result.err.endswith("; passed over\n")


def test_of_a_run_without_a_test_score_the_page_has_validation_images(bpnet, run):
    unscored(Path(run))
    result = bpnet("report", run)
    assert result.err.startswith(f"{run}: has no test score: these are validation images; ")
    page = Path(f"{run}/report.html").read_text(encoding="utf-8")
    assert '"split": "validation"' in page
    assert '"test_accuracy": null' in page


@pytest.fixture
def sweep(small_sweep, bpnet):
    """A sweep of three trials of two seeds each."""
    return shutil.copytree(small_sweep, "sweep")


def test_the_page_of_a_sweep_lies_in_it_and_replaces_nothing_but_a_report(bpnet, sweep):
    assert bpnet("report", sweep) == bpnet("report", sweep) == (0, "sweep/report.html\n", "")
    assert MARK in Path("sweep/report.html").read_text(encoding="utf-8")[:100]
    assert bpnet("report", sweep, "--output", "other.html").out == "other.html\n"
    result = bpnet("report", sweep, "--output", "sweep/sweep.yaml")
    assert (result.status, result.out) == (2, "")
    assert "sweep/sweep.yaml: is there already, and no report" in result.err


def test_a_sweep_that_has_not_begun_or_is_half_done_has_a_page(bpnet, sweep):
    for trial in ("03", "02"):
        shutil.rmtree(f"sweep/{trial}")
        assert bpnet("report", sweep) == (0, "sweep/report.html\n", "")
    shutil.rmtree("sweep/01")
    assert bpnet("report", sweep) == (0, "sweep/report.html\n", "")


def test_a_sweep_takes_no_split(bpnet, sweep):
    error = "Error: --split: not for a sweep: sweep has the scores of its own runs\n"
    assert bpnet("report", sweep, "--split", "test") == (2, "", error)


def test_the_data_of_a_sweep_may_lie_elsewhere_now(bpnet, sweep, small_data):
    for path in Path("sweep").rglob("config.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(str(small_data), "/nowhere"), encoding="utf-8")
    assert bpnet("report", sweep, "--data-dir", small_data) == (0, "sweep/report.html\n", "")


def test_a_trial_of_a_sweep_is_a_folder_of_seeds(bpnet, sweep):
    result = bpnet("report", "sweep/02")
    assert result.status == 0
    assert result.err.startswith("sweep/02: is a folder of seeds: this is sweep/02/seed-")
