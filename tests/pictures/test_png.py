"""An image -> the content of a PNG file."""

import io

import numpy as np
import pytest

from bpnet.pictures.png import png


@pytest.mark.parametrize("shape", [(28, 28), (1, 300), (50, 1)])
def test_pillow_finds_in_it_the_levels_that_were_written(shape, rng):
    Image = pytest.importorskip("PIL.Image", reason="no Pillow")
    levels = rng.integers(0, 256, shape, np.uint8)
    found = Image.open(io.BytesIO(png(levels)))
    assert (found.format, found.mode) == ("PNG", "L")
    assert np.array_equal(np.asarray(found), levels)
