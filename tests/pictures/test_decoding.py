"""Pictures' files -> grey levels: every kind that a person may have, and none that does harm."""

import os
import signal
import struct
import subprocess
import sys
import tomllib
from contextlib import nullcontext
from pathlib import Path
from threading import Timer

import numpy as np
import pytest

import bpnet
from bpnet.errors import BpnetError, DataError
from bpnet.pictures import decoding
from tests.helpers.pictures import saved

Image = pytest.importorskip("PIL.Image", reason="no Pillow")

LEVELS = np.arange(0, 240, 2, dtype=np.uint8).reshape(10, 12)
GOOD = saved(Image.fromarray(LEVELS))


@pytest.fixture(scope="module")
def decoder():
    with decoding.Decoder() as decoder:
        yield decoder


@pytest.fixture
def started(monkeypatch):
    """The processes that decode, in the order in which they are started."""
    processes, start = [], subprocess.Popen

    def start_and_keep(*arguments, **options):
        processes.append(start(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", start_and_keep)
    return processes


@pytest.mark.parametrize("form", ["PNG", "GIF", "BMP", "TIFF", "PPM"])
def test_each_format_gives_the_levels_that_were_saved(decoder, form):
    assert np.array_equal(decoder.grey(saved(Image.fromarray(LEVELS), form), "p"), LEVELS)


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF"])
def test_a_format_that_loses_something_gives_nearly_the_levels(decoder, form):
    found = decoder.grey(saved(Image.fromarray(LEVELS), form, quality=95), "p")
    assert np.abs(found.astype(int) - LEVELS).mean() < 4


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "P", "1", "YCbCr", "RGBA", "LA"])
def test_each_kind_of_colour_becomes_grey(decoder, mode):
    black_and_white = Image.fromarray(np.where(LEVELS > 120, 255, 0).astype(np.uint8))
    form = "PNG" if mode not in ("CMYK", "YCbCr") else "TIFF"
    found = decoder.grey(saved(black_and_white.convert(mode), form), "p")
    assert np.abs(found.astype(int) - np.asarray(black_and_white)).max() <= 2


@pytest.mark.parametrize("dtype", [np.uint16, np.int32])
def test_levels_of_many_bits_become_bytes(decoder, dtype):
    wide = LEVELS.astype(dtype) * dtype(257)
    found = decoder.grey(saved(Image.fromarray(wide), "TIFF"), "p")
    assert np.abs(found.astype(int) - LEVELS).max() <= 1


