"""Pictures that would do harm: one line or the right answer, in little memory."""

import struct
import zlib

import numpy as np
import pytest

from bpnet.pictures import decoding
from tests.helpers.forks import run
from tests.helpers.pictures import saved

Image = pytest.importorskip("PIL.Image", reason="no Pillow")

MEMORY = 140_000_000  # beyond the 60 MB or less of the program itself: 200 MB together


def digit(mode="L", size=(400, 300)):
    image = Image.new("L", size, 230)
    box = (size[0] // 2 - 10, size[1] // 4, size[0] // 2 + 10, 3 * size[1] // 4)
    image.paste(20, box)
    return image.convert(mode)


def chunk(kind, content):
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png_of(width, height, data=b""):
    """Return a PNG that claims to be so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return head + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


WHOLE = saved(digit())
REFUSED = {
    "48 million pixels": saved(digit("L", (8000, 6000)), "JPEG"),
    "no bytes": b"",
    "text": b"hello",
    "half of a PNG": WHOLE[: len(WHOLE) // 2],
    "a PNG of no data": png_of(100, 100),
    "30,000 pixels wide": png_of(30_000, 3_000, bytes(30_001 * 3_000)),
    "a bomb": png_of(50_000, 50_000, bytes(10**7)),
    "the largest that can be claimed": png_of(2**31 - 1, 2**31 - 1),
    "no width": png_of(0, 10),
    "PostScript, which is a program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n",
    "a text chunk that is a bomb": png_of(9, 9)[:33]
    + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(10**8)))
    + png_of(9, 9)[33:],
}
READ = {
    "CMYK": saved(digit("CMYK"), "JPEG"),
    "a palette": saved(digit("P")),
    "16 bit": saved(Image.fromarray(np.asarray(digit()).astype(np.uint16) * 257)),
    "animated": saved(digit(), "GIF", save_all=True, append_images=[Image.new("L", (400, 300))]),
    "12 million pixels": saved(digit("RGB", (4000, 3000)), "JPEG"),
    "30,000 pixels wide and flat": saved(digit("L", (3000, 500))),
}


@pytest.fixture(scope="module")
def folder(small_data, tmp_path_factory):
    """A folder with a run in it."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "c.yaml").write_text(
        f"data: {{dataset: drawn, dir: {small_data}, validation: 100}}\ntrain: {{epochs: 1}}\n",
        encoding="utf-8",
    )
    assert run(folder, "train", "--config", "c.yaml", "--run-dir", "r").status == 0
    return folder


@pytest.fixture
def idle(folder):
    """What a fork of this process takes that does nothing: more, the longer the tests go on."""
    return run(folder, "--version").memory


def predict(folder, content):
    (folder / "p").write_bytes(content)
    return run(folder, "predict", "p", "--run", "r")


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_no_picture_or_too_much_of_one_is_refused_in_a_line(folder, idle, content):
    ended = predict(folder, content)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("Error: p: ")
    assert ended.err.count("\n") == 1
    assert "this is a bug" not in ended.err
    assert ended.memory - idle < MEMORY
    assert ended.seconds < 5


def test_no_format_that_is_a_program_is_given_to_an_interpreter(folder):
    ended = predict(folder, REFUSED["PostScript, which is a program"])
    assert ended.err == "Error: p: not a picture that can be read: unknown format\n"


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_what_is_unusual_is_read(folder, idle, content):
    ended = predict(folder, content)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.count("@") > 5
    assert ended.memory - idle < MEMORY


def test_no_cut_and_no_flipped_picture_ends_in_anything_but_a_line(cases):
    chance = np.random.default_rng(20161125)
    kinds = [WHOLE, *READ.values()][:5]
    from bpnet.errors import DataError

    for number in range(cases(2000)):
        content = bytearray(kinds[number % len(kinds)])
        for place in chance.integers(len(content), size=chance.integers(1, 20)):
            content[place] ^= 1 << int(chance.integers(8))
        try:
            found = decoding.grey(bytes(content[: chance.integers(1, len(content) + 1)]), "p")
        except DataError:
            continue
        assert found.dtype == np.uint8, f"case {number} of seed 20161125"
