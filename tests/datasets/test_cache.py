"""The published datasets: what is in the folder is read, what is missing or wrong is downloaded."""

import gzip
import hashlib
import os
from functools import partial

import numpy as np
import pytest

from bpnet.config import DataConfig
from bpnet.datasets import cache, catalogue, download, loading, packing
from bpnet.datasets.catalogue import File, Published, Source
from bpnet.datasets.download import Limits
from bpnet.errors import DataError, StorageError
from bpnet.system.progress import silently
from tests.helpers.server import serving, status, whole

LIMITS = Limits(connect=0.5, read=0.5, file=1, pause=0.01)
RNG = np.random.default_rng(1)
UNPACKED = {"images": RNG.bytes(500), "labels": RNG.bytes(400)}
PACKED = {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in UNPACKED.items()}
BOTH = PACKED | UNPACKED
OTHER = "not the published file"


def form(name):
    return Published(name, len(BOTH[name]), hashlib.sha256(BOTH[name]).hexdigest())


FILES = tuple(File(form(f"{name}.gz"), form(name)) for name in UNPACKED)
ONLY_PACKED = tuple(File(form(f"{name}.gz")) for name in UNPACKED)  # as Fashion-MNIST is known


def good(request):
    whole(PACKED[request.path.rpartition("/")[2]])(request)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(download, "fetch", partial(download.fetch, limits=LIMITS))


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def source(server):
    return Source((server.mirror(good),), FILES)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "data" / "digits"
    yield folder
    if folder.is_dir():
        folder.chmod(0o755)


@pytest.fixture
def load(folder, source):
    """Return a function that loads the source and keeps what it tells."""

    def load(source=source, mirror=None):
        return cache.load(source, folder, mirror, silently, load.told.append)

    load.told = []
    return load


def put(folder, contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def contents(folder):
    """Return what is in the folder beside its lock."""
    paths = [path for path in folder.iterdir() if path.name != ".lock"]
    return {path.name: path.read_bytes() for path in paths}


def close(folder, mode):
    """Take permissions away from the folder; skip the test if they cannot be taken away."""
    folder.chmod(mode)
    if os.access(folder, os.W_OK):
        pytest.skip("who runs this may write everywhere")


def traces(folder):
    """Return all that a write would change."""
    paths = [folder, *sorted(folder.rglob("*"))]
    states = [path.lstat() for path in paths]
    return [
        (path, s.st_mtime_ns, s.st_ino, s.st_mode) for path, s in zip(paths, states, strict=True)
    ]


def test_a_cold_cache_is_filled_with_one_request_for_each_file(server, load, folder):
    assert load() == UNPACKED
    assert server.asked == ["/0/images.gz", "/0/labels.gz"]
    assert contents(folder) == BOTH
    assert load.told == []


def test_a_second_load_makes_no_request_and_leaves_no_trace(server, load, folder):
    load()
    before, asked = traces(folder), list(server.asked)
    assert load() == UNPACKED
    assert (traces(folder), server.asked) == (before, asked)


def test_a_file_whose_unpacked_hash_is_not_known_is_kept_packed_only(server, load, folder, source):
    source = Source(source.mirrors, ONLY_PACKED)
    assert load(source) == load(source) == UNPACKED
    assert contents(folder) == PACKED
    assert len(server.asked) == 2


@pytest.mark.parametrize("umask", [0o077, 0o022, 0o002])
def test_the_files_have_the_permissions_that_the_umask_leaves(load, folder, umask):
    before = os.umask(umask)
    try:
        load()
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o666 & ~umask}
    assert folder.stat().st_mode & 0o777 == 0o777 & ~umask


ENOUGH = {
    "packed": PACKED,
    "unpacked": UNPACKED,
    "both": BOTH,
    "one of each": {name: BOTH[name] for name in ("images.gz", "labels")},
}


@pytest.mark.parametrize("there", ENOUGH.values(), ids=ENOUGH)
def test_either_form_is_enough_and_is_only_read(server, load, folder, there):
    put(folder, there)
    before = traces(folder)
    assert load() == UNPACKED
    assert (traces(folder), server.asked, load.told) == (before, [], [])


@pytest.mark.parametrize("there", ENOUGH.values(), ids=ENOUGH)
def test_a_folder_that_may_only_be_read_is_enough(server, load, folder, there):
    put(folder, there)
    close(folder, 0o555)
    assert load() == UNPACKED
    assert (server.asked, load.told) == ([], [])


def test_a_folder_that_may_only_be_read_and_lacks_a_file_is_a_clear_error(load, folder):
    put(folder, {"labels": UNPACKED["labels"]})
    close(folder, 0o555)
    with pytest.raises(StorageError, match=r"images\.gz: cannot be written: Permission denied"):
        load()