@pytest.mark.parametrize("white", [1, 15, 255, 4095, 65535, 10**6])
def test_whole_numbers_are_white_where_their_bits_end(decoder, white):
    levels = np.array([[0, white], [white - white // 8, 0]] * 10, np.int32)
    found = decoder.grey(saved(Image.fromarray(levels), "TIFF"), "p")
    assert found[0].tolist() == [0, 255 if white < 10**6 else 243]  # 10**6 / (2**20 - 1)
    assert found[1, 0] == round(255 * (white - white // 8) / (2 ** white.bit_length() - 1))


@pytest.mark.parametrize(
    ("black", "white"), [(0, 1), (0, 255.5), (-2.5, 3), (1e-40, 1e-30), (0, 9e4)]
)
def test_other_numbers_go_from_the_lowest_to_the_highest(decoder, black, white):
    levels = np.linspace(black, white, 256, dtype=np.float32).reshape(16, 16)
    found = decoder.grey(saved(Image.fromarray(levels), "TIFF"), "p")
    assert np.array_equal(found.ravel(), np.arange(256))


def test_whole_numbers_below_0_go_from_the_lowest_to_the_highest_too(decoder):
    levels = np.arange(-200, 56, dtype=np.int32).reshape(16, 16)
    found = decoder.grey(saved(Image.fromarray(levels), "TIFF"), "p")
    assert np.array_equal(found.ravel(), np.arange(256))


def test_what_is_transparent_is_white(decoder):
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    picture.paste((200, 200, 200, 255), (2, 2, 18, 18))
    picture.paste((0, 0, 0, 255), (5, 5, 15, 15))
    found = decoder.grey(saved(picture), "p")
    assert (found[0, 0], found[3, 3], found[10, 10]) == (255, 200, 0)


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (250, 240, 120)])
@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "LA"])
def test_ink_of_one_colour_on_nothing_is_black_on_white(decoder, ink, form):
    picture = Image.new("RGBA", (20, 20), (90, 90, 90, 0))
    picture.paste((*ink, 255), (5, 5, 15, 15))
    picture = picture.convert("LA") if form == "LA" else picture
    content = saved(picture, "PNG" if form == "LA" else form, lossless=True)
    found = decoder.grey(content, "p")
    assert (found[0, 0], found[10, 10]) == (255, 0)


def test_how_opaque_ink_is_says_how_dark(decoder):
    picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    picture.putalpha(Image.fromarray(np.tile(np.arange(0, 240, 6, dtype=np.uint8), (20, 1))))
    found = decoder.grey(saved(picture), "p")
    assert found[3].tolist() == list(range(255, 15, -6))


def test_faint_ink_on_paper_is_not_lost_where_nothing_is_transparent(decoder):
    picture = Image.fromarray(240 + LEVELS // 24).convert("RGBA")
    assert np.array_equal(decoder.grey(saved(picture), "p"), 240 + LEVELS // 24)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_picture_that_its_camera_has_turned_stands_upright(decoder, turned):
    exif = Image.Exif()
    exif[0x112] = turned
    upright = [
        LEVELS, LEVELS[:, ::-1], np.rot90(LEVELS, 2), LEVELS[::-1],
        LEVELS.T, np.rot90(LEVELS, -1), np.rot90(LEVELS, 2).T, np.rot90(LEVELS),
    ]  # fmt: skip
    found = decoder.grey(saved(Image.fromarray(LEVELS), "PNG", exif=exif), "p")
    assert np.array_equal(found, upright[turned - 1])


def test_of_several_pictures_the_first_counts(decoder):
    first, second = Image.fromarray(LEVELS), Image.new("L", (12, 10), 0)
    content = saved(first, "TIFF", save_all=True, append_images=[second])
    assert np.array_equal(decoder.grey(content, "p"), LEVELS)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
@pytest.mark.parametrize("level", [70_000, -5, 0, 7])
def test_levels_that_are_all_the_same_are_so_as_bytes(decoder, level, dtype):
    flat = np.full((20, 20), level, dtype)
    assert np.ptp(decoder.grey(saved(Image.fromarray(flat), "TIFF"), "p")) == 0


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
LAB_OF_16_BITS = (  # a TIFF of one pixel: its size, bits, compression, colours, place, rows, bytes
    b"II*\0\x08\0\0\0\x09\0"
    + b"".join(
        struct.pack("<HHII", tag, kind, count, value)
        for tag, kind, count, value in (
            (256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 3, 122), (259, 3, 1, 1), (262, 3, 1, 8),
            (273, 4, 1, 128), (277, 3, 1, 3), (278, 3, 1, 1), (279, 4, 1, 6),
        )
    )
    + bytes(4) + struct.pack("<HHH", 16, 16, 16) + bytes(6)
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "is empty"),
        (
            b"hello",
            "not a picture that can be read: PNG, JPEG, GIF, BMP, TIFF, WEBP, PPM and AVIF can be",
        ),
        (HEIC, "HEIC cannot be read; export it as JPEG"),
        (
            LAB_OF_16_BITS,
            "damaged, or a kind of TIFF that cannot be read; save it anew, as JPEG or PNG",
        ),
        (
            GOOD[:-30],
            "not a picture that can be read: image file is truncated; save it anew, as JPEG or PNG",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_do(decoder, content, line):
    with pytest.raises(DataError) as caught:
        decoder.grey(content, "p")
    assert str(caught.value) == f"p: {line}"


def test_a_large_jpeg_is_decoded_small(decoder):
    large = saved(Image.new("L", (8000, 6000), 200), "JPEG")
    assert decoder.grey(large, "p").shape == (1500, 2000)


@pytest.mark.parametrize("level", [np.nan, np.inf, -np.inf])
def test_a_level_that_is_no_number_is_refused(decoder, level):
    levels = LEVELS.astype(np.float32)
    levels[3, 5] = level
    with pytest.raises(DataError, match=r"^p: holds levels that are not finite numbers$"):
        decoder.grey(saved(Image.fromarray(levels), "TIFF"), "p")


@pytest.mark.parametrize("shape", [(1500, 400), (20, 300_000)])
def test_a_picture_that_is_sent_in_strips_is_whole(decoder, shape):
    levels = np.resize(LEVELS, shape)
    assert np.array_equal(decoder.grey(saved(Image.fromarray(levels)), "p"), levels)


def test_all_pictures_are_decoded_by_one_process(started):
    with decoding.Decoder() as decoder:
        for content in (GOOD, b"no picture", GOOD[:40], GOOD):
            with pytest.raises(DataError) if content != GOOD else nullcontext():
                decoder.grey(content, "p")
    assert len(started) == 1
    assert started[0].returncode is not None


def test_a_process_that_dies_is_replaced(started):
    with decoding.Decoder() as decoder:
        for number in range(2):
            assert np.array_equal(decoder.grey(GOOD, "p"), LEVELS)
            started[number].kill()
            started[number].wait()
        assert np.array_equal(decoder.grey(GOOD, "p"), LEVELS)
    assert len(started) == 3


def test_a_picture_on_which_the_process_dies_is_told_of_and_the_next_is_read(started, monkeypatch):
    with decoding.Decoder() as decoder:
        monkeypatch.setattr(decoding, "Timer", lambda seconds, kill: Timer(0, kill))
        os.kill(started[0].pid, signal.SIGSTOP)
        with pytest.raises(DataError, match=r"^p: .* its decoder ended with status -9$"):
            decoder.grey(GOOD, "p")
        monkeypatch.undo()
        assert np.array_equal(decoder.grey(GOOD, "p"), LEVELS)


def test_a_process_that_hangs_is_replaced(started, monkeypatch):
    with decoding.Decoder() as decoder:
        monkeypatch.setattr(decoding, "PATIENCE", 0.1)
        os.kill(started[0].pid, signal.SIGSTOP)
        with pytest.raises(DataError, match=r"^p: not decoded within 0.1 s; save it smaller"):
            decoder.grey(GOOD, "p")
        monkeypatch.undo()
        assert np.array_equal(decoder.grey(GOOD, "p"), LEVELS)


@pytest.mark.parametrize(
    ("owner", "name", "error", "line"),
    [
        (subprocess, "Popen", BlockingIOError(11, "no more"), "no process to decode .*: no more"),
        (Timer, "start", RuntimeError("no more"), "no thread to watch over .*: no more"),
    ],
)
def test_without_room_for_a_process_or_a_thread_there_is_a_line(
    monkeypatch, owner, name, error, line
):
    def refuse(*arguments, **options):
        raise error

    monkeypatch.setattr(owner, name, refuse)
    with pytest.raises(BpnetError, match=line), decoding.Decoder() as decoder:
        decoder.grey(GOOD, "p")


@pytest.mark.parametrize("version", ["raise ImportError", "__version__ = '12.3.0'"])
def test_without_pillow_or_with_an_old_one_a_line_says_how_to_get_it(
    monkeypatch, tmp_path, version
):
    (tmp_path / "PIL").mkdir()
    texts = {"__init__": version, "Image": "def preinit(): pass"}
    plugins = ("TiffImagePlugin", "WebPImagePlugin", "AvifImagePlugin")
    for name in ("__init__", "Image", *plugins):
        path = tmp_path / "PIL" / f"{name}.py"
        path.write_text(texts.get(name, ""), encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with decoding.Decoder() as decoder, pytest.raises(BpnetError) as caught:
        decoder.grey(GOOD, "p")
    assert str(caught.value) == f'pictures are read by Pillow: pip install "{decoding.PILLOW}"'


def test_the_pillow_that_is_asked_for_is_the_one_of_the_extra():
    path = Path(bpnet.__file__).parents[1] / "pyproject.toml"
    extras = tomllib.loads(path.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert extras["images"] == [decoding.PILLOW]
