"""Names in the order in which people count."""

import re


def natural(name: str) -> list[tuple[str, int]]:
    """Return what to sort names by, so that 2.png comes before 10.png.

    >>> sorted(["10.png", "2.png", "a.png"], key=natural)
    ['2.png', '10.png', 'a.png']
    """
    return [(text, int(number or 0)) for text, number in re.findall("([^0-9]*)([0-9]*)", name)]
