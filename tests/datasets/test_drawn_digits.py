"""The drawn digits in the cache: drawn once, and again when they are not what they should be."""

import pytest

from bpnet.datasets import drawn_digits
from bpnet.system.progress import silent


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(drawn_digits, "COUNTS", (30, 20))


@pytest.mark.usefixtures("few")
def test_drawn_digits_are_drawn_once_and_then_read(tmp_path, monkeypatch):
    lines = []
    first = drawn_digits.load(tmp_path, lines.append)
    monkeypatch.setattr(drawn_digits.drawn, "draw", None)
    assert drawn_digits.load(tmp_path, lines.append) == first
    assert lines == ["drawing 30 + 20 digits"]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", [*drawn_digits.NAMES, drawn_digits.MANIFEST])
def test_a_damaged_cache_of_drawn_digits_is_drawn_anew(tmp_path, name):
    first = drawn_digits.load(tmp_path, silent)
    content = bytearray((tmp_path / name).read_bytes())
    content[-2] ^= 1
    (tmp_path / name).write_bytes(content)
    assert drawn_digits.read(tmp_path) is None
    assert drawn_digits.load(tmp_path, silent) == first
    assert drawn_digits.read(tmp_path) == first


@pytest.mark.usefixtures("few")
def test_digits_of_another_version_are_drawn_anew(tmp_path, monkeypatch):
    drawn_digits.load(tmp_path, silent)
    monkeypatch.setattr(drawn_digits.drawn, "VERSION", 0)
    assert drawn_digits.read(tmp_path) is None


@pytest.mark.usefixtures("few")
def test_each_hand_draws_its_own_and_keeps_it_under_its_own_name(tmp_path):
    drawn = drawn_digits.load(tmp_path / "a", silent)
    sketched = drawn_digits.load(tmp_path / "b", silent, "sketched")
    assert all(drawn[name] != sketched[name] for name in drawn_digits.NAMES)
    assert drawn_digits.read(tmp_path / "b", "sketched") == sketched
    assert drawn_digits.read(tmp_path / "b", "drawn") is None
    assert set(drawn_digits.SEEDS) == set(drawn_digits.drawn.HANDS)


@pytest.mark.usefixtures("few")
def test_where_they_cannot_be_kept_the_digits_are_drawn_in_memory(tmp_path):
    (tmp_path / "file").touch()
    lines = []
    contents = drawn_digits.load(tmp_path / "file" / "drawn", lines.append)
    assert set(contents) == set(drawn_digits.NAMES)
    assert "the drawn digits are not kept: " in lines[1]
