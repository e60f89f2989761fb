"""A CSV of images: read with or without a heading, packed or not; what is wrong has its line."""

import gzip

import numpy as np
import pytest

from bpnet.datasets import tables
from bpnet.errors import BpnetError, DataError
from bpnet.system.progress import silently

HEADING = ",".join(["label", *(f"pixel{number}" for number in range(784))])


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (4, 784), np.uint8)


def rows_of(images, labels="abca"):
    return [
        ",".join([label, *map(str, image.tolist())])
        for label, image in zip(labels, images, strict=False)
    ]


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a table of these lines."""

    def read(lines, ends="\n", start=b"", pack=bytes):
        path = tmp_path / "t.csv"
        path.write_bytes(pack(start + ends.join([*lines, ""]).encode()))
        return tables.read(path, silently)

    return read


@pytest.mark.parametrize("heading", [[], [HEADING], [HEADING.replace("label", '"label"')]])
@pytest.mark.parametrize("form", [{}, {"ends": "\r\n"}, {"pack": gzip.compress}])
def test_a_table_has_a_label_and_784_levels_in_a_row(read, images, heading, form):
    found, names = read([*heading, *rows_of(images)], **form)
    assert np.array_equal(found, images)
    assert names == ["a", "b", "c", "a"]


def test_a_table_as_spreadsheets_save_it_is_read(read, images):
    lines = [line.replace(",", " , ", 3) for line in rows_of(images, ["하나", '"b"'])]
    found, names = read(["", *lines, ""], start=b"\xef\xbb\xbf")
    assert (len(found), names[0], names[1].strip()) == (2, "하나", '"b"'.strip('"'))


def test_each_wrong_row_is_named_by_its_line(read, images, tmp_path):
    lines = rows_of(images)
    lines[1] = lines[1].rpartition(",")[0]
    lines[2] = lines[2].rpartition(",")[0] + ",256"
    lines[3] = ",".join(["x" * 33, *["0.5"] * 784])
    with pytest.raises(DataError) as caught:
        read([HEADING, *lines])
    assert caught.value.lines == [
        f"{tmp_path}/t.csv: line 3: 784 columns, expected 785: the label, then 784 grey levels"
        "; the label seems to be missing",
        f"{tmp_path}/t.csv: line 4: column 785: expected a whole number from 0 to 255, got '256'",
        f"{tmp_path}/t.csv: line 5: column 2: expected a whole number from 0 to 255, got '0.5'",
    ]


def test_a_label_must_be_a_name(read, images, tmp_path):
    for label, shown in (("", "''"), ("x" * 33, f"'{'x' * 33}'")):
        with pytest.raises(DataError, match="line 2: label: expected a name of at most 32") as told:
            read([HEADING, *rows_of(images, [label])])
        assert str(told.value).endswith(shown)


def test_no_more_than_some_wrong_rows_are_told_of(read):
    with pytest.raises(DataError) as caught:
        read(["a,1,2"] * 100)
    assert len(caught.value.lines) == tables.MOST_WRONG + 1
    assert caught.value.lines[-1].endswith("t.csv: and 80 lines more")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_table_may_have_semicolons_or_tabs(read, images, separator):
    lines = [line.replace(",", separator) for line in [HEADING, *rows_of(images)]]
    found, names = read(lines, ends="\r\n", start=b"\xef\xbb\xbf")
    assert np.array_equal(found, images)
    assert names == ["a", "b", "c", "a"]


@pytest.mark.parametrize("heading", [[], [HEADING]])
def test_whole_numbers_may_be_written_as_fractions(read, images, heading):
    rows = [line.replace(",", ".0,") + ".0" for line in rows_of(images, "5678")]
    found, names = read([*heading, *rows])
    assert np.array_equal(found, images)
    assert names == ["5", "6", "7", "8"]


def test_an_index_is_told_of(read, images):
    with pytest.raises(DataError, match="line 1: 786 columns, .*an index: pandas leaves it out by"):
        read([f",{HEADING}", *rows_of(images)])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "t.csv: no images"),
        (HEADING.encode(), "t.csv: no images"),
        (HEADING.removeprefix("label,").encode(), "line 1: 784 columns, expected 785"),
        (
            f"{HEADING.removeprefix('label,')},label".encode(),
            "line 1: the column label is the last",
        ),
        (b"PK\3\4....", "t.csv: is a ZIP archive; unpack it, and give what is in it"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "t.csv: not text in UTF-8: expected a CSV file, or a"),
        (
            gzip.compress(b"\0\0\x08\3"),
            "t.csv: not text in UTF-8: expected a CSV file, or a folder",
        ),
        (HEADING.encode("utf-16"), "t.csv: not text in UTF-8"),
        (b"\x1f\x8b....", "t.csv: damaged: "),
        (gzip.compress(b"a,1\n")[:-9], "t.csv: damaged: "),
        (b"1," * 40_000, "line 1: longer than 65536 bytes: no row of an image"),
        (gzip.compress(bytes(2**24)), "line 1: longer than 65536 bytes: no row of an image"),
        (b'"' + b"a\n" * 100_000, "field larger than field limit"),
    ],
)
def test_what_is_no_such_table_is_told_in_a_line(tmp_path, content, told):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(BpnetError) as caught:
        tables.read(tmp_path / "t.csv", silently)
    (line,) = caught.value.lines
    assert line.startswith(f"{tmp_path}/t.csv: ")
    assert told in line


def test_there_may_be_so_many_images_and_no_more(read, images, monkeypatch):
    monkeypatch.setattr(tables, "MOST_IMAGES", 4)
    assert len(read(rows_of(images))[0]) == 4
    with pytest.raises(DataError, match=r"t\.csv: more than 4 images"):
        read([*rows_of(images), *rows_of(images)])
