"""The IDX reader, strict."""

import numpy as np
import pytest

from bpnet.datasets import idx
from bpnet.errors import DataError

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def test_what_is_encoded_is_parsed_and_cannot_be_changed():
    parsed = idx.parse(idx.encode(IMAGES), 3, "images")
    assert np.array_equal(parsed, IMAGES)
    assert not parsed.flags.writeable


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "f: ends at byte 0, inside its header of 16 bytes"),
        (idx.encode(IMAGES)[:15], "f: ends at byte 15, inside"),
        (idx.encode(IMAGES)[:-1], "f: has 23 numbers from byte 16 on, and .* 2 x 3 x 4"),
        (idx.encode(IMAGES) + b"\0", "f: has 25 numbers from byte 16 on"),
        (idx.encode(IMAGES[0]) + b"\0" * 8, "f: starts with 00 00 08 02 at byte 0; .* 00 00 08 03"),
        (b"\x00\x00\x0d\x03" + idx.encode(IMAGES)[4:], "f: starts with 00 00 0d 03"),
        (b"\x03\x08\x00\x00" + idx.encode(IMAGES)[4:], "f: starts with 03 08 00 00"),
        (b"\x00\x00\x08\x03" + b"\x00\x01\x00\x00" * 3 + b"x", "f: has 1 numbers .* 65536 x 65536"),
        (b"\x00\x00\x08\x03" + bytes(4) + b"\xff" * 8, "f: holds nothing: .* 0 x 4294967295 x"),
        (b"<html>.........................", "f: starts with 3c 68 74 6d"),
    ],
)
def test_what_is_not_an_array_of_bytes_is_told_with_its_place(content, message):
    with pytest.raises(DataError, match=message):
        idx.parse(content, 3, "f")
