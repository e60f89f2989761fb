"""Any text -> the name of a folder that every system takes."""

from unicodedata import category

END, MOST_BYTES = 12, 180  # of a name: letters at its end, bytes before them; Linux has 255 in all


def as_folder_name(name: str) -> str:
    """Return the name as one for a folder: of letters and digits of any language, and of -, _, .

    A long one loses its middle: its end tells one run of a config from another.

    >>> as_folder_name("밑바닥 5.6\\n/a-s1")
    '밑바닥_5.6__a-s1'
    """
    kept = "".join(c if category(c)[0] in "LMN" or c in "-_." else "_" for c in name)
    start, end = kept[:-END], kept[-END:]
    return start.encode()[:MOST_BYTES].decode(errors="ignore") + end
