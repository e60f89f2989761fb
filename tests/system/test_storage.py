"""Bytes on disk: whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from bpnet.errors import StorageError
from bpnet.system import storage


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a"
    storage.write(path, b"one")
    storage.write(path, b"two")
    assert storage.read(path, limit=3) == b"two"
    assert names(tmp_path) == ["a"]


def test_the_umask_decides_who_may_read(tmp_path):
    before = os.umask(0o027)
    try:
        storage.write(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, call):
    path = tmp_path / "a"
    storage.write(path, b"old")

    def fail(*arguments, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StorageError, match=f"{path}: cannot be written: No space left on device"):
        storage.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_the_bytes_are_on_the_disk_before_they_take_the_name_and_the_name_after(
    tmp_path, monkeypatch
):
    events = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(storage.os, "fsync", lambda fd: (events.append("fsync"), fsync(fd)))

    def replace_and_note(*arguments, **more):
        events.append("replace")
        replace(*arguments, **more)

    monkeypatch.setattr(os, "replace", replace_and_note)
    storage.write(tmp_path / "a", b"x")
    assert events == ["fsync", "replace", "fsync"]


@pytest.mark.parametrize(("code", "told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_only_a_system_that_cannot_sync_folders_is_excused(tmp_path, monkeypatch, code, told):
    fsync = os.fsync

    def fail_for_folders(descriptor):
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112
            raise OSError(code, "no")
        fsync(descriptor)

    monkeypatch.setattr(storage.os, "fsync", fail_for_folders)
    if told:
        with pytest.raises(StorageError, match="cannot be written: no"):
            storage.write(tmp_path / "a", b"x")
    else:
        storage.write(tmp_path / "a", b"x")


def test_a_file_larger_than_allowed_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(b"1234")
    with pytest.raises(StorageError, match="larger than the 3 bytes"):
        storage.read(tmp_path / "a", limit=3)


def test_only_regular_files_are_read_so_a_pipe_cannot_block(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(StorageError, match=f"{path}: not a regular file"):
            storage.read(path, limit=10)


def test_a_missing_file_and_an_impossible_path_are_told(tmp_path):
    with pytest.raises(StorageError, match="cannot be read: No such file or directory"):
        storage.read(tmp_path / "no", limit=10)
    with pytest.raises(StorageError, match="cannot be read: .*embedded null"):
        storage.read(tmp_path / "a\0b", limit=10)


def test_what_is_moved_aside_never_replaces_what_was(tmp_path):
    for content in (b"one", b"two", b"three"):
        storage.write(tmp_path / "a", content)
        storage.move_aside(tmp_path / "a")
    contents = [(tmp_path / name).read_bytes() for name in names(tmp_path)]
    assert names(tmp_path) == ["a.corrupt", "a.corrupt-2", "a.corrupt-3"]
    assert contents == [b"one", b"two", b"three"]


def test_what_is_moved_aside_replaces_no_link_that_leads_nowhere(tmp_path):
    (tmp_path / "a.corrupt").symlink_to("elsewhere")
    storage.write(tmp_path / "a", b"one")
    assert storage.move_aside(tmp_path / "a") == tmp_path / "a.corrupt-2"


def test_a_folder_in_the_place_of_a_file_is_moved_aside(tmp_path):
    (tmp_path / "a").mkdir()
    storage.write(tmp_path / "a", b"x")
    assert names(tmp_path) == ["a", "a.corrupt"]
    assert (tmp_path / "a").read_bytes() == b"x"


def test_a_name_as_long_as_names_can_be_is_written(tmp_path):
    storage.write(tmp_path / ("a" * 255), b"x")
    assert names(tmp_path) == ["a" * 255]


def test_every_folder_that_gains_an_entry_is_made_durable(tmp_path, monkeypatch):
    synced, fsync = [], os.fsync

    def note(descriptor):
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    storage.make_folder(tmp_path / "a" / "b" / "c")
    assert synced == [str(tmp_path / part) for part in ("", "a", "a/b")]


def test_a_folder_is_made_at_any_depth_that_a_path_can_have(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    deep = Path(*["d"] * 1500)
    storage.make_folder(deep)
    assert deep.is_dir()
    os.removedirs(deep)  # pytest could not


def test_a_link_in_a_circle_is_something_at_a_path(tmp_path):
    (tmp_path / "a").symlink_to("a")
    assert storage.exists(tmp_path / "a")


def test_a_new_folder_is_made_only_where_nothing_is(tmp_path):
    assert storage.make_new_folder(tmp_path / "a" / "b")
    assert not storage.make_new_folder(tmp_path / "a" / "b")
    assert storage.names(tmp_path / "a") == ["b"]
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be made"):
        storage.make_folder(tmp_path / "file" / "c")