def test_a_file_may_be_a_link_to_another_folder(server, load, folder, tmp_path):
    put(tmp_path, PACKED)
    folder.mkdir(parents=True)
    for name in PACKED:
        (folder / name).symlink_to(tmp_path / name)
    assert load() == UNPACKED
    assert server.asked == []


def test_only_what_is_missing_is_downloaded(server, load, folder):
    put(folder, {"labels.gz": PACKED["labels.gz"]})
    assert load() == UNPACKED
    assert server.asked == ["/0/images.gz"]
    assert contents(folder) == PACKED | {"images": UNPACKED["images"]}


def test_the_unpacked_form_is_the_first_to_be_read(load, folder, monkeypatch):
    put(folder, BOTH)
    monkeypatch.setattr(packing.zlib, "decompress", None)
    assert load() == UNPACKED


WRONG = {
    "truncated": lambda right: right[:-1],
    "flipped": lambda right: right[:50] + bytes([right[50] ^ 1]) + right[51:],
    "empty": lambda right: b"",
    "too long": lambda right: right + b"\1",
    "too long by far": lambda right: right * 1000,
    "swapped": lambda right: BOTH["labels.gz"],
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("name", ["images.gz", "images"])
def test_a_wrong_file_is_downloaded_again_and_kept_aside(server, load, folder, name, wrong):
    damaged = wrong(BOTH[name])
    put(folder, {"labels": UNPACKED["labels"], name: damaged})
    assert load() == UNPACKED
    assert server.asked == ["/0/images.gz"]
    right = {name: BOTH[name] for name in ("images.gz", "images", "labels")}
    assert contents(folder) == right | {f"{name}.corrupt": damaged}
    found, replaced = load.told
    assert found.startswith(f"{folder / name}: not the published file")
    assert replaced == f"{folder / name}: replaced; what was there is now {name}.corrupt"


def test_two_wrong_forms_are_both_kept_aside(load, folder):
    put(folder, dict.fromkeys(BOTH, b""))
    assert load() == UNPACKED
    assert contents(folder) == BOTH | {f"{name}.corrupt": b"" for name in BOTH}
    assert len(load.told) == 8


@pytest.mark.parametrize("name", ["images.gz", "images"])
def test_a_folder_in_the_place_of_a_file_is_kept_aside(server, load, folder, name):
    put(folder / name, {"notes": b"mine"})
    assert load() == UNPACKED
    assert (folder / f"{name}.corrupt" / "notes").read_bytes() == b"mine"
    assert {name: (folder / name).read_bytes() for name in BOTH} == BOTH
    assert any(f"{name}.corrupt" in line for line in load.told)


def test_a_link_that_leads_nowhere_is_replaced(load, folder, tmp_path):
    folder.mkdir(parents=True)
    (folder / "images.gz").symlink_to(tmp_path / "gone")
    assert load() == UNPACKED
    assert contents(folder) == BOTH
    assert not (tmp_path / "gone").exists()


def test_a_wrong_unpacked_file_beside_a_right_packed_one_is_passed_over(server, load, folder):
    put(folder, BOTH | {"images": b"mine"})
    before = traces(folder)
    assert load() == UNPACKED
    assert (traces(folder), server.asked) == (before, [])
    (line,) = load.told
    assert line.startswith(f"{folder / 'images'}: not the published file")
    assert line.endswith("passed over")


def test_a_wrong_packed_file_beside_a_right_unpacked_one_does_not_matter(server, load, folder):
    put(folder, BOTH | {"images.gz": b"mine"})
    before = traces(folder)
    assert load() == UNPACKED
    assert (traces(folder), server.asked, load.told) == (before, [], [])


def test_a_wrong_file_stays_where_it_is_if_no_mirror_has_a_right_one(server, load, folder):
    put(folder, {"images.gz": b"mine"})
    with pytest.raises(DataError):
        load(Source((server.mirror(status(404)),), FILES))
    assert contents(folder) == {"images.gz": b"mine"}


def test_a_failed_download_leaves_nothing(server, load, tmp_path):
    with pytest.raises(DataError):
        load(Source((server.mirror(status(404)),), FILES))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", ["", "/", "//"])
def test_the_mirror_of_the_user_goes_first_with_or_without_its_slash(server, load, source, end):
    mine = server.mirror(good)
    assert load(source, mine.rstrip("/") + end) == UNPACKED
    assert server.asked == ["/1/images.gz", "/1/labels.gz"]


def test_behind_the_mirror_of_the_user_come_those_of_the_source(server, load, source):
    mine = server.mirror(status(404))
    assert load(source, mine) == UNPACKED
    assert server.asked == ["/1/images.gz", "/0/images.gz", "/1/labels.gz", "/0/labels.gz"]


def test_an_empty_mirror_is_none(server, load, source):
    assert load(source, "") == UNPACKED
    assert server.asked == ["/0/images.gz", "/0/labels.gz"]


def test_all_mirrors_that_fail_are_told_with_the_ways_out(server, load, folder):
    mine, gone = server.mirror(status(500)), server.mirror(status(404))
    portal = server.mirror(whole(b"<html>"))
    with pytest.raises(DataError) as error:
        load(Source((gone, portal), FILES), mine.rstrip("/"))
    *lines, looked, way_out = error.value.lines
    assert lines == [
        "images.gz: could not be downloaded",
        f"{mine}: answered 500 Internal Server Error",
        f"{gone}: answered 404 Not Found",
        f"{portal}: sent 6 bytes beginning b'<html>', not the file",
    ]
    assert looked == f"looked in {folder}, {folder.parent}: no images there, packed or unpacked"
    assert str(folder) in way_out
    assert "--config drawn" in way_out


def test_a_file_in_the_place_of_the_folder_is_a_clear_error(load, folder):
    put(folder.parent, {folder.name: b"mine"})
    with pytest.raises(StorageError, match="cannot be made"):
        load()
    assert folder.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_folder_that_cannot_be_is_a_clear_error(source, folder, name):
    put(folder, {})
    with pytest.raises(StorageError, match="cannot be"):
        cache.load(source, folder / name, None, silently, print)


def test_a_folder_that_may_not_be_entered_is_a_clear_error(load, folder):
    put(folder, PACKED)
    close(folder, 0o000)
    with pytest.raises(StorageError, match="cannot be"):
        load()


def test_a_disk_that_takes_no_more_leaves_nothing(load, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        load()
    assert list(tmp_path.iterdir()) == []


def test_the_progress_is_shown_for_each_file_that_is_downloaded(source, folder):
    shown = []

    def progress(name, size):
        shown.append((name, size))
        return silently(name, size)

    put(folder, {"labels": UNPACKED["labels"]})
    cache.load(source, folder, None, progress, print)
    assert shown == [("images.gz", len(PACKED["images.gz"]))]


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({}, "missing"),
        (PACKED, "right: images.gz"),
        (UNPACKED, "right: images"),
        (BOTH, "right: images, images.gz"),
        (BOTH | {"images": b""}, f"wrong: images ({OTHER})"),
        (PACKED | {"images.gz": BOTH["labels.gz"]}, f"wrong: images.gz ({OTHER})"),
        ({"images": b"", "images.gz": b""}, f"wrong: images ({OTHER}), images.gz ({OTHER})"),
    ],
)
def test_verify_says_what_is_there_and_leaves_no_trace(server, source, folder, there, words):
    put(folder, there)
    before = traces(folder)
    assert cache.verify(source, folder)["images"] == words
    assert (traces(folder), server.asked) == (before, [])


