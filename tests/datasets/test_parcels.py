"""The files of a dataset, taken from one data folder and put into another."""

import pytest

from bpnet.config import DataConfig
from bpnet.datasets import catalogue, loading, parcels
from bpnet.errors import DataError
from tests.helpers.miniatures import known_packed, miniature
from tests.helpers.sources import as_published, pack

CONTENTS = miniature(range(3))


def put(folder, files):
    """Write the files into a new folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def test_own_files_arrive_with_the_names_of_their_classes(tmp_path):
    put(tmp_path / "own", {**CONTENTS, "classes.txt": "밤\nday\nnoon\n".encode()})
    there = DataConfig("files", str(tmp_path / "own"), validation=0)
    parcels.unpack(parcels.pack(there)[1], tmp_path / "new")
    here = DataConfig("files", str(tmp_path / "new"), validation=0)
    assert loading.load(here).classes == loading.load(there).classes == ("밤", "day", "noon")
    assert loading.load(here).files == loading.load(there).files


@pytest.mark.parametrize("known", [as_published(CONTENTS), known_packed(CONTENTS, "raw")])
def test_published_files_are_known_again_where_they_arrive(known, tmp_path, monkeypatch):
    monkeypatch.setitem(catalogue.SOURCES, "mnist", known)
    put(tmp_path / "data" / "mnist", {f"{n}.gz": pack(c) for n, c in CONTENTS.items()})
    packed = parcels.pack(DataConfig("mnist", str(tmp_path / "data")))[1]
    parcels.unpack(packed, tmp_path / "new")
    contents, _ = loading.fetch(DataConfig("mnist", str(tmp_path / "new")))
    assert contents == CONTENTS


def test_equal_data_have_one_name_wherever_they_lie_and_others_another(tmp_path):
    for name, contents in (("a", CONTENTS), ("b", CONTENTS), ("c", miniature(range(3), seed=1))):
        put(tmp_path / name, contents)
    names = [parcels.pack(DataConfig("files", str(tmp_path / name)))[0] for name in "abc"]
    assert names[0] == names[1] != names[2]


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(DataError, match="train-images-idx3-ubyte is missing"):
        parcels.pack(DataConfig("mnist", str(tmp_path)))
