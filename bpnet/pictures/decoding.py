"""A picture's file -> its grey levels, by Pillow: an extra, which only `predict` needs."""

import io
import warnings
from typing import Any

import numpy as np

from bpnet.array import Array
from bpnet.errors import DataError, short

LARGEST_FILE = 2**26  # bytes
MOST_PIXELS = 2**24  # in colours they take a third of 200 MB
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")  # each read by Pillow alone
ENOUGH = (1000, 1000)  # pixels: a photo is decoded no larger than needed, if its format can do that


def grey(content: bytes, name: str) -> Array:
    """Return the picture as bytes (H, W), black 0 and white 255; what is transparent is white.

    Of several pictures in a file it is the first.
    Raises: DataError if Pillow is missing, or this is no picture, or one too large.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is too large is refused, not warned of
        try:
            return _levels(_opened(content))
        except ImportError as error:
            raise DataError("pictures are read by Pillow: pip install pillow") from error
        except DataError as error:
            raise DataError(f"{name}: {error}") from error
        except Exception as error:  # a decoder may raise anything
            raise DataError(f"{name}: not a picture that can be read: {_reason(error)}") from error


def png(image: Array) -> bytes:
    """Return an image (H, W) of bytes as the content of a PNG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def _opened(content: bytes) -> Any:
    """Return Pillow's picture, its size checked before any of it is decoded."""
    from PIL import Image

    image = Image.open(io.BytesIO(content), formats=FORMATS)
    if image.width * image.height > MOST_PIXELS:
        raise DataError(
            f"{image.width} x {image.height} pixels, of which {MOST_PIXELS} may be; make it smaller"
        )
    image.draft("RGB", ENOUGH)
    return image


def _levels(image: Any) -> Array:
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode[0] in "IF":
        return _of_many_bits(np.asarray(image, np.float64))
    if "A" in image.mode or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return np.asarray(image.convert("L"))


def _of_many_bits(levels: Array) -> Array:
    """Return levels of 16 bits, or of any range, as bytes."""
    if not np.isfinite(levels).all():
        raise DataError("holds levels that are not finite numbers")
    low, high = float(levels.min()), float(levels.max())
    if low >= 0 and high <= 65535:
        low, high = 0, 65535 if high > 255 else 255
    bytes_: Array = np.floor((levels - low) * (255 / (high - low)) + 0.5).astype(np.uint8)
    return bytes_


def _reason(error: Exception) -> str:
    reason = str(error)
    return "unknown format" if "cannot identify" in reason else short(reason or repr(error))
