"""The process that decodes and normalizes: what it finds is what this process would."""

import numpy as np
import pytest

from bpnet.errors import DataError
from bpnet.pictures.decoding import Decoder
from bpnet.pictures.png import png
from bpnet.pictures.single import normalized_alone

pytest.importorskip("PIL", reason="no Pillow")


def test_a_digit_is_as_if_it_were_normalized_here_and_what_is_none_is_told(rng):
    page = (240 + 3 * rng.standard_normal((70, 60))).astype(np.uint8)
    page[10:50, 20:24] = 40
    with Decoder("bpnet.pictures.normalizer") as decoder:
        for bad, told in ((np.full_like(page, 255), "no ink in it"), (None, "is empty")):
            with pytest.raises(DataError, match=f"^a: {told}$"):
                decoder.grey(b"" if bad is None else png(bad), "a")
        assert np.array_equal(decoder.grey(png(page), "a"), normalized_alone(page))
        large = np.kron(page, np.ones((48, 48), np.uint8))  # 10 million pixels
        assert decoder.grey(png(large), "a").shape == (28, 28)
