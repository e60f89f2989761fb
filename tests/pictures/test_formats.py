"""What a file is, by how it begins."""

import pytest

from bpnet.pictures import formats


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "AVIF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", None),
        (b"BM is how this text begins: no bitmap", None),
        (b"P5 is a cell", "PPM"),
        (b"Pencils", None),
        (b"RIFF\n\n\n\nWEBPVP8 ", "WEBP"),
        (b"RIFF\n\n\n\nWAVEfmt ", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head, kind):
    assert formats.kind(head) == kind
