"""A picture that Pillow has decoded -> what must be known of it, and its levels; for `decoder`."""

from array import array
from collections.abc import Iterator
from math import isfinite
from typing import Any

from bpnet.errors import DataError

STRIP = 2**18  # pixels that are converted and sent at a time
VISIBLE = 64  # of 255: what is less opaque may have any colour
ONE_COLOUR = 16  # grey levels between the pixels of one colour


def described(image: Any) -> dict[str, Any]:
    """Return what must be known of the levels: NumPy's word for their kind, how many, how turned.

    Of levels of many bits also the lowest and the highest, which decide what is black and white.
    """
    turned = image.getexif().get(0x112, 1)
    found = {
        "kind": {"I": "int32", "F": "float32"}.get(image.mode[0], "uint8"),
        "shape": [image.height, image.width],
        "turned": int(turned) if turned in range(1, 9) else 1,
    }
    if found["kind"] != "uint8":
        lows, highs = zip(*(_ends(part) for part in _parts(image)), strict=True)
        found["ends"] = [min(lows), max(highs)]
    return found


def _ends(image: Any) -> tuple[float, float]:
    """Return the lowest and the highest level; with one that is no number there is no telling."""
    if image.mode == "F" and not isfinite(sum(array("f", image.tobytes()))):
        raise DataError("holds levels that are not finite numbers")
    low, high = image.getextrema()
    return low, high


def strips(image: Any) -> Iterator[bytes]:
    """Yield the levels of some rows at a time."""
    grey = _alpha if _has_transparency(image) and _has_one_colour(image) else _grey
    for part in _parts(image):
        yield (part if part.mode in "IF" else grey(part)).tobytes()


def _parts(image: Any) -> Iterator[Any]:
    """Yield some rows of the picture at a time; levels of 16 bits as Pillow's I."""
    rows = max(1, STRIP // image.width)
    for top in range(0, image.height, rows):
        part = image.crop((0, top, image.width, min(top + rows, image.height)))
        yield part.convert("I") if part.mode.startswith("I;") else part


def _has_transparency(image: Any) -> bool:
    return "A" in image.mode or "transparency" in image.info


def _has_one_colour(image: Any) -> bool:
    """Whether all that can be seen of the picture, and not all can be, has one colour."""
    counts = [0] * 4 * 256
    for part in _parts(image):
        colours = part.convert("RGBA")
        visible = colours.getchannel("A").point([0] * VISIBLE + [255] * (256 - VISIBLE))
        counts = [*map(sum, zip(counts, colours.histogram(visible), strict=True))]
    used = [[n for n in range(256) if counts[start + n]] for start in range(0, 3 * 256, 256)]
    is_one = all(levels[-1] - levels[0] <= ONE_COLOUR for levels in used if levels)
    return is_one and sum(counts[:256]) < image.width * image.height


def _alpha(image: Any) -> Any:
    """Return how transparent the picture is: what can be seen is black."""
    return image.convert("RGBA").getchannel("A").point(range(255, -1, -1))


def _grey(image: Any) -> Any:
    """Return the picture in grey; what is transparent is white."""
    grey = image.convert("L")
    if _has_transparency(image):
        grey.paste(255, None, _alpha(image))
    return grey