def test_verify_tells_each_file_and_needs_no_folder(source, folder):
    assert cache.verify(source, folder) == {"images": "missing", "labels": "missing"}
    assert not folder.exists()


def test_verify_finds_a_folder_in_the_place_of_a_file_wrong(source, folder):
    put(folder / "images", {})
    state = cache.verify(source, folder)["images"]
    assert state == f"wrong: images ({OTHER}: not a regular file)"


def test_the_environment_names_the_mirror_and_the_hashes_are_those_of_the_packed_files(
    server, source, tmp_path, monkeypatch
):
    monkeypatch.setitem(catalogue.SOURCES, "mnist", source)
    monkeypatch.setenv("BPNET_MIRROR", server.mirror(good))
    config = DataConfig(dir=str(tmp_path))
    found, hashes = loading.fetch(config)
    assert found == UNPACKED
    assert hashes == {name: form(f"{name}.gz").sha256 for name in UNPACKED}
    assert server.asked == ["/1/images.gz", "/1/labels.gz"]
    assert contents(tmp_path / "mnist") == BOTH
    assert loading.verify(config) == {name: f"right: {name}, {name}.gz" for name in UNPACKED}


@pytest.mark.parametrize("source", catalogue.SOURCES.values(), ids=catalogue.SOURCES)
def test_every_published_file_has_a_hash_of_its_own(source):
    assert all(mirror.endswith("/") for mirror in source.mirrors)
    assert tuple(file.name for file in source.files) == catalogue.NAMES
    hashes = [form.sha256 for file in source.files for form in file.forms()]
    assert len(set(hashes)) == len(hashes)
    assert {len(bytes.fromhex(sha256)) for sha256 in hashes} == {32}
