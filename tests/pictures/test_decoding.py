"""Pictures' files -> grey levels: every kind that a person may have, and none that does harm."""

import sys

import numpy as np
import pytest

from bpnet.errors import DataError
from bpnet.pictures import decoding
from tests.helpers.pictures import saved

Image = pytest.importorskip("PIL.Image", reason="no Pillow")

LEVELS = np.arange(0, 240, 2, dtype=np.uint8).reshape(10, 12)


@pytest.mark.parametrize("form", ["PNG", "GIF", "BMP", "TIFF", "PPM"])
def test_each_format_gives_the_levels_that_were_saved(form):
    assert np.array_equal(decoding.grey(saved(Image.fromarray(LEVELS), form), "p"), LEVELS)


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_a_format_that_loses_something_gives_nearly_the_levels(form):
    found = decoding.grey(saved(Image.fromarray(LEVELS), form, quality=95), "p")
    assert np.abs(found.astype(int) - LEVELS).mean() < 4


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "P", "1", "YCbCr", "RGBA", "LA"])
def test_each_kind_of_colour_becomes_grey(mode):
    black_and_white = Image.fromarray(np.where(LEVELS > 120, 255, 0).astype(np.uint8))
    form = "PNG" if mode not in ("CMYK", "YCbCr") else "TIFF"
    found = decoding.grey(saved(black_and_white.convert(mode), form), "p")
    assert np.abs(found.astype(int) - np.asarray(black_and_white)).max() <= 2


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_levels_of_many_bits_become_bytes(dtype):
    wide = LEVELS.astype(dtype) * dtype(257)
    found = decoding.grey(saved(Image.fromarray(wide), "TIFF"), "p")
    assert np.abs(found.astype(int) - LEVELS).max() <= 1


def test_what_is_transparent_is_white():
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (5, 5, 15, 15))
    found = decoding.grey(saved(picture), "p")
    assert (found[0, 0], found[10, 10]) == (255, 0)


def test_a_picture_that_its_camera_has_turned_stands_upright():
    exif = Image.Exif()
    exif[0x112] = 6  # turned a quarter to the right
    found = decoding.grey(saved(Image.fromarray(LEVELS), "JPEG", quality=95, exif=exif), "p")
    assert np.abs(found.astype(int) - np.rot90(LEVELS, -1)).mean() < 4


def test_of_several_pictures_the_first_counts():
    first, second = Image.fromarray(LEVELS), Image.new("L", (12, 10), 0)
    content = saved(first, "TIFF", save_all=True, append_images=[second])
    assert np.array_equal(decoding.grey(content, "p"), LEVELS)


def test_what_is_encoded_is_decoded():
    assert np.array_equal(decoding.grey(decoding.png(LEVELS), "p"), LEVELS)


def test_without_pillow_a_line_says_how_to_get_it(monkeypatch):
    content = saved(Image.fromarray(LEVELS))
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(DataError, match=r"read by Pillow: pip install pillow"):
        decoding.grey(content, "p")
