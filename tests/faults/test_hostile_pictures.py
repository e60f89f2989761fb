"""Pictures that would do harm: one line or the right answer, in little memory and time."""

import os
import re
import select
import signal
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest

from bpnet.errors import DataError
from bpnet.pictures import decoding
from bpnet.pictures.png import png
from tests.helpers.forks import Fork, run
from tests.helpers.pictures import predict, saved

Image = pytest.importorskip("PIL.Image", reason="no Pillow")

MEMORY, SECONDS = 200_000_000, 2  # of the program and its processes, for any picture


def digit(mode="L", size=(400, 300), width=20):
    image = Image.new("L", size, 230)
    box = (size[0] - width) // 2, size[1] // 4, (size[0] + width) // 2, 3 * size[1] // 4
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


def with_many(content, piece, place):
    """Return the content with pieces inserted, until it is as long as a file may be."""
    return content[:place] + piece * (31_000_000 // len(piece)) + content[place:]


def endless():
    """Return a JPEG that is small and takes minutes: of 6,000 scans over the whole picture."""
    content = saved(Image.new("L", (4000, 4000), 255), "JPEG", progressive=True)
    last, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:end] + 6000 * content[last:end] + content[end:]


def rle(data):
    """Return a BMP of 28 x 28 pixels that is packed so."""
    palette = b"".join(bytes((level, level, level, 0)) for level in range(256))
    head = struct.pack("<IiiHHIIiiII", 40, 28, 28, 1, 8, 1, len(data), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + len(data), 0, 0, 1078) + head + palette + data


def claimed(content, width, height):
    """Return a JPEG that claims to be so large."""
    frame = re.search(rb"\xff[\xc0\xc2]\0.\x08", content, re.DOTALL).end()
    return content[:frame] + struct.pack(">HH", height, width) + content[frame + 4 :]


WHOLE, GIF = saved(digit()), saved(digit(), "GIF")
WHOLE_JPEG = saved(digit("RGB"), "JPEG")
MANY_SCANS = saved(digit("RGB"), "JPEG", progressive=True)
HUGE = (4096, 4096)
REFUSED = {
    "a JPEG of 4 billion pixels": claimed(WHOLE_JPEG, 65_000, 65_000),
    "48 million pixels in many scans": claimed(MANY_SCANS, 8000, 6000),
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
    "a WebP of 16 million pixels": bytes.fromhex(
        "524946461e000000574542505650384c110000002fffcfff0307d0fffef7bfff8188e87f0000"
    ),
}
READ = {
    "CMYK": saved(digit("CMYK"), "JPEG"),
    "AVIF": saved(digit("RGB"), "AVIF", speed=10),
    "a palette": saved(digit("P")),
    "16 bit": saved(Image.fromarray(np.asarray(digit()).astype(np.uint16) * 257)),
    "animated": saved(digit(), "GIF", save_all=True, append_images=[Image.new("L", (400, 300))]),
    "48 million pixels": saved(digit("L", (8000, 6000)), "JPEG"),
    "12 million pixels": saved(digit("RGB", (4000, 3000)), "JPEG"),
    "of a phone, in many scans": saved(digit("RGB", (4000, 3000)), "JPEG", progressive=True),
    "30,000 pixels wide and flat": saved(digit("L", (3000, 500))),
    "16 million pixels": saved(digit("RGBA", HUGE), compress_level=1),
}
DECODED = {  # whether there is a digit in it or not
    "2,000,000 pixels wide": saved(digit("L", (2_000_000, 8), 10**6)),
    "a JPEG of 1 billion pixels": claimed(WHOLE_JPEG, 32_000, 32_000),
}
ATTACKS = {  # by what they cost a decoder without limits
    "48 seconds": endless,
    "38 seconds": lambda: with_many(saved(digit(), "JPEG"), b"\xff\xe5\0\2", 2),
    "18 seconds": lambda: rle(bytes(31_000_000)),
    "30 seconds": lambda: with_many(WHOLE, chunk(b"abCd", b""), 33),
    "500 MB": lambda: saved(
        digit("F", HUGE), "TIFF", compression="tiff_adobe_deflate", tiffinfo={0x112: 6}
    ),
    "11 seconds": lambda: b"P2\n3900 3900\n255\n" + b"0 " * 3900**2,
    "2,278 MB": lambda: with_many(GIF, b"!\xfe\1x\0", GIF.index(b",\0\0\0\0")),
}
ROWS = list(ATTACKS)


