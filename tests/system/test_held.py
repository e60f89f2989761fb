"""Held folders: what is written stays in the very folder, whatever comes to its path."""

import os
from contextlib import ExitStack

import pytest

from bpnet.errors import StorageError
from bpnet.system import storage
from bpnet.system.held import held

LOCK = ".lock"


@pytest.fixture(params=["opened", "by its lock"])
def folder(request, tmp_path, monkeypatch):
    if request.param == "by its lock":  # as on Windows
        monkeypatch.setattr(os, "supports_dir_fd", set())
    path = tmp_path / "run"
    path.mkdir()
    return path


def replace(folder):
    """Put another folder in the place of the first, as a second run would."""
    folder.rename(folder.with_name("first"))
    folder.mkdir()
    (folder / LOCK).touch()


def test_files_are_read_and_written_as_ever(folder):
    with held(folder, LOCK):
        storage.write(folder / "a", b"one")
        storage.write(folder / "a", b"two")
        assert storage.exists(folder / "a")
        assert storage.read(folder / "a", 3) == b"two"
        storage.move_aside(folder / "a")
        storage.remove(folder / "a.corrupt")
    assert {path.name for path in folder.iterdir()} <= {LOCK}


@pytest.mark.parametrize(
    "change",
    [
        lambda path: storage.write(path, b"new"),
        lambda path: storage.remove(path),
        lambda path: storage.move_aside(path),
    ],
)
def test_nothing_is_changed_in_a_folder_that_came_to_the_same_path(folder, change):
    with held(folder, LOCK):
        storage.write(folder / "a", b"old")
        replace(folder)
        (folder / "a").write_bytes(b"another's")
        with pytest.raises(StorageError, match=f"{folder}: was removed or replaced meanwhile"):
            change(folder / "a")
    assert (folder / "a").read_bytes() == b"another's"
    assert (folder.with_name("first") / "a").read_bytes() == b"old"


def test_a_folder_that_is_gone_is_not_made_anew(folder):
    with held(folder, LOCK):
        folder.rename(folder.with_name("first"))
        with pytest.raises(StorageError, match="was removed or replaced meanwhile"):
            storage.write(folder / "a", b"new")
    assert not folder.exists()


def test_between_the_look_and_the_write_nothing_can_come_in(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    folder.mkdir()
    open_it, replaced = os.open, []

    def too_late(path, flags, *arguments, **more):
        if flags & os.O_EXCL:
            replaced.append(replace(folder))
        return open_it(path, flags, *arguments, **more)

    with held(folder, LOCK):
        monkeypatch.setattr(os, "open", too_late)
        monkeypatch.setattr(os, "supports_dir_fd", {too_late})
        storage.write(folder / "a", b"new")
    assert len(replaced) == 1
    assert [path.name for path in folder.iterdir()] == [LOCK]
    assert (folder.with_name("first") / "a").read_bytes() == b"new"


def test_a_working_folder_that_changes_makes_no_difference(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path.relative_to(tmp_path) / "run"
    folder.mkdir()
    with held(folder, LOCK):
        monkeypatch.chdir("/")
        storage.write(folder / "a", b"new")
    assert (tmp_path / "run" / "a").read_bytes() == b"new"


def test_threads_that_hold_one_folder_let_it_go_with_the_last(folder):
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(held(folder, LOCK))
        second.enter_context(held(folder, LOCK))
        first.close()
        replace(folder)
        with pytest.raises(StorageError, match="was removed or replaced meanwhile"):
            storage.write(folder / "a", b"new")
    storage.write(folder / "a", b"another's")


def test_no_folder_is_made_in_one_that_came_to_the_same_path(folder):
    with held(folder, LOCK):
        replace(folder)
        with pytest.raises(StorageError, match="was removed or replaced meanwhile"):
            storage.make_folder(folder / "seed-0")
    assert not (folder / "seed-0").exists()


def test_a_folder_can_be_held_twice_by_one_process(folder):
    with held(folder, LOCK):
        with held(folder, LOCK):
            storage.write(folder / "a", b"one")
        storage.write(folder / "a", b"two")
    assert (folder / "a").read_bytes() == b"two"
