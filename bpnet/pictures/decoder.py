"""The process that decodes pictures for `decoding`: `python -m bpnet.pictures.decoder`.

What a hostile file costs Pillow is known only when it has been paid: so it is paid here, with
limits of time and memory where the system has them. NumPy would make the start slow.

A request on stdin is the length of a file, 8 bytes, and the file. The answer on stdout is an object
of JSON in a line: {"problem": ...}, or what the picture is, with its levels behind it.
"""

import io
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

from bpnet.errors import DataError, short
from bpnet.pictures import formats, levels

OLDEST_PILLOW = (13, 0)
MOST_PIXELS = 2**24  # in colours they take 64 MB
FEWER_PIXELS = dict.fromkeys(("WEBP", "AVIF"), 2**22)  # their decoders have the picture five times
ENOUGH = (1000, 1000)  # pixels: a JPEG is decoded no larger than needed
MEMORY = 120 * 2**20  # bytes: the file, the picture, and what it takes to decode it
SECONDS = 1.5  # of the processor, for one picture
NO_PILLOW, OUT_OF_MEMORY = 3, 4  # exit statuses


def main() -> None:
    """Decode pictures until there are no more."""
    serve(answer, MEMORY)


def serve(answer_to: Callable[[BinaryIO, int], Iterator[bytes]], memory: int) -> None:
    """Answer the requests, one after the other, until there are no more, in so much memory."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # where a library prints what it has to say
    warnings.simplefilter("ignore")
    if not _import_pillow():
        sys.exit(NO_PILLOW)
    _limit_memory(memory)
    try:
        while length := sys.stdin.buffer.read(8):
            limit_time(SECONDS)
            _send(answers, answer_to(sys.stdin.buffer, int.from_bytes(length)))
            limit_time(0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(1)  # nobody waits for it any more


def _import_pillow() -> bool:
    """Import what reads the formats; return whether it is there, and not too old."""
    try:
        from PIL import Image, __version__

        Image.preinit()  # the common formats; the others would be found by importing all there are
        for name in ("Tiff", "WebP"):
            import_module(f"PIL.{name}ImagePlugin")
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    except ImportError:
        return False
    return tuple(map(int, __version__.split(".")[:2])) >= OLDEST_PILLOW


def _limit_memory(memory: int) -> None:
    """Let an allocation fail that would go beyond what a picture may cost."""
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY or soft > memory:
        with suppress(ValueError, OSError):  # not every system has this limit
            resource.setrlimit(resource.RLIMIT_DATA, (memory, hard))


def limit_time(seconds: float) -> None:
    """Let this process die after so many seconds of the processor from now on; 0: never."""
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _send(answers: BinaryIO, parts: Iterable[bytes]) -> None:
    for part in parts:
        answers.write(part)
    answers.flush()


def answer(requests: BinaryIO, length: int) -> Iterator[bytes]:
    """Yield the parts of the answer to a file of this length."""
    try:
        image = _decoded(io.BytesIO(requests.read(length)))
        head, strips = levels.described(image), levels.strips(image)
        first = next(strips)  # what cannot be converted shows here
    except MemoryError:
        raise
    except Exception as error:  # a decoder may raise anything
        yield line({"problem": _problem(error)})
        return
    yield line(head)
    yield first
    yield from strips


def line(value: dict[str, Any]) -> bytes:
    """Return an object of an answer."""
    return json.dumps(value).encode() + b"\n"


def _decoded(file: BinaryIO) -> Any:
    """Return Pillow's picture, its size checked before any of it is decoded.

    Pillow makes that check, since a WebP file has to be checked before it is even opened; of a JPEG
    that size counts to which it is decoded.
    """
    from PIL import Image, UnidentifiedImageError

    kind = _kind(file.read(formats.HEAD))
    most = FEWER_PIXELS.get(kind, MOST_PIXELS)
    drafted = kind == "JPEG"
    Image.MAX_IMAGE_PIXELS = None if drafted else most // 2  # it refuses beyond twice as many
    try:
        image = Image.open(file, formats=[kind])
        _refuse_many_scans(image)
        image.draft("RGB", ENOUGH)
        if image.width * image.height > most:
            raise Image.DecompressionBombError
        image.load()
    except Image.DecompressionBombError as error:
        jpeg = "" if drafted else ", or save it as JPEG"
        raise DataError(
            f"more than the {most} pixels that it may have; make it smaller{jpeg}"
        ) from error
    except UnidentifiedImageError as error:
        raise DataError(
            f"damaged, or a kind of {kind} that cannot be read; save it anew, as JPEG or PNG"
        ) from error
    return image


def _refuse_many_scans(image: Any) -> None:
    """Raise MemoryError if this is a JPEG of many scans, too large to have all its numbers at once.

    libjpeg would take 2 bytes for each, and end with words that do not say why.
    """
    if image.info.get("progressive"):
        samples = [down * across for _, down, across, _ in image.layer]
        if 2 * image.width * image.height * sum(samples) > MEMORY * 3 // 4 * max(samples):
            raise MemoryError


def _kind(head: bytes) -> str:
    """Return the format of a file that begins so. Raises: DataError if it is none that is read."""
    found = formats.kind(head)
    if not head:
        raise DataError("is empty")
    if found is None:
        *many, last = formats.READ
        raise DataError(f"not a picture that can be read: {', '.join(many)} and {last} can be")
    if found in formats.UNREAD:
        raise DataError(f"{found} cannot be read; export it as JPEG")
    return found


def _problem(error: Exception) -> str:
    if isinstance(error, DataError):
        return str(error)
    reason = short(str(error) or repr(error))
    return f"not a picture that can be read: {reason}; save it anew, as JPEG or PNG"


if __name__ == "__main__":
    main()
