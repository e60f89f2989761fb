"""The process that decodes a picture and normalizes the one digit in it, for `decoding`.

`python -m bpnet.pictures.normalizer` answers as `decoder` does; the picture is then 28 x 28. Where
there are many, two such processes take half of the time.
"""

import io
from collections.abc import Iterator
from typing import BinaryIO

from bpnet.errors import DataError
from bpnet.pictures import decoder, decoding
from bpnet.pictures.single import normalized_alone

MEMORY = decoder.MEMORY + 80 * 2**20  # bytes: NumPy, and what it makes of a picture of any size


def main() -> None:
    """Answer the requests, one after the other, until there are no more."""
    decoder.serve(_answer, MEMORY)


def _answer(requests: BinaryIO, length: int) -> Iterator[bytes]:
    """Yield the parts of the answer to a file of this length."""
    try:
        grey = decoding.received(io.BytesIO(b"".join(decoder.answer(requests, length))))
        decoder.limit_time(decoder.SECONDS)  # anew: to decode has its own
        digit = normalized_alone(grey)
    except DataError as error:
        yield decoder.line({"problem": str(error)})
        return
    yield decoder.line({"kind": "uint8", "shape": digit.shape, "turned": 1})
    yield digit.tobytes()


if __name__ == "__main__":
    main()
