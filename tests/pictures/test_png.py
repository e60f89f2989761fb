"""PNG files, as another program reads them."""

import io

import numpy as np
import pytest

from bpnet.pictures.png import png

Image = pytest.importorskip("PIL.Image", reason="no Pillow")


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (3, 300), (300, 3)])
def test_another_program_reads_the_bytes_that_were_written(shape, rng):
    image = rng.integers(256, size=shape, dtype=np.uint8)
    picture = Image.open(io.BytesIO(png(image)))
    picture.load()
    assert (picture.format, picture.mode) == ("PNG", "L")
    assert np.array_equal(np.asarray(picture), image)


def test_a_view_of_an_array_is_written_as_it_looks(rng):
    image = rng.integers(256, size=(6, 8), dtype=np.uint8)[::2, ::-1].T
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(image)))), image)


def test_every_chunk_is_whole_and_ends_where_the_file_does(rng):
    picture = Image.open(io.BytesIO(png(rng.integers(256, size=(5, 7), dtype=np.uint8))))
    picture.verify()  # each CRC


def test_equal_rows_take_little_room():
    assert len(png(np.zeros((1000, 1000), np.uint8))) < 3000
