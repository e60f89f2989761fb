"""run.json, and which run is the newest."""

import pytest

from bpnet import facts
from bpnet.errors import RunError, StorageError


def test_facts_are_added_and_replaced(tmp_path):
    assert facts.read(tmp_path) == {}
    facts.write(tmp_path, status="running", seed=1)
    facts.write(tmp_path, status="finished")
    assert facts.read(tmp_path) == {"status": "finished", "seed": 1}


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000, "\xff"])
def test_what_is_no_json_object_is_told(tmp_path, text):
    (tmp_path / "run.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(RunError, match=r"run.json: not (JSON|a JSON object)"):
        facts.read(tmp_path)
    (tmp_path / "run.json").unlink()
    (tmp_path / "run.json").mkdir()
    with pytest.raises(StorageError, match="not a regular file"):
        facts.read(tmp_path)


def test_the_threads_of_a_run_are_a_number_or_not_there(tmp_path):
    assert facts.threads(tmp_path) is None
    facts.write(tmp_path, threads=2)
    assert facts.threads(tmp_path) == 2
    for wrong in (0, True, "2", 1.5, 10**9):
        facts.write(tmp_path, threads=wrong)
        with pytest.raises(RunError, match="threads: expected a whole number"):
            facts.threads(tmp_path)


def test_the_newest_run_is_the_finished_one_that_was_started_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="holds no finished run"):
        facts.newest()
    for name, status, started in [
        ("y", "finished", "2026-01-01"),
        ("batch/seed-1", "finished", "2026-01-03"),
        ("a", "finished", "2026-01-02"),
        ("c", "interrupted", "2026-01-04"),
        ("x/y/z", "finished", "2026-01-05"),
    ]:
        (tmp_path / "runs" / name).mkdir(parents=True)
        facts.write(tmp_path / "runs" / name, status=status, started=started)
    assert str(facts.newest()) == "runs/batch/seed-1"
