"""Folders of runs that are spoilt as a whole: a line or the right answer, and nothing is lost."""

import json
import os
import random
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from bpnet.cli import jobs
from bpnet.datasets import drawn_digits
from bpnet.runs import checkpoints, directory, doubts, kinds, metadata, session
from bpnet.system.progress import silent
from tests.helpers.run_folders import (
    ALONE,
    CHECKPOINTS,
    DERIVED,
    ENDED,
    WAYS,
    content_of,
    numbers,
    spoilt,
    tree,
)

SEED = 20160924
CASES = 5000
PART = 8  # of the cases that others try by default: each trains or reads runs
COMMANDS = {
    "eval": ("eval", "run", "--json"),
    "runs": ("runs", ".", "--json"),
    "resume": ("train", "--resume", "run", "--quiet"),
    "compare": ("compare", "run", "../stock/twin", "--json"),
    "report": ("report", "run", "--output", "../report.html"),
}
CONFIG = """\
data: {dataset: drawn, dir: %s, validation: 20}
network: {hidden: []}
train: {epochs: 3, batch_size: 10, learning_rate: 0.05}
"""


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch):
    """Nothing is pulled from under these files."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture
def stock(bpnet, tmp_path, monkeypatch):
    """Good runs, of every status."""
    monkeypatch.setattr(drawn_digits, "COUNTS", (60, 20))
    drawn_digits.load(tmp_path / "data" / "drawn", silent)
    stock = tmp_path / "stock"
    stock.mkdir()
    monkeypatch.chdir(stock)
    Path("c.yaml").write_text(CONFIG % (tmp_path / "data"), encoding="utf-8")
    train = ("train", "--config", "c.yaml", "--quiet")
    other = ("--set", "network.hidden=[4]", "--set", "data.validation=0")
    for name, settings in (("finished", ()), ("twin", ("--set", "seed=1")), ("other", other)):
        assert bpnet(*train, *settings, "--run-dir", name).status == 0
    for name, step in (("interrupted", 10), ("early", 2)):
        stop_at(step, stock / name)
    shutil.copytree("interrupted", "killed")
    metadata.write(Path("killed"), status="running")
    Path("seeds").mkdir()
    for number, name in enumerate(("finished", "twin", "interrupted")):
        shutil.copytree(name, f"seeds/seed-{number}")
    change_seed(stock / "seeds" / "seed-2", stock)
    Path("seeds/seeds.json").write_text('{"first": 0, "count": 3}', encoding="utf-8")
    return stock


def stop_at(step, folder):
    config = directory.open_run(folder.parent / "finished").config
    with session.started(config, "", folder) as begun:
        state = begun.training.state
        list(session.train(begun, lambda: state.step == step))


def change_seed(folder, stock):
    """Let the run be one of seed 2 that has not begun."""
    text = (stock / "finished" / "config.yaml").read_text(encoding="utf-8")
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "config.yaml").write_text(text.replace("seed: 0", "seed: 2", 1), encoding="utf-8")


@pytest.fixture
def right(bpnet, stock):
    """What each network has right, and where each config ends."""
    correct, ends = {}, {}
    for name in (*ENDED, *ALONE):
        (scores,) = json.loads(bpnet("eval", name, "--json").out)["runs"]
        correct[numbers(stock / name / "weights.npz")] = scores["correct"]
    shutil.copytree(stock / "seeds" / "seed-2", stock / "third")
    assert bpnet("train", "--resume", "third", "--quiet").status == 0
    (scores,) = json.loads(bpnet("eval", "third", "--json").out)["runs"]
    correct[numbers(stock / "third" / "weights.npz")] = scores["correct"]
    for name in (*ENDED, "third"):
        text = (stock / name / "config.yaml").read_text(encoding="utf-8")
        ends[text] = numbers(stock / name / "weights.npz")
    return correct, ends


@pytest.fixture
def in_this_process(bpnet, monkeypatch):
    """The jobs of seeds run here: a process for each would take minutes."""

    def train(folders, engine, watch):
        ended = {folder: bpnet("train", "--resume", folder, "--quiet") for folder in folders}
        for folder, end in ended.items():
            for line in end.err.splitlines():
                watch(folder, line)
        return {folder: end.status for folder, end in ended.items()}, 0

    monkeypatch.setattr(jobs, "train", train)


@pytest.mark.usefixtures("in_this_process")
def test_a_spoilt_folder_costs_a_line_and_nothing_that_was_in_it(
    bpnet, stock, right, cases, tmp_path, monkeypatch
):
    count = CASES if cases(4) == 4 else cases(CASES) // PART
    ended, ways = Counter(), set()
    for number in range(count):
        rng = random.Random(f"{SEED}/{number}")
        place = tmp_path / "case"
        place.mkdir()
        monkeypatch.chdir(place)
        done = spoilt(stock, place, rng)
        ways |= {way for way in WAYS if way in done}
        name = rng.choice(["resume", *COMMANDS])
        try:
            ended[name, try_out(bpnet, name, place, right, usable(place, stock))] += 1
        except Exception as error:
            raise AssertionError(f"{SEED}/{number}: {name}: {done}: {error!r}") from error
        shutil.rmtree(place)
    assert ways == set(WAYS)
    for name in COMMANDS:
        assert ended[name, 0] > count / 50, ended
        assert ended[name, 1] > count / 100 or name == "runs", ended


def try_out(bpnet, name, place, right, good):
    """Run the command, judge what it says and what it leaves, and return its exit status."""
    before, damaged = tree(place), damaged_facts(place)
    end = bpnet(*COMMANDS[name])
    assert end.status in (0, 1), end.err
    assert "a bug of" not in end.err, end.err
    assert ("Error: " in end.err) == bool(end.status), end.err
    lines = [line for line in end.err.splitlines() if "config.yaml:" not in line]
    assert len(lines) <= 6, end.err  # a config has a line for each of its errors
    after = tree(place)
    if name != "resume":
        assert without_locks(after) == without_locks(before)
    else:
        lost = Counter(treasures(before, good, damaged)) - Counter(after.values())
        assert not lost, (lost, before, after, end.err)
    if end.status == 0:
        judge_answer(name, end, place, right)
    return end.status


def without_locks(found):
    return {name: what for name, what in found.items() if not name.endswith(".lock")}


def damaged_facts(place):
    return [
        str(path.relative_to(place))
        for path in place.rglob("run.json")
        if metadata.status(path.parent) == "damaged"
    ]


def usable(place, stock):
    """Return the checkpoints from which a run of the place can go on, as a tree names them."""
    found = tree(stock)
    configs = {path: path.read_bytes() for path in stock.rglob("config.yaml") if path.is_file()}
    good = {}
    for folder in (path.parent for path in place.rglob("config.yaml") if path.is_file()):
        same = [p.parent for p, text in configs.items() if text == (folder / p.name).read_bytes()]
        paths = [path / name for path in same for name in CHECKPOINTS]
        contents = {found.get(str(path.relative_to(stock)), "") for path in paths}
        link = folder / "checkpoint.npz"  # which may lead to a good one
        if link.is_symlink() and link.is_file() and content_of(link) in contents:
            contents.add(tree(folder)["checkpoint.npz"])
        good[str(folder.relative_to(place))] = contents
    return good


def treasures(found, good, damaged):
    """Yield what must still be somewhere: not what training itself has made, and makes anew."""
    for name, what in found.items():
        folder, _, file = name.rpartition("/")
        if file in DERIVED:
            continue
        if file == "run.json" and name not in damaged:
            continue
        if file == "checkpoint.npz" and what in good.get(folder, ()):
            continue
        yield what


def judge_answer(name, end, place, right):
    correct, ends = right
    if name == "eval":
        for scores in json.loads(end.out)["runs"]:
            assert scores["correct"] == correct[numbers(place / scores["run"] / "weights.npz")]
        judge_number_of_seeds(place, len(json.loads(end.out)["runs"]), end.err)
    elif name == "compare":
        first, second = json.loads(end.out)["correct"]
        members = scored(place, end.err)
        assert len(members) > 1 or first == correct[numbers(members[0] / "weights.npz")]
        judge_number_of_seeds(place, len(members), end.err)
        assert second == correct[numbers(place / "../stock/twin/weights.npz")]
    elif name == "report":
        page = (place / "../report.html").read_text(encoding="utf-8")
        shown = re.search(r": this is (run/seed-[0-9]+), the ", end.err)
        expected = correct[numbers(place / (shown[1] if shown else "run") / "weights.npz")]
        assert int(re.search(r'"correct": ([0-9]+)', page)[1]) == expected
    elif name == "runs":
        for listed in json.loads(end.out):
            if listed["status"] == "finished":
                facts = json.loads((place / listed["run"] / "run.json").read_bytes())
                assert listed["test_accuracy"] == facts["test_accuracy"]
    else:
        folders = members_of(place)
        for folder in folders:
            text = (folder / "config.yaml").read_text(encoding="utf-8")
            assert numbers(folder / "weights.npz") == ends[text]
            assert metadata.status(folder) == "finished"
            doubts.read(directory.open_run(folder))
        judge_number_of_seeds(place, len(folders), end.err)


def members_of(place):
    """Return the run, or those in the folder of seeds."""
    alone = (place / "run" / "config.yaml").exists()
    return [place / "run"] if alone else list(kinds.seeds_in(place / "run").values())


def scored(place, err):
    """Return those of the runs that were not left out."""
    return [
        folder
        for folder in members_of(place)
        if f"{folder.relative_to(place)}: has not finished an epoch: left out" not in err
    ]


def judge_number_of_seeds(place, count, err):
    record = place / "run" / "seeds.json"
    if record.exists() and b"x" not in record.read_bytes():
        assert count + err.count(": left out\n") >= 3


def test_a_resume_that_deletes_what_it_cannot_use_is_found_out(
    bpnet, stock, right, cases, tmp_path, monkeypatch
):
    monkeypatch.setattr(checkpoints.storage, "move_aside", lambda path: path.unlink() or path)
    with pytest.raises(AssertionError, match=r"assert not Counter\("):  # what is lost
        test_a_spoilt_folder_costs_a_line_and_nothing_that_was_in_it(
            bpnet, stock, right, cases, tmp_path, monkeypatch
        )
