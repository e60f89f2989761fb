"""Runs that an older bpnet has made: they are read, scored and resumed as it would have done.

`fixtures/runs-0.1.0` holds them, and in expected.json what that bpnet said of them. The last bits
of a weight depend on the processor and on NumPy, so the bytes are asked for only where arithmetic()
is that of the machine that made the runs. Elsewhere all but the bytes is tested.
"""

import base64
import csv
import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bpnet.runs import directory, doubts

MADE = Path(__file__).parents[1] / "fixtures" / "runs-0.1.0"
DATA = ("--data-dir", "../data")
FOUR = ("old/finished", "old/interrupted", "old/averaged", "old/seeds")
ENDS = ("finished", "interrupted", "averaged", "seeds/seed-0", "seeds/seed-1", "seeds/seed-2")


def arithmetic():
    """Return a hash of results that differ with the processor, NumPy and its BLAS.

    They are of the operations that training uses, and of its shapes, but not of bpnet.
    """
    rng = np.random.default_rng(0)
    sha256 = hashlib.sha256()
    for count, dtype in [(32, "f4"), (20, "f4"), (8, "f4"), (100, "f4"), (32, "f8")]:
        x, h, y = (rng.normal(size=(count, width)).astype(dtype) for width in (784, 3, 10))
        W1, W2 = (rng.normal(size=shape).astype(dtype) for shape in ((784, 3), (3, 10)))
        blur, noise = (rng.normal(size=size).astype(dtype) for size in ((28, 52), (52, 40 * 52)))
        maps = rng.normal(size=(2, 2, 2, count)).astype(dtype)
        for result in (
            *(x @ W1, h @ W2, y @ W2.T, x.T @ h, h.T @ y),
            *(blur @ noise, (blur @ noise).reshape(-1, 52) @ blur.T),
            *(np.einsum("ijn,jkn->ikn", *maps), x.sum(axis=0), y.sum(axis=1), y.mean()),
            *(function(x) for function in (np.exp, np.sin, np.cos, np.tan)),
            *(np.log(abs(x)), 1 / (1 + np.exp(-x)), np.logaddexp.reduce([x, -x])),
        ):
            sha256.update(result.tobytes())
    return sha256.hexdigest()