@pytest.fixture(scope="module")
def folder(small_data, tmp_path_factory):
    """A folder with a run in it, and a picture."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "c.yaml").write_text(
        f"data: {{dataset: drawn, dir: {small_data}, validation: 100}}\ntrain: {{epochs: 1}}\n",
        encoding="utf-8",
    )
    assert run(folder, "train", "--config", "c.yaml", "--run-dir", "r").status == 0
    (folder / "good").write_bytes(WHOLE)
    return folder


@pytest.fixture(scope="module")
def all_at_once(folder):
    """What comes of all the quick ones, in one command."""
    for name, content in {**REFUSED, **READ, **DECODED}.items():
        (folder / name).write_bytes(content)
    return predict(folder, *REFUSED, *READ, *DECODED)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_or_too_much_of_one_is_refused_in_a_line(all_at_once, name):
    lines = (line.removeprefix("Error:").lstrip() for line in all_at_once.err)
    (line,) = (line for line in lines if line.startswith(f"{name}: "))
    assert "a bug of bpnet" not in line
    assert all_at_once.status == 1


def test_no_format_that_is_a_program_is_given_to_an_interpreter(all_at_once):
    name = "PostScript, which is a program"
    assert f"       {name}: not a picture that can be read: PNG, JPEG" in "\n".join(all_at_once.err)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a JPEG of 4 billion pixels", "16777216 pixels that it may have; make it smaller"),
        (
            "30,000 pixels wide",
            "16777216 pixels that it may have; make it smaller, or save it as JPEG",
        ),
        (
            "a WebP of 16 million pixels",
            "4194304 pixels that it may have; make it smaller, or save it as JPEG",
        ),
    ],
)
def test_how_many_pixels_there_may_be_is_said_and_depends_on_what_they_cost(
    all_at_once, name, line
):
    said = f" {name}: more than the {line}"
    assert [line for line in all_at_once.err if line.endswith(said)]


def test_a_large_picture_in_many_scans_is_refused_for_its_memory(all_at_once):
    said = "many scans: takes more than 120 MB to decode; save it smaller, or in another format"
    assert [line for line in all_at_once.err if line.endswith(said)]


@pytest.mark.parametrize("name", READ)
def test_what_is_unusual_is_read(all_at_once, name):
    answers = [line for line in all_at_once.out.splitlines() if line.startswith(f"{name}: ")]
    assert len(answers) == 1


@pytest.mark.parametrize("name", DECODED)
def test_what_has_odd_sides_is_decoded(all_at_once, name):
    lines = [*all_at_once.out.splitlines(), *all_at_once.err]
    (line,) = (line for line in lines if line.lstrip().startswith(f"{name}: "))
    assert line.endswith(("%", "unsure", "digit", "apart", ": no ink in it"))


def test_nothing_else_is_said_and_little_memory_needed(all_at_once):
    lines = [*all_at_once.out.splitlines(), *all_at_once.err]
    assert len(lines) == len(REFUSED) + len(READ) + len(DECODED)
    assert all_at_once.memory < MEMORY


def test_what_would_cost_much_is_refused_for_little_and_the_next_is_read(folder, row):
    (folder / "bad").write_bytes(ATTACKS[row]())
    ended = predict(folder, "bad", "good")
    assert (ended.status, ended.out.splitlines()[0]) == (1, "good")
    (line,) = ended.err
    assert line.startswith("Error: bad: ")
    assert line.endswith("; save it smaller, or in another format")
    assert ended.memory < MEMORY
    assert ended.seconds < SECONDS + 1  # with the good one, and the start of the program


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_decodes_ends_with_the_command(folder, number):
    alive, of_it = os.pipe()
    silent, _ = os.pipe()

    def hinder():
        start = subprocess.Popen

        def start_with_it(*arguments, **options):
            process = start(*arguments, **options, pass_fds=[of_it])
            print("started", file=sys.stderr)  # noqa: T201
            return process

        subprocess.Popen = start_with_it
        sys.stdin = os.fdopen(silent, encoding="utf-8")

    fork = Fork(folder, "predict", "-", "--run", "r", hinder=hinder)
    os.close(of_it)
    fork.wait_for("started")
    fork.send(number)
    assert fork.wait().status in (128 + number, -number)
    assert select.select([alive], [], [], 5)[0], "a process is left"
    assert os.read(alive, 1) == b""


def test_no_cut_and_no_flipped_picture_ends_in_anything_but_a_line(cases):
    chance = np.random.default_rng(20161125)
    kinds = [WHOLE, png(np.asarray(digit())), *READ.values()][:5]
    with decoding.Decoder() as decoder:
        for number in range(cases(2000)):
            content = bytearray(kinds[number % len(kinds)])
            for place in chance.integers(len(content), size=chance.integers(1, 20)):
                content[place] ^= 1 << int(chance.integers(8))
            cut = bytes(content[: chance.integers(1, len(content) + 1)])
            try:
                found = decoder.grey(cut, "p")
            except DataError:
                continue
            assert found.dtype == np.uint8, f"case {number} of seed 20161125"
