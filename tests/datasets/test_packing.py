"""The forms of an IDX file on a disk."""

import gzip

import pytest

from bpnet.datasets import packing

CONTENT = bytes(range(256)) * 10
PACKED = gzip.compress(CONTENT, mtime=0)


def test_a_name_has_four_forms_the_unpacked_ones_first():
    assert packing.names("train-images-idx3-ubyte") == (
        "train-images-idx3-ubyte",
        "train-images.idx3-ubyte",
        "train-images-idx3-ubyte.gz",
        "train-images.idx3-ubyte.gz",
    )
    assert packing.names("images") == ("images", "images.gz")


def test_what_is_not_packed_stays_as_it_is():
    assert packing.unpacked(PACKED) == packing.unpacked(CONTENT) == CONTENT


@pytest.mark.parametrize(
    "packed",
    [
        PACKED,
        gzip.compress(CONTENT[:9]) + gzip.compress(CONTENT[9:]),
        PACKED + bytes(5),
    ],
    ids=["whole", "in two parts", "zeros behind"],
)
def test_what_anybody_has_packed_is_unpacked(packed):
    assert packing.unpacked_within(packed, len(CONTENT)) == CONTENT


def test_of_what_is_longer_a_byte_more_is_unpacked():
    bomb = gzip.compress(bytes(10**7)) * 20
    assert packing.unpacked_within(bomb, 1000) == bytes(1001)


@pytest.mark.parametrize(
    "content",
    [PACKED[:-1], PACKED[:5], PACKED[:-5] + b"\0" + PACKED[-4:], PACKED + b"x", CONTENT],
    ids=["cut", "cut in its header", "another CRC", "more behind", "not packed"],
)
def test_what_is_not_whole_is_refused(content):
    with pytest.raises(ValueError, match=r"^not a whole \.gz file: "):
        packing.unpacked_within(content, len(CONTENT))


def test_the_beginning_needs_no_more_than_the_first_bytes():
    assert packing.beginning(PACKED[:100], 4) == CONTENT[:4]
    assert packing.beginning(PACKED[:5], 4) == b""
    assert packing.beginning(CONTENT, 4) == b""


def test_what_a_packer_cannot_shorten_fits_into_the_limit():
    content = gzip.compress(b"", 0) + CONTENT * 100
    assert len(gzip.compress(content, 0)) <= packing.most_bytes(len(content))
