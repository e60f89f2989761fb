"""The page of a report: all in one file, nothing of the run's text can act in it."""

import base64
import io
import json
import re
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bpnet import datasets
from bpnet.cli import answers
from bpnet.config import dump
from bpnet.evaluation import doubt
from bpnet.report.content import OF_DIGITS, OF_OTHERS
from bpnet.report.page import RUN, SWEEP
from bpnet.runs import directory, doubts, metadata, results
from tests.helpers import own_files


@pytest.fixture
def run(bpnet, small_file):
    assert bpnet("train", "--config", small_file, "--run-dir", "r").status == 0
    return Path("r")


def data(path):
    text = path.read_text(encoding="utf-8")
    (found,) = re.findall(
        r'<script type="application/json" id="report">(.*?)</script>', text, re.DOTALL
    )
    return json.loads(found)


def test_the_page_has_the_runs_numbers_images_and_weights(bpnet, run):
    bpnet("report", run)
    found, opened = data(run / "report.html"), directory.open_run(run)
    scores = json.loads(bpnet("eval", run, "--json").out)["runs"][0]
    assert found["scores"]["correct"] == scores["correct"]
    assert found["scores"]["confusion"] == scores["confusion"]
    assert len(found["log"]) == 3
    assert found["log"][0]["validation_accuracy"] > 0
    assert found["settings"]["network.hidden"] == [16]
    assert found["facts"]["numpy"] == np.__version__
    weights = np.frombuffer(base64.b64decode(found["network"]["parameters"]), "<f4")
    assert np.array_equal(weights, results.load_network(opened).flat)
    wrong = found["mistakes"]
    assert len(wrong) == scores["total"] - scores["correct"]
    assert [w["share"] for w in wrong] == sorted((w["share"] for w in wrong), reverse=True)
    test = datasets.load(opened.config.data).test
    image = Image.open(io.BytesIO(base64.b64decode(wrong[0]["png"])))
    assert np.array_equal(np.asarray(image).ravel(), test.images[wrong[0]["number"]])
    assert (wrong[0]["digit"], wrong[0]["answer"] != wrong[0]["digit"]) == (
        test.labels[wrong[0]["number"]], True,
    )  # fmt: skip


def test_the_page_has_the_measure_of_the_run_if_there_is_one(bpnet, run):
    bpnet("report", run)
    found, measure = data(run / "report.html")["doubt"], doubts.load(directory.open_run(run))
    assert (found["limits"], found["unlike"]) == (measure.limits.tolist(), doubt.NO_DIGIT)
    for name in ("middles", "axes"):
        assert base64.b64decode(found[name]) == measure.arrays()[name].tobytes()
    directory.open_run(run).doubt.unlink()
    bpnet("report", run)
    assert data(run / "report.html")["doubt"] == {"improbable": 0.5}


def test_a_page_is_one_file_that_asks_for_no_other(bpnet, run):
    bpnet("report", run)
    assert_asks_for_no_other((run / "report.html").read_text(encoding="utf-8"))


def test_so_is_the_page_of_a_sweep_in_which_no_text_can_act(small_sweep, told_of, bpnet):
    folder = Path(shutil.copytree(small_sweep, "<img src=x onerror=alert(1)>"))
    metadata.write(folder / "02/seed-0", status="</script><script>alert(2)")
    assert bpnet("report", folder).status == 0
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert_asks_for_no_other(text)
    assert "<img" not in text
    assert text.count("<script") == text.count("</script>") == 1 + len(SWEEP.scripts)
    found = data(folder / "report.html")
    assert found == json.loads(json.dumps(told_of(folder)))
    assert "</script><script>alert(2)" in [run["status"] for run in found["runs"]]


def assert_asks_for_no_other(text):
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=[\"'](?!data:)", text)
    assert re.findall(r"https?://[^\s\"']+", text) == ["http://www.w3.org/2000/svg"]
    assert "{{" not in text
    assert len(text) < 1_000_000


@pytest.mark.parametrize("kind", [RUN, SWEEP])
def test_no_two_scripts_of_a_page_give_one_name(kind):
    given = re.compile(r"^(?:function|class|const|let) (\w+)", re.MULTILINE)
    scripts = [files("bpnet.report").joinpath(name).read_text("utf-8") for name in kind.scripts]
    names = [name for script in scripts for name in given.findall(script)]
    assert sorted(names) == sorted(set(names))


def test_no_text_of_a_run_can_act_in_the_page(bpnet, small_file):
    folder = Path("<script>alert(1)<")
    assert bpnet("train", "--config", small_file, "--run-dir", folder).status == 0
    metadata.write(folder, blas="</script><script>alert(2)</script>")
    assert bpnet("report", folder).status == 0
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "alert(1)<" not in text
    assert text.count("<script") == text.count("</script>") == 1 + len(RUN.scripts)
    assert data(folder / "report.html")["facts"]["blas"].startswith("</script>")


HANGUL = tuple("가나다라마바사아자차카타파하")
CLASSES = {
    "letters": tuple("abcdefghijklmnopqrstuvwxyz"),
    "two": ("<b>고양이</b>", "</script><script>alert(1)"),
    "Hangul": HANGUL,
}


@pytest.mark.parametrize("which", CLASSES)
def test_a_page_has_the_classes_of_its_run_by_name_and_calls_them_no_digits(
    bpnet, tmp_path, which, monkeypatch
):
    names = CLASSES[which]
    monkeypatch.setattr(doubt, "MOST_PLANES", 3 * len(names))
    Path("own.yaml").write_text(dump(own_files.made(tmp_path / "own", names)), encoding="utf-8")
    assert bpnet("train", "--config", "own.yaml", "--run-dir", "r", "--quiet").err == ""
    assert bpnet("report", "r").status == 0
    found = data(Path("r/report.html"))
    assert found["classes"] == list(names)
    assert found["doubt"]["planes"] == 3
    assert found["network"]["widths"][-1] == len(found["scores"]["confusion"]) == len(names)
    text = Path("r/report.html").read_text(encoding="utf-8")
    assert text.count("<script") == text.count("</script>") == 1 + len(RUN.scripts)
    assert "<b>고" not in text
    body = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    assert "digit" not in body
    assert "Which classes are confused" in body


def test_the_page_and_predict_have_the_same_words_for_doubts(bpnet, run):
    for words, told in ((OF_DIGITS, answers.OF_DIGITS), (OF_OTHERS, answers.OF_OTHERS)):
        assert words["strange"] == told.strange
    bpnet("report", run)
    assert data(run / "report.html")["words"] == OF_DIGITS | {"side": "28"}