@pytest.fixture(scope="module")
def expected():
    """What the old bpnet said."""
    return json.loads((MADE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def same_arithmetic(expected):
    """Whether this machine computes the very bits of the one that made the runs."""
    return arithmetic() == expected["arithmetic"]


@pytest.fixture
def close(same_arithmetic):
    """A number to compare with: equal, or nearly so where the arithmetic is another."""
    margin = 0.0 if same_arithmetic else 1e-4
    return lambda number: pytest.approx(number, rel=margin, abs=margin)


@pytest.fixture(autouse=True)
def _old(bpnet, tmp_path):
    """The runs, copied to where the command line is run, and their digits, to elsewhere."""
    shutil.copytree(MADE, "old")
    with zipfile.ZipFile(MADE / "data.zip") as archive:
        archive.extractall(tmp_path / "data")


def said(bpnet, *arguments):
    """Return what a command says as JSON."""
    result = bpnet(*arguments, "--json")
    assert result.status == 0, result.err
    return json.loads(result.out)


def same_keys(now, then):
    """Return what an object says of the keys that it had then."""
    return {key: now[key] for key in then}


def test_they_are_of_every_kind():
    states = {name: Path("old", name, "run.json") for name in ENDS}
    status = {
        name: json.loads(path.read_text(encoding="utf-8"))["status"]
        for name, path in states.items()
        if path.exists()
    }
    assert status == {
        "finished": "finished",
        "interrupted": "interrupted",
        "averaged": "interrupted",
        "seeds/seed-0": "finished",
        "seeds/seed-1": "interrupted",
    }


@pytest.mark.parametrize(
    ("kind", "arguments"), [("eval", FOUR), ("validation", (*FOUR[:3], "--split", "validation"))]
)
def test_eval_scores_them_and_their_committee_as_before(bpnet, expected, close, kind, arguments):
    found = said(bpnet, "eval", *arguments, *DATA)
    assert found.keys() == expected[kind].keys()
    scores = [*found["runs"], found["committee"]]
    before = [*expected[kind]["runs"], expected[kind]["committee"]]
    for now, then in zip(scores, before, strict=True):
        assert now["loss"] == close(then["loss"])
        assert same_keys(now, then) | {"loss": 0} == then | {"loss": 0}
    assert found["mean"] == expected[kind]["mean"]
    assert found["standard_deviation"] == expected[kind]["standard_deviation"]


@pytest.mark.parametrize("name", ["finished", "seeds/seed-0"])
def test_the_accuracy_of_a_finished_run_is_the_one_in_its_run_json(bpnet, name):
    written = json.loads(Path("old", name, "run.json").read_text(encoding="utf-8"))
    (scores,) = said(bpnet, "eval", f"old/{name}", *DATA)["runs"]
    assert scores["accuracy"] == written["test_accuracy"]
    assert (scores["correct"], scores["total"]) == (written["test_correct"], 100)


def test_predict_reads_a_picture_as_before(bpnet, expected, close):
    pytest.importorskip("PIL", reason="no Pillow")
    found = said(bpnet, "predict", "old/digit.png", "--run", "old/finished", "--seen")
    (picture,), (then,) = found["pictures"], expected["predict"]["pictures"]
    (now,) = picture["digits"]
    assert found["run"] == expected["predict"]["run"]
    assert (picture["picture"], now["digit"]) == (then["picture"], then["digit"])
    assert now["probabilities"] == close(then["probabilities"])
    assert np.abs(np.subtract(now["seen"], then["seen"])).max() <= 1


def is_listed_as_before(bpnet, expected):
    """Whether `bpnet runs` says what it said then; settings are all of keys that it knows now."""
    found = said(bpnet, "runs", "old")
    assert all("train.threads" not in now["settings"] for now in found)
    return list(map(same_keys, found, expected["runs"])) == expected["runs"]


def test_runs_lists_them_as_before(bpnet, expected):
    assert is_listed_as_before(bpnet, expected)


def test_compare_tells_them_apart_as_before(bpnet, expected, close):
    found = said(bpnet, "compare", "old/finished", "old/averaged", *DATA)
    assert found | {"p": close(found["p"])} == expected["compare"]


@pytest.mark.parametrize("name", ["finished", "averaged", "seeds/seed-1"])
def test_report_holds_the_scores_and_the_weights(bpnet, expected, name):
    folder = Path("old", name)
    assert bpnet("report", folder, *DATA).status == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    content = json.loads(re.search(r'id="report">(.*?)</script>', page)[1])
    before = {scores["run"]: scores for scores in expected["eval"]["runs"]}
    assert content["scores"]["confusion"] == before[str(folder)]["confusion"]
    with np.load(folder / "weights.npz") as weights:
        parts = [weights[name].tobytes() for name in ("W1", "W2", "b1", "b2")]
    assert base64.b64decode(content["network"]["parameters"]) == b"".join(parts)


def log_of(folder):
    """Return the lines of a log but for the last two columns, which are of time."""
    with (folder / "log.csv").open(encoding="utf-8", newline="") as file:
        return [",".join(row[:-2]) for row in csv.reader(file)]


def ends_as_before(folder, end, same_arithmetic):
    """Check the end of a run, or skip the rest of the test where it has other bits."""
    weights, log = (folder / "weights.npz").read_bytes(), log_of(folder)
    written = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert written["status"] == "finished"
    assert written["weights_sha256"] == hashlib.sha256(weights).hexdigest()
    assert [line.split(",")[:2] for line in log] == [line.split(",")[:2] for line in end["log"]]
    if not same_arithmetic:
        pytest.skip("the arithmetic of this machine is not that of the one which made the runs")
    assert written["weights_sha256"] == end["weights_sha256"]
    assert log == end["log"]


@pytest.mark.parametrize("name", ["interrupted", "averaged"])
def test_a_run_that_was_interrupted_in_an_epoch_ends_in_the_same_bytes(
    bpnet, expected, same_arithmetic, name
):
    folder = Path("old", name)
    assert bpnet("train", "--resume", folder, *DATA).status == 0
    ends_as_before(folder, expected["ends"][name], same_arithmetic)


def test_the_seeds_that_have_not_finished_end_in_the_same_bytes(bpnet, expected, same_arithmetic):
    before = contents(Path("old/seeds/seed-0"))
    assert bpnet("train", "--resume", "old/seeds", "--jobs", 2, *DATA).status == 0
    assert contents(Path("old/seeds/seed-0"), but="doubt.npz") == before
    for seed in (0, 1, 2):
        folder = Path(f"old/seeds/seed-{seed}")
        ends_as_before(folder, expected["ends"][f"seeds/seed-{seed}"], same_arithmetic)


def test_a_damaged_checkpoint_gives_way_to_the_one_before_and_the_end_is_the_same(
    bpnet, expected, same_arithmetic
):
    folder = Path("old/averaged")
    path = folder / "checkpoint.npz"
    path.write_bytes(path.read_bytes()[:-100])
    assert bpnet("train", "--resume", folder, *DATA).status == 0
    ends_as_before(folder, expected["ends"]["averaged"], same_arithmetic)


def test_a_finished_run_is_left_as_it_is_and_gets_its_measure_of_doubt(bpnet):
    before = contents(Path("old/finished"))
    assert bpnet("train", "--resume", "old/finished", *DATA).status == 0
    assert contents(Path("old/finished"), but="doubt.npz") == before
    assert doubts.load(directory.open_run(Path("old/finished")))


@pytest.mark.parametrize("name", ["finished", "interrupted"])
def test_with_more_epochs_they_end_as_a_new_run_of_as_many_does(bpnet, name):
    config, more = Path("old", name, "config.yaml"), ("--set", "train.epochs=6")
    assert bpnet("train", "--config", config, "--run-dir", "anew", *DATA, *more).status == 0
    assert bpnet("train", "--resume", f"old/{name}", "--epochs", 6, *DATA).status == 0
    ends = [
        (Path(run, "weights.npz").read_bytes(), log_of(Path(run)))
        for run in (f"old/{name}", "anew")
    ]
    assert ends[0] == ends[1]


@pytest.mark.parametrize("name", ENDS)
def test_trained_anew_they_end_in_the_same_bytes(bpnet, expected, same_arithmetic, name):
    config = Path("old", name, "config.yaml")
    assert bpnet("train", "--config", config, "--run-dir", "anew", *DATA).status == 0
    ends_as_before(Path("anew"), expected["ends"][name], same_arithmetic)


@pytest.fixture
def on_two_threads():
    """Make the runs such as that bpnet has trained on two threads, as far as files show it."""
    for config in Path("old").rglob("config.yaml"):
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("threads: 1\n", "threads: 2\n"), encoding="utf-8")
        path = config.with_name("run.json")
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            found["threads"] = found["config"]["train.threads"] = 2
            path.write_text(json.dumps(found), encoding="utf-8")


@pytest.mark.usefixtures("on_two_threads")
def test_runs_of_two_threads_are_read_as_all_others(bpnet, expected):
    scores = said(bpnet, "eval", *FOUR, *DATA)
    before = expected["eval"]["committee"]["correct"]
    assert scores["committee"]["correct"] == before
    assert is_listed_as_before(bpnet, expected)
    assert "threads" not in bpnet("runs", "old").out
    compared = said(bpnet, "compare", "old/finished", "old/seeds", *DATA)
    assert "train.threads" not in compared["differences"]
    assert bpnet("report", "old/interrupted", *DATA).status == 0
    finished = bpnet("train", "--resume", "old/finished", *DATA)
    assert (finished.status, finished.out.splitlines()[-1]) == (0, "old/finished")


@pytest.mark.usefixtures("on_two_threads")
@pytest.mark.parametrize("options", [(), ("--other-arithmetic",)])
def test_a_run_of_two_threads_is_not_resumed_and_stays_as_it_is(bpnet, options):
    before = contents(Path("old/interrupted"))
    result = bpnet("train", "--resume", "old/interrupted", *DATA, *options)
    assert (result.status, result.out, result.err.count("\n")) == (1, "", 1)
    assert result.err.startswith("Error: old/interrupted: its batches are computed on 2 threads (")
    assert contents(Path("old/interrupted")) == before


@pytest.mark.usefixtures("on_two_threads")
def test_of_a_folder_of_seeds_each_that_has_not_finished_is_refused(bpnet):
    result = bpnet("train", "--resume", "old/seeds", *DATA)
    assert (result.status, result.out) == (1, "")
    told = [line.removeprefix("Error:").strip() for line in result.err.splitlines()]
    assert [line.partition(" (")[0] for line in told] == [
        f"old/seeds/seed-{seed}: its batches are computed on 2 threads" for seed in (1, 2)
    ]


def test_a_run_of_one_thread_and_one_of_two_differ_in_that(bpnet):
    shutil.copytree("old", "two")
    for name in ("config.yaml", "run.json"):
        path = Path("two/finished", name)
        text = re.sub('(threads"?): 1', r"\1: 2", path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    found = said(bpnet, "compare", "old/finished", "two/finished", *DATA)
    assert found["differences"] == {"train.threads": [1, 2]}


def contents(folder, but=".lock"):
    """Return the bytes of each file in a folder, by its name, but for its lock and one other."""
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.name not in (".lock", but)
    }
