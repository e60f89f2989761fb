"""What kind of picture a file is, by how it begins."""

import re

HEAD = 64  # bytes, by which every kind is known
READ = {  # by Pillow's names of them, each read by Pillow alone
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "JPEG": rb"\xff\xd8\xff",
    "GIF": rb"GIF8[79]a",
    "BMP": rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0",
    "TIFF": rb"II[*+]\0|MM\0[*+]",
    "WEBP": rb"RIFF.{4}WEBP",
    "PPM": rb"P[1-6f]\s",
    "AVIF": rb".{4}ftyp(?:.{4}){0,12}?avi[fs]",
}
UNREAD = {"HEIC": rb".{4}ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1)"}
PATTERNS = {name: re.compile(pattern, re.DOTALL) for name, pattern in {**READ, **UNREAD}.items()}


def kind(head: bytes) -> str | None:
    """Return the name of the format of a file that begins so, or None if it is no picture.

    >>> kind(b"GIF89a..."), kind(b"%PDF-1.7")
    ('GIF', None)
    """
    return next((name for name, pattern in PATTERNS.items() if pattern.match(head)), None)
